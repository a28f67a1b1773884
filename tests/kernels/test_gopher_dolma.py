"""The kernels of dolma's Gopher figures against plain Python, and where their ratios have nothing to divide by."""

from __future__ import annotations

import re
from collections import Counter
from statistics import median

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import gopher_dolma
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes

STOPS = ("the", "be", "to", "of", "and", "that", "have", "with")
PARTS = ["the", "of", "a", "é…", "#x", "12", "*", "-", "…", " ", "\n", "\n\n", "\u2003", "word", "\x85"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=80).map(" ".join) | st.text(max_size=60)


def lines_of(text: str, merge_breaks: bool) -> list[str]:
    return re.split(r"\n+", text) if merge_breaks else text.split("\n")


def plain_quality(text: str, merge_breaks: bool) -> list[float]:
    """What `quality` counts, with Python's own strings."""
    words, lines = text.split(), lines_of(text, merge_breaks)
    most = max(len(words), 1)
    return [
        len(words), median(map(len, words)) if words else 0.0, sum("#" in word or "…" in word for word in words) / most,
        sum(any(map(str.isalpha, word)) for word in words) / most, sum(word in STOPS for word in words),
        sum(line[:1] in ("*", "-") for line in lines if line) / len(lines), sum(line[-1:] == "…" for line in lines) / len(lines),
    ]


def plain_repetition(text: str, merge_breaks: bool) -> list[float]:
    """What `repetition` counts, with Python's own dictionaries."""
    words, lines = text.split(), Counter(lines_of(text, merge_breaks))
    letters, many = max(sum(map(len, words)), 1), {line: count for line, count in lines.items() if count > 1}
    figures = [sum(many.values()) / sum(lines.values()), sum(len(line) * count for line, count in many.items()) / letters]
    for n in range(2, 11):
        grams = Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))
        sizes = {gram: count * sum(map(len, gram)) for gram, count in grams.items()}
        if n <= 4:
            top = max(grams, key=lambda gram: grams[gram], default=())
            figures.append(sizes.get(top, 0) / letters)
        else:
            figures.append(sum(size for gram, size in sizes.items() if grams[gram] > 1) / max(sum(sizes.values()), 1))
    return figures


@pytest.mark.parametrize("merge_breaks", [False, True])
@given(texts=st.lists(TEXTS, max_size=4))
def test_equals_plain_python(texts: list[str], merge_breaks: bool) -> None:
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    quality = gopher_dolma.quality(offsets, data, classes(), gopher_dolma.hashes(STOPS), merge_breaks)
    repetition = gopher_dolma.repetition(offsets, data, classes(), merge_breaks)
    assert quality.shape == (len(texts), 7) and repetition.shape == (len(texts), 11)
    for row, text in enumerate(texts):
        if text:
            np.testing.assert_allclose(quality[row], plain_quality(text, merge_breaks), rtol=1e-12)
            np.testing.assert_allclose(repetition[row], plain_repetition(text, merge_breaks), rtol=1e-12)
        else:
            assert not quality[row].any() and not repetition[row].any()


def test_a_slice_of_an_array_reads_its_own_texts() -> None:
    texts = pa.array(["the one", "of a\nof a", "two"], pa.large_string())
    whole = gopher_dolma.repetition(*utf8(texts), classes(), False)
    assert np.array_equal(gopher_dolma.repetition(*utf8(texts[1:]), classes(), False), whole[1:])
