"""Measures of variety on texts whose variety is known, and a sample that does not depend on how a corpus is cut."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from tilth.stats.variety import Phrase, Sampled, variety


def of(*texts: str):
    return variety(pa.array(texts, pa.large_string()))


def test_equal_texts_are_one_and_unlike_ones_are_many() -> None:
    assert of(*["one two three"] * 8).vendi == pytest.approx(1)
    assert of("one", "two", "three", "four").vendi == pytest.approx(4)
    assert of("one", "one", "two", "two").vendi == pytest.approx(2)
    # two of three alike: eigenvalues 2/3 and 1/3
    assert of("one", "one", "two").vendi == pytest.approx(math.exp(-(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3))))


def test_shares_of_distinct_words_and_phrases() -> None:
    found = of("A a b!", "b, a a")
    assert (found.rows, found.words) == (2, 6)
    assert found.distinct == (2 / 6, 3 / 4, 2 / 2)
    assert found.top[0] == (Phrase("a", 2, 4), Phrase("b", 2, 2))
    assert found.top[1] == (Phrase("a a", 2, 2), Phrase("a b", 1, 1), Phrase("b a", 1, 1))
    assert found.segments is None


def test_stretches_of_a_thousand_words_and_compression() -> None:
    numbers = " ".join(map(str, range(2500)))
    same = " ".join(["again"] * 2500)
    assert of(numbers).segments == 1 and of(same).segments == 1 / 1000
    assert (of(same).compression or 0) > 10 * (of(numbers).compression or 0) > 10


def test_nothing_is_not_an_error() -> None:
    for found in (of(), of(""), of("!?")):
        assert (found.words, found.vendi, found.distinct) == (0, None, (None, None, None))


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_the_sample_is_the_same_however_rows_are_cut(cut: int) -> None:
    rows = pa.record_batch({"row": pa.array(np.arange(100, dtype=np.uint64)), "text": pa.array([f"text {i}" for i in range(100)])})
    whole, parts = Sampled(10), Sampled(10)
    whole.add(rows)
    for at in range(0, 100, cut):
        parts.add(rows.slice(at, cut))
    assert parts.texts().equals(whole.texts()) and len(parts.texts()) == 10
