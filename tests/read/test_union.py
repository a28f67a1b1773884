"""Several inputs as one corpus."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read
from tilth.errors import CorpusError, RecipeError

ReadAll = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, read.Reader]:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("doc")
    lines = [{"text": f"web {i}", "score": i, "html": "<p>"} for i in range(3)]
    (tmp_path / "web.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    pq.write_table(pa.table({"text": ["book"], "score": [0.5]}), tmp_path / "books.parquet")
    (tmp_path / "page.html").write_bytes(b"<p>\xff")
    return {
        "web": read.Jsonl(f"{tmp_path}/web.jsonl"), "books": read.Parquet(f"{tmp_path}/books.parquet"),
        "docs": read.Text(f"{tmp_path}/docs"), "pages": read.Html(f"{tmp_path}/*.html"),
    }


def test_rows_of_all_with_their_source(inputs: dict[str, read.Reader], read_all: ReadAll) -> None:
    corpus = read.union(**inputs)
    rows = read_all(corpus)
    assert [(row["source"], row["text"], row["score"], row["html"]) for row in rows] == [
        ("books", "book", 0.5, None), ("docs", "doc", None, None), ("pages", None, None, b"<p>\xff"),
        *(("web", f"web {i}", float(i), b"<p>") for i in range(3)),
    ]
    assert read_all(corpus, 10) == rows
    assert corpus.schema(corpus.files()).names == ["id", "source", "text", "score", "html", "path", "rest", "error"]
    assert [row["id"] for row in rows if row["source"] == "web"] == [row["id"] for row in read_all(inputs["web"])]


def test_the_same_files_may_be_read_twice(inputs: dict[str, read.Reader], read_all: ReadAll) -> None:
    corpus = read.union(a=inputs["docs"], b=inputs["docs"])
    assert [file.path.partition(":")[0] for file in corpus.files()] == ["a", "b"]
    assert [row["source"] for row in read_all(corpus)] == ["a", "b"]
    assert {corpus.digest(file) for file in corpus.files()} == {inputs["docs"].digest(inputs["docs"].files()[0])}


def test_types_that_do_not_go_together(inputs: dict[str, read.Reader], tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_text('{"text": "", "score": "high"}\n')
    corpus = read.union(**inputs, odd=read.Jsonl(f"{tmp_path}/odd.jsonl"))
    with pytest.raises(CorpusError, match=r"(?s)Column 'score' has two types.*double in web and large_string in odd"):
        corpus.schema(corpus.files())


def test_an_empty_part_is_an_error(inputs: dict[str, read.Reader], tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="empty"):
        read.union(**inputs, none=read.Jsonl(f"{tmp_path}/*.nothing")).files()
    with pytest.raises(RecipeError, match="a name of its own"):
        read.union()
