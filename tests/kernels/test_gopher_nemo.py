"""The kernels of NeMo Curator's Gopher figures against plain Python, and texts that would take naive searches for ever."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import gopher_dolma, gopher_nemo
from tilth.kernels.arrow import utf8
from tilth.kernels.letters import letters

STOPS = ("the", "be", "to", "of", "and", "that", "have", "with")
DOTS = ("...", "[...]", "…", "(...)", "[…]", "-»")
PARTS = ["the", "of", "a", "é…", "#x", "##", "#a#", "12", "•", "◦ x", "…", "[...]", "-»", " ", "\n", "\n\n", "\u2003", "Read More", "a."]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=60).map(" ".join) | st.lists(st.sampled_from(PARTS), max_size=40).map("".join)


def quality(texts: list[str]) -> np.ndarray:
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    return gopher_nemo.quality(offsets, data, letters(), gopher_dolma.hashes(STOPS), 4)


def repetition(texts: list[str]) -> np.ndarray:
    return gopher_nemo.repetition(*utf8(pa.array(texts, pa.large_string())), letters())


def runs_of_hashes(word: str) -> int:
    return sum(now == "#" and before != "#" for before, now in zip(" " + word, word, strict=False))


def plain_quality(text: str) -> list[float]:
    """What `quality` counts, with Python's own strings."""
    words, lines = text.split(), [line.strip() for line in text.split("\n") if line.strip()]
    many, lines_many = len(words) or np.nan, len(lines) or np.nan
    return [
        len(words), sum(map(len, words)) / many, sum(word in DOTS or runs_of_hashes(word) / len(word) > 0.5 for word in words) / many,
        sum(line[0] in "•‣⁃⁌⁍∙○●◘◦⦾⦿" for line in lines) / lines_many,
        sum(line.lower().endswith((*DOTS, "read more", "read more..")) for line in lines) / lines_many,
        sum(any(map(str.isalpha, word)) for word in words) / many, sum(word in STOPS for word in words),
    ]


def shares(pieces: list[str]) -> list[float]:
    different, whole = set(pieces), len("".join(pieces))
    return [1 - len(different) / len(pieces) if pieces else np.nan, 1 - len("".join(different)) / whole if whole else np.nan]


def duplicated(words: list[str], n: int) -> int:
    """Characters of second and later copies of n-grams, spaces included, each once."""
    seen, total, covered = set[tuple[str, ...]](), 0, 0
    for at in range(len(words) - n + 1):
        gram = tuple(words[at : at + n])
        if gram in seen:
            total += sum(map(len, gram[covered:])) + min(n - covered, n - 1)
            covered = n
        seen.add(gram)
        covered = max(covered - 1, 0)
    return total


def plain_repetition(text: str) -> list[float]:
    """What `repetition` counts, with Python's own strings; the first of the most common n-grams."""
    words = text.split()
    figures = shares(text.split("\n\n")) + shares([line for line in text.split("\n") if line.strip()])
    for n in range(2, 11):
        if len(words) < n:
            figures.append(1.0)
        elif n <= 4:
            grams = Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))
            top = " ".join(max(grams, key=lambda gram: grams[gram]))
            figures.append(text.count(top) * len(top) / len(text))
        else:
            figures.append(duplicated(words, n) / len(text))
    return figures


@given(st.lists(TEXTS, max_size=4))
def test_equals_plain_python(texts: list[str]) -> None:
    for row, found, repeats in zip(texts, quality(texts), repetition(texts), strict=True):
        np.testing.assert_allclose(found, plain_quality(row), rtol=1e-12)
        np.testing.assert_allclose(repeats, plain_repetition(row), rtol=1e-12, atol=1e-12)


def test_a_slice_of_an_array_reads_its_own_texts() -> None:
    texts = pa.array(["the one", "of a\nof a", "two"], pa.large_string())
    whole = gopher_nemo.repetition(*utf8(texts), letters())
    np.testing.assert_array_equal(gopher_nemo.repetition(*utf8(texts[1:]), letters()), whole[1:])


def test_time_is_linear_in_texts_made_against_it() -> None:
    """A phrase of half a million equal letters, looked for in four million: byte by byte that would be 10^12 comparisons."""
    text = ("a" * 250_000 + " ") * 2 + "a" * 4_000_000
    assert 0 < repetition([text])[0, 4] < 0.2


def test_letters_are_those_of_the_library_regex() -> None:
    """Vowel signs and Roman numerals count, other than with `str.isalpha`."""
    assert list(quality(["\u093e", "\u2167", "7", "\u0301"])[:, 5]) == [1, 1, 0, 0]
