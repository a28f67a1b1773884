"""Newlines and repeats of a page against plain Python."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import letter_case
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.page_edits import drop_repeats, limit_newlines
from tilth.kernels.text_classes import classes

PARTS = ["\n", "\n\n", "\n\n\n", " ", "a", "A", "b c", "\u2003", "É", "é", "İ", "i̇", "K", "k", "\r", "long enough to be hashed", ""]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=14).map("".join)


def plain(text: str, cut: str, normalise: bool) -> str:
    seen, kept = set(), []
    for piece in text.split(cut):
        known = piece.strip().lower() if normalise else piece
        if known not in seen or not known:
            kept.append(piece)
            seen.add(known)
    return cut.join(kept)


@pytest.mark.parametrize("most", [0, 1, 2, 5])
@given(texts=st.lists(TEXTS, max_size=4))
def test_newlines_equal_a_pattern(most: int, texts: list[str]) -> None:
    found = strings(*limit_newlines(*utf8(pa.array(texts, pa.large_string())), most))
    assert found.to_pylist() == [re.sub(f"\n{{{most + 1},}}", "\n" * most, text) for text in texts]


@pytest.mark.parametrize("cut", ["\n", "\n\n"])
@pytest.mark.parametrize("normalise", [True, False])
@given(texts=st.lists(TEXTS, max_size=4))
def test_repeats_equal_plain_python(cut: str, normalise: bool, texts: list[str]) -> None:
    array = utf8(pa.array(["before", *texts], pa.large_string())[1:])
    found = strings(*drop_repeats(*array, classes(), letter_case.lower(), len(cut), normalise))
    assert found.to_pylist() == [plain(text, cut, normalise) for text in texts]


def test_a_sigma_at_the_end_of_a_word_is_a_sigma() -> None:
    array = utf8(pa.array(["ΟΔΟΣ\nοδος\nοδοσ"], pa.large_string()))
    assert strings(*drop_repeats(*array, classes(), letter_case.lower(), 1, True)).to_pylist() == ["ΟΔΟΣ"]
