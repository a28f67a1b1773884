"""Word boundaries against the annex's rules in plain Python, and against its own examples."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import data_file
from tilth.kernels.uax29 import split, word_breaks, word_ends

NAMED = data_file("uax29.json")["classes"]
KINDS = {name: [chr(code) for first, last in runs for code in range(first, last + 1)] for name, runs in NAMED.items()}
KIND_OF = {character: name for name, characters in KINDS.items() if name != "extended_pictographic" for character in characters}
KINDS["other"] = list("!。中ไ\U0001f600")
PICTURES = set(KINDS["extended_pictographic"])
LETTERS, BREAKS, EXTENDING = {"aletter", "hebrew_letter"}, {"cr", "lf", "newline"}, {"extend", "format", "zwj"}
QUOTES = {"midnumlet", "single_quote"}


def plain(text: str) -> list[str]:
    """The words of a text, rule by rule as the annex numbers them."""
    kinds = [KIND_OF.get(character, "other") for character in text]
    cuts = [at for at in range(1, len(text)) if breaks_before(text, kinds, at)]
    return [text[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(text)], strict=True)] if text else []


def breaks_before(text: str, kinds: list[str], at: int) -> bool:
    before, after = kinds[at - 1], kinds[at]
    if before == "cr" and after == "lf":  # WB3
        return False
    if before in BREAKS or after in BREAKS:  # WB3a, WB3b
        return True
    if (before == "zwj" and text[at] in PICTURES) or before == after == "wsegspace" or after in EXTENDING:  # WB3c, WB3d, WB4
        return False
    left = [kind for kind in kinds[:at] if kind not in EXTENDING]
    right = [kind for kind in kinds[at:] if kind not in EXTENDING]
    one, two = (["", "", *left])[:-3:-1]
    return not joined(two, one, right[0], [*right, ""][1]) and not flag(left, right[0])


def joined(two: str, one: str, kind: str, then: str) -> bool:
    middle = {"midletter"} | QUOTES
    number = {"midnum"} | QUOTES
    words = LETTERS | {"numeric", "katakana"}
    return (
        (one in LETTERS | {"numeric"} and kind in LETTERS | {"numeric"})  # WB5, WB8, WB9, WB10
        or (one in LETTERS and kind in middle and then in LETTERS)  # WB6
        or (two in LETTERS and one in middle and kind in LETTERS)  # WB7
        or (one == "hebrew_letter" and kind == "single_quote")  # WB7a
        or (one == "hebrew_letter" and kind == "double_quote" and then == "hebrew_letter")  # WB7b
        or (two == "hebrew_letter" and one == "double_quote" and kind == "hebrew_letter")  # WB7c
        or (two == "numeric" and one in number and kind == "numeric")  # WB11
        or (one == "numeric" and kind in number and then == "numeric")  # WB12
        or one == kind == "katakana"  # WB13
        or (one in words | {"extendnumlet"} and kind == "extendnumlet")  # WB13a
        or (one == "extendnumlet" and kind in words)  # WB13b
    )


def flag(left: list[str], kind: str) -> bool:
    """WB15, WB16: every second one of a run of regional indicators goes with the one before it."""
    run = 0
    while run < len(left) and left[-1 - run] == "regional_indicator":
        run += 1
    return kind == "regional_indicator" and run % 2 == 1


CHARACTERS = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.sampled_from(KINDS[kind][:40]))
TEXTS = st.lists(CHARACTERS, max_size=14).map("".join) | st.text(max_size=30)


@given(text=TEXTS)
def test_equals_the_rules_in_plain_python(text: str) -> None:
    assert split(text) == plain(text)


def test_every_pair_and_triple_of_classes() -> None:
    pick = random.Random(7)
    names = sorted(KINDS)
    texts = ["".join(pick.choice(KINDS[name]) for name in some) for one in names for two in names for three in names for some in (
        (one, two, three), (one, two, three, one))]
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    words, ends = word_ends(offsets, data, word_breaks())
    for row, text in enumerate(texts):
        starts = [offsets[row], *ends[words[row] : words[row + 1]]]
        assert [data[a:b].tobytes().decode() for a, b in pairwise(starts)] == plain(text), ascii(text)


@pytest.mark.parametrize("words", [
    # The examples of the annex, figure 1 and tables 1 and 3, written anew
    ["The", " ", "quick", " ", "(", "“", "brown", "”", ")", " ", "fox", " ", "can’t", " ", "jump", " ", "32.3", " ", "feet", ",", " ",
     "right", "?"],
    ["x_1", " ", "1,000.5", " ", "3", ".", " ", "e.g", ".", ",", " ", "a"],
    ["a\u0301b", "\r\n", "\n", "\u0301", "c"], ["  ", "\t", "\t", " "], ["カタカナ", "ひ", "ら", "中", "文"],
    ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7", "\U0001f1ee"], ["👨\u200d👩\u200d👧", "👍🏽", "!"], ["א\"ב", " ", "א'"],
])
def test_known_cuts(words: list[str]) -> None:
    assert split("".join(words)) == words


def test_nothing_in_nothing_out_and_a_slice_reads_its_own_texts() -> None:
    assert split("") == []
    texts = pa.array(["one two", "three", ""], pa.large_string())
    words, ends = word_ends(*utf8(texts[1:]), word_breaks())
    assert words.tolist() == [0, 1, 1] and np.diff([7, *ends]).tolist() == [5]
