"""One pass against plain Python: every family alone, and all of them together."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kernels import rules_twin
from kernels.texts import pages

from tilth.errors import StepError
from tilth.kernels import text_counts as kernel

STOPS = ("the", "be", "to", "of", "and", "that", "have", "with")
DEFAULTS = (1, 1, 3, 1000, 1, 1, 1, 1)
FINEWEB_C4 = (1, 0, 3, 1000, 1, 1, 1, 1)
settings_of_c4 = st.tuples(
    st.integers(0, 1), st.integers(0, 1), st.sampled_from([-1, 0, 1, 3]), st.sampled_from([-1, 3, 1000]), *[st.integers(0, 1)] * 4
)


def measure(text: str, wants: int, **options: object) -> list[int]:
    return kernel.measure(pa.array([text]), wants, **options).counts[0].tolist()  # type: ignore[arg-type]


@given(pages)
@settings(max_examples=300)
@example("a\n\na\n \n\na\r\n\r\na\n")
@example("\n\na\n\n")
@example("one two one two one two three one two")
@example("a b c d e f g h i j k " * 4)
@example("\u3000a\n\na\u3000\n\n\u3000a")
def test_repetition(text: str) -> None:
    row = measure(text, kernel.REPETITION)
    assert (row[kernel.TEXT_CHARS], row[kernel.SPLIT_LINES]) == (len(text), len(text.splitlines()))
    assert row[kernel.LINES : kernel.WORDS] == rules_twin.repetition(text)


@given(st.lists(st.sampled_from(["a", "b", "cc", "a", "."]), max_size=120).map(" ".join))
@settings(max_examples=300)
def test_grams_of_few_words_repeat_a_lot(text: str) -> None:
    assert measure(text, kernel.REPETITION)[kernel.GRAMS : kernel.WORDS] == rules_twin.repetition(text)[6:]


@given(pages, st.sampled_from([STOPS, (), ("a", "中文", "o'clock", "a")]))
@settings(max_examples=300)
@example("-\n•\n\u2028 - x\n…\n.. .\n...\n ...  ", STOPS)
def test_quality(text: str, stop_words: tuple[str, ...]) -> None:
    row = measure(text, kernel.QUALITY, stop_words=stop_words)
    assert row[kernel.WORDS : kernel.SENTENCES] == rules_twin.quality(text, stop_words)


@given(pages, st.one_of(st.just(DEFAULTS), st.just(FINEWEB_C4), settings_of_c4))
@settings(max_examples=500)
@example("[1] [2] [3]\nThe cat sat [4].  [5]\n[6] Leading one two.\n[7] [8] [9]", FINEWEB_C4)
@example("[edit][1]\n[12", (1, 0, 0, -1, 0, 0, 0, 0))
@example("java[1]script is [citation needed] here.", FINEWEB_C4)
@example("the coo\u212aie policy is.\nWe use coo\u212aies now.\nuse \u212aookies here", DEFAULTS)
@example("a lorem ipsum.\nb { c d.\n", DEFAULTS)
@example("b { c d.\na lorem ipsum.", DEFAULTS)
@example("xterms of user is one.\nterms  of use is two.\nterms\u00a0of use is three.", DEFAULTS)
def test_c4(text: str, options: tuple[int, ...]) -> None:
    measured = kernel.measure(pa.array([text]), kernel.C4, c4_settings=options)
    counts, edited = rules_twin.c4(text, *options)  # type: ignore[arg-type]
    assert measured.text is not None
    assert (measured.counts[0, kernel.SENTENCES : kernel.FULL_LINES].tolist(), measured.text.to_pylist()) == (counts, [edited])


@given(pages, st.sampled_from([0, 5, 30]))
@settings(max_examples=300)
@example("a.\n\na.\r\nb。\n \u3000\n", 30)
def test_fineweb(text: str, short: int) -> None:
    assert measure(text, kernel.FINEWEB, short_line=short)[kernel.FULL_LINES :] == rules_twin.fineweb(text, short)


@given(st.lists(pages, max_size=5), st.sampled_from([DEFAULTS, FINEWEB_C4]))
@settings(max_examples=300)
def test_all_families_in_one_pass(texts: list[str], options: tuple[int, ...]) -> None:
    measured = kernel.measure(pa.array(texts, pa.string()), 15, c4_settings=options, short_line=30, stop_words=STOPS)
    assert measured.text is not None
    for text, row, edited in zip(texts, measured.counts.tolist(), measured.text.to_pylist(), strict=True):
        counts, wanted = rules_twin.c4(text, *options)  # type: ignore[arg-type]
        before = [len(text), len(text.splitlines()), *rules_twin.repetition(text), *rules_twin.quality(text, STOPS)]
        expected = [*before, *counts, *rules_twin.fineweb(wanted, 30)]
        assert (row, edited) == (expected, wanted)


def test_a_text_that_the_tables_cannot_hold_is_refused() -> None:
    kernel.check_lengths(np.array([5, 5 + 2**31 - 1]))
    with pytest.raises(StepError, match="2,147,483,648 bytes"):
        kernel.check_lengths(np.array([0, 0, 2**31]))


def test_a_slice_a_null_and_an_empty_array() -> None:
    texts = pa.array(["skip me", None, "the end.", "skip"], pa.large_string()).slice(1, 2)
    measured = kernel.measure(texts, kernel.QUALITY | kernel.C4, c4_settings=FINEWEB_C4, stop_words=STOPS)
    assert measured.counts[:, kernel.WORDS].tolist() == [0, 3]
    assert kernel.measure(texts.slice(0, 0), 15).counts.shape == (0, kernel.COUNTS)


@pytest.mark.parametrize("text", ["a" * 3_000_000, "a\n" * 500_000, "b c " * 400_000, "[1]\n" * 200_000, "{" * 300_000])
def test_large_and_monotonous_pages(text: str) -> None:
    """Time in proportion to length: each of these takes well under a second."""
    row = measure(text, 15, c4_settings=FINEWEB_C4)
    assert row[kernel.TEXT_CHARS] == len(text)
