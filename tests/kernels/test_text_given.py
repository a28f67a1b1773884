"""Counts over given words are the counts of the pass that splits them itself; and they take words from anywhere."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels import rules_twin
from kernels.texts import pages
from oracles.recorded import oracle

from tilth.kernels import text_counts
from tilth.kernels.text_counts import FINEWEB, QUALITY, REPETITION
from tilth.kernels.text_given import measure_given
from tilth.segment import split_words
from tilth.segment.pieces import of_lists

STOPS = ("the", "be", "to", "of", "and", "that", "have", "with")
ALL = REPETITION | QUALITY | FINEWEB


def both(texts: pa.Array, wants: int) -> tuple[np.ndarray, np.ndarray]:
    fused = text_counts.measure(texts, wants, short_line=30, stop_words=STOPS).counts
    return fused, measure_given(texts, split_words(texts, "en", "datatrove"), wants, 30, STOPS)


@given(st.lists(pages, max_size=4), st.sampled_from([ALL, REPETITION, QUALITY, FINEWEB]))
@settings(max_examples=300)
def test_counts_are_those_of_the_fused_pass(texts: list[str], wants: int) -> None:
    fused, given_words = both(pa.array(texts, pa.large_string()), wants)
    assert np.array_equal(fused, given_words)


def test_counts_of_every_case_of_the_oracles() -> None:
    fused, given_words = both(pa.array(list(oracle("cases").cases().values()), pa.large_string()), ALL)
    assert len(fused) > 2000
    assert np.array_equal(fused, given_words)


@given(st.lists(st.sampled_from(["我", "们", "好", "。", "我"]), max_size=60))
def test_words_need_not_stand_in_the_text(words: list[str]) -> None:
    texts = pa.array(["好" * 10], pa.large_string())
    row = measure_given(texts, of_lists([words]), QUALITY | REPETITION, stop_words=("我", "们"))[0].tolist()
    assert row[text_counts.WORDS] == len(words)
    assert row[text_counts.STOP_WORDS] == len({"我", "们"} & set(words))
    assert row[text_counts.GRAMS : text_counts.WORDS] == [
        *(rules_twin.top(words, n) for n in range(2, 5)), *(rules_twin.duplicate(words, n) for n in range(5, 11))
    ]
    assert row[text_counts.TEXT_CHARS] == 10


def test_slices_nulls_and_nothing() -> None:
    texts = pa.array(["x", "one two", None, "", "three three"], pa.large_string())[1:]
    assert measure_given(texts, split_words(texts, "en"), QUALITY)[:, text_counts.WORDS].tolist() == [2, 0, 0, 2]
    assert measure_given(texts[:0], split_words(texts[:0], "en"), QUALITY).shape == (0, text_counts.COUNTS)
