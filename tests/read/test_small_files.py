"""Many small files in one batch are the rows that they are one by one, and each is counted under its own span."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tilth import read
from tilth.chain import Unguarded
from tilth.read import small_files
from tilth.reading import read_spans

FILES = {
    "a.txt": b"one", "b.html": b"<p>two", "c.txt": b"caf\xe9", "d.png": b"\x89PNG\0", "d.txt": b"a picture", "e.md": b"",
    "f.json": b"{}",
}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return str(tmp_path)


def readers(folder: str) -> list[read.Reader]:
    alone = [read.Text(folder), read.Html(folder), read.Repository(folder), read.Media(folder)]
    return [*alone, read.union(a=alone[0], b=alone[1], c=read.Notebook(f"{folder}/f.json"), d=alone[2])]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("most", [1, 2, 100])
def test_together_as_one_by_one(folder: str, number: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_files, "BATCH_ROWS", most)
    reader = readers(folder)[number]
    files = reader.files()
    schema, spans = reader.schema(files), [span for file in files for span in reader.cut(file, 1 << 20)]
    alone = [pa.Table.from_batches(reader.read(span, schema), schema) for span in spans]
    counts = [0] * len(spans)
    together = list(read_spans(reader, schema, spans, 0, Unguarded(), counts))
    assert pa.Table.from_batches(together, schema).to_pylist() == pa.concat_tables(alone).to_pylist()
    assert counts == list(map(len, alone))
    assert max(map(len, together)) <= most


def test_big_files_do_not_wait_for_others(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_files, "BATCH_BYTES", 4)
    reader = read.Text(folder, include=("*.txt", "*.md"))
    files = reader.files()
    batches = reader.read_all([read.Span(file.path) for file in files], reader.schema(files))
    assert [found for _, found in batches] == [{0: 1, 1: 1, 2: 1}, {3: 1}]
