"""No line is passed over that ftfy's own test, over its own alphabet, would call bad."""

import random
import re

import numpy as np
import pyarrow as pa
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

from tilth.kernels.arrow import utf8
from tilth.kernels.mojibake import suspects, tables


def suspicious(texts: list[str]) -> np.ndarray:
    found = np.zeros(len(texts), np.bool_)
    found[suspects(*utf8(pa.array(texts, pa.large_string())), *tables(), False)[:, 0]] = True
    return found


def test_every_pair_that_ftfy_calls_bad_is_suspicious() -> None:
    every = "".join(map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x10000)]))
    alphabet = sorted({character for members in MOJIBAKE_CATEGORIES.values() for character in re.findall(f"[{members}]", every)})
    pairs = [f"a{x}{y}a" for x in alphabet for y in alphabet]
    missed = [pair for pair, found in zip(pairs, suspicious(pairs), strict=True) if not found and is_bad(pair)]
    assert len(alphabet) > 400 and not missed


def test_every_longer_sequence_that_ftfy_calls_bad_is_suspicious() -> None:
    chance = random.Random(0)
    every = "".join(map(chr, range(0x80, 0x10000 - 0x800)))
    classes = [re.findall(f"[{members}]", every) for members in MOJIBAKE_CATEGORIES.values()]
    classes += [list("aZ .,?!1\t"), list("ÂÃÎÐØÙŒœà√≈‚ÄвГўВЂРСβ€ΒΓΞΟāÄ")]
    texts = ["".join(chance.choice(chance.choice(classes)) for _ in range(chance.randint(1, 6))) for _ in range(200_000)]
    passed = [text for text, found in zip(texts, suspicious(texts), strict=True) if not found]
    assert len(passed) > 10_000
    assert not [text for text in passed if is_bad(text)]


def test_characters_of_other_scripts_are_never_part_of_what_is_bad() -> None:
    kinds, _ = tables()
    inert = [chr(code) for code in np.flatnonzero(kinds == 0) if code >= 0x80 and not 0xD800 <= code < 0xE000]
    for neighbour in "aÐØàé€£°»«”“’…–│™вЂβ":
        assert not is_bad("a" + "".join(neighbour + character for character in inert) + "a")
    assert not is_bad("".join(inert))


def test_entities_count_until_a_tag_begins() -> None:
    found = suspects(*utf8(pa.array(["&amp;\n<&lt;\n&lt;\n\x00", "plain & simple;"], pa.large_string())), *tables(), False)
    assert [(row, after) for row, _, _, after in found.tolist()] == [(0, 0), (0, 0), (0, 1)]
