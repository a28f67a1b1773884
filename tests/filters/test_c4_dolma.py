"""C4 as dolma's tagger and mixer have it: pages marked as wholes, lines cut with their breaks."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import filters


def run(*texts: str | None) -> pa.RecordBatch:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    for step in filters.c4("dolma"):
        batch = step.apply(batch)
    return batch


def test_lines_go_with_their_breaks() -> None:
    batch = run("Menu\n\n  A line to keep.  \nToo short.\nAn end without", None)
    assert batch["text"].to_pylist() == ["  A line to keep.  \n", None]
    assert batch["c4_lines"].to_pylist() == [5, None] and batch["c4_lines_kept"].to_pylist() == [1, None]


@pytest.mark.parametrize(
    ("text", "why"), [("A line here. {", "has_curly_brace"), ("LOREM IPSUM", "has_lorem_ipsum"), ("Use JavaScript", "has_javascript"),
    ("Fine.", None)]
)
def test_pages_are_marked_wherever_the_word_stands(text: str, why: str | None) -> None:
    assert run(text)["drop"].to_pylist() == [why]
