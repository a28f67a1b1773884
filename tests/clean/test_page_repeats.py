"""Lines and paragraphs that a page has had before."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.clean import PageRepeats
from tilth.errors import RecipeError


def test_pages_do_not_share_lines_and_empty_ones_stay() -> None:
    batch = pa.record_batch({"text": pa.array(["a\n\n\nA \nb", "a", None, ""], pa.large_string())})
    assert PageRepeats().apply(batch)["text"].to_pylist() == ["a\n\n\nb", "a", None, ""]
    assert PageRepeats(normalise=False).apply(batch)["text"].to_pylist() == ["a\n\n\nA \nb", "a", None, ""]


def test_paragraphs() -> None:
    batch = pa.record_batch({"text": ["a\nb\n\nA\nB\n\nc"]})
    assert PageRepeats("paragraph").apply(batch)["text"].to_pylist() == ["a\nb\n\nc"]


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(RecipeError, match="no unit 'word'"):
        PageRepeats("word")
