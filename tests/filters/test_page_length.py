"""Lengths of pages, by DCLM's published figures (test_page_length_filter) in words of ours."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.errors import RecipeError
from tilth.filters import PageLength


@pytest.mark.parametrize(("text", "lengths"), [  # characters, words, sentences, lines, paragraphs
    ("", (0, 0, 0, 0, 0)), ("Hello there.", (12, 2, 1, 1, 1)), ("Hello there. Here is a test.", (28, 6, 2, 1, 1)),
    ("Hello there. \n Here is a test.", (30, 6, 2, 2, 1)), ("Hello there. \n\n Here is a test.", (31, 6, 2, 2, 2)),
    ("Hello there. \n\n\n \n\n\n Here is a test.", (36, 6, 2, 2, 2)), ("Hello there Here is a test Rain is great", (40, 9, 1, 1, 1)),
    ("Mr. Miller bought 2.5 kilograms of wheat.", (41, 7, 1, 1, 1)),
    ("Hello there! That should be easy, no? I think so...yeah...", (58, 11, 3, 1, 1)),
])
def test_published_lengths(text: str, lengths: tuple[int, ...]) -> None:
    assert tuple(PageLength().apply(pa.record_batch({"text": [text]})).to_pylist()[0].values())[1:] == lengths


def test_null_gives_null_and_an_unknown_language_is_refused() -> None:
    row = PageLength("de").apply(pa.record_batch({"text": pa.array([None], pa.large_string())})).to_pylist()[0]
    assert all(value is None for value in row.values())
    with pytest.raises(RecipeError):
        PageLength("no such tongue")
