"""The kernels of DCLM's Gopher figures against plain Python."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import gopher_dclm, letter_case
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes
from tilth.kernels.uax29 import split, word_breaks

STOPS = ("the", "be", "of", "mit")
PARTS = ["the", "The", "of", "a", "é…", "#x", "12", "*", "-x", "●", "…", "...", "....", ". . .", ". . . .", " ", "\n", "\n\n", "\u2003",
    "can't", "\x85", "_a", "\0", "(b", "Μit", "3.14", "中文"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=60).flatmap(lambda parts: st.sampled_from([" ", ""]).map(lambda gap: gap.join(parts)))


def pieces(text: str, cut: str) -> list[str]:
    return [piece.strip() for piece in re.split(cut, text) if piece.strip()]


def plain_quality(text: str) -> list[int]:
    words, lines = text.split(), pieces(text, "\n")
    tokens = [token for token in re.split("[ \t\n\v\f\r\0]", text) if token]
    return [
        sum(token[0].isalnum() for token in tokens), len(words), sum(map(len, words)),
        sum(text.count(symbol) for symbol in ("#", "...", ". . .", "…")), sum(any(map(str.isalpha, word)) for word in words),
        sum(word.lower() in STOPS for word in words), len(lines), sum(line.startswith(("●", "•", "*", "-")) for line in lines),
        sum(line.endswith(("...", ". . .", "…")) for line in lines),
    ]


def plain_repetition(text: str) -> list[float]:
    if not text:
        return [np.nan] * 13
    shares = [share for count in (False, True) for cut in ("\n", "\n\n") for share in [segments(pieces(text, cut), count)]]
    words = [word for word in split(text) if word[0].isalnum()]
    return [*shares, *(grams(words, n) for n in range(2, 11))]


def segments(found: list[str], characters: bool) -> float:
    many = {piece: count for piece, count in Counter(found).items() if count > 1}
    if not found:
        return np.nan
    if characters:
        return sum(len(piece) * count for piece, count in many.items()) / sum(map(len, found))
    return sum(many.values()) / len(found)


def grams(words: list[str], n: int) -> float:
    found = [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]
    counts, total = Counter(found), sum(map(len, words))
    most = max(counts.values(), default=0)
    if most <= 1:
        return 0.0
    if n <= 4:
        return most * max(sum(map(len, gram)) for gram, count in counts.items() if count == most) / total
    covered = {at + k for at, gram in enumerate(found) if counts[gram] > 1 for k in range(n)}
    return sum(len(words[at]) for at in covered) / total


@given(texts=st.lists(TEXTS | st.text(max_size=40), max_size=4))
def test_equals_plain_python(texts: list[str]) -> None:
    array = utf8(pa.array(texts, pa.large_string()))
    quality = gopher_dclm.quality(*array, classes(), letter_case.lower(), gopher_dclm.hashes(STOPS))
    repetition = gopher_dclm.repetition(*array, classes(), word_breaks())
    tokens = gopher_dclm.count_tokens(*array, classes())
    assert tokens.tolist() == quality[:, gopher_dclm.TOKENS].tolist()
    for row, text in enumerate(texts):
        assert quality[row].tolist() == plain_quality(text)
        np.testing.assert_allclose(repetition[row], plain_repetition(text), rtol=1e-12)


def test_n_grams_of_longer_texts_equal_plain_python() -> None:
    pick = np.random.default_rng(3)
    for words in (40, 200, 800):
        text = " ".join(np.array(["a", "bb", "ccc", "d.e", "f"])[pick.integers(0, 5, words)])
        found = gopher_dclm.repetition(*utf8(pa.array([text], pa.large_string())), classes(), word_breaks())[0]
        np.testing.assert_allclose(found, plain_repetition(text), rtol=1e-12)


def test_a_slice_of_an_array_reads_its_own_texts() -> None:
    texts = pa.array(["the one", "of a\nof a", "two"], pa.large_string())
    whole = gopher_dclm.repetition(*utf8(texts), classes(), word_breaks())
    assert np.array_equal(gopher_dclm.repetition(*utf8(texts[1:]), classes(), word_breaks()), whole[1:], equal_nan=True)
