"""Files as the base of a piece: nothing is copied, nothing differs, and a change of the file is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_steps import RECIPE, Replace, Words

from tilth import CorpusError, Filter, load, run
from tilth.read import Jsonl, Parquet
from tilth.source import keep_source, read_source
from tilth.store import Store


def write(path: Path, rows: int = 200, group: int = 60) -> None:
    texts = [f"a line {i % 37} of {path.stem[0]} number {i % 5}" for i in range(rows)]
    pq.write_table(pa.table({"text": texts, "score": list(range(rows))}), path, row_group_size=group)


def test_a_source_leaves_what_a_copy_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.parquet")
    reader = Parquet(str(tmp_path / "*.parquet"))
    lean = run(reader, RECIPE, str(tmp_path / "lean"), "inline", split=2000)
    assert lean.pieces()[0].layers[0].source
    monkeypatch.setattr(Parquet, "reread", lambda *_: None)
    full = run(reader, RECIPE, str(tmp_path / "full"), "inline", split=2000)
    assert not full.pieces()[0].layers[0].source
    for folder in ("data", "audit"):
        assert pq.read_table(tmp_path / "lean" / folder).equals(pq.read_table(tmp_path / "full" / folder))


def test_text_that_nothing_edits_is_not_stored(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", rows=20_000, group=5000)
    done = run(Parquet(str(tmp_path / "a.parquet")), [Words(), Filter("words > 3")], str(tmp_path / "out"), "inline", write=())
    assert sum(path.stat().st_size for path in (tmp_path / "out" / "store" / "blobs").rglob("*") if path.is_file()) < 200_000
    assert done.rows == 20_000


@settings(max_examples=20)
@given(st.integers(1, 70), st.integers(0, 199), st.integers(0, 199))
def test_a_source_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, group: int, low: int, high: int) -> None:
    folder = tmp_path_factory.mktemp("source")
    write(folder / "a.parquet", group=group)
    reader, store = Parquet(str(folder)), Store(str(folder / "store"))
    files = reader.files()
    spans = reader.cut(files[0], 1000)
    name = keep_source(store, reader, reader.schema(files), spans, ["digest"] * len(spans), 3)
    assert name
    table = pa.Table.from_batches(list(read_source(store, name, ["text", "id"])))
    assert table["row"].to_pylist() == [(3 << 32) + i for i in range(200)]
    assert table["text"].to_pylist() == pq.read_table(folder / "a.parquet")["text"].to_pylist()
    assert table["id"][low].as_py() == f"{folder}/a.parquet:{low}"


def test_a_file_that_changes_under_a_run_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet")
    run(Parquet(str(tmp_path / "a.parquet")), [Words()], str(tmp_path / "out"), "inline")
    write(tmp_path / "a.parquet", rows=210)
    piece = load(str(tmp_path / "out")).pieces()[0]
    with pytest.raises(CorpusError, match="is not what it was"):
        list(read_source(load(str(tmp_path / "out")).store(), piece.layers[0].blob, ["text"]))
    again = run(Parquet(str(tmp_path / "a.parquet")), [Words()], str(tmp_path / "out"), "inline")
    assert again.rows == 210


def test_a_touched_file_is_read_again_without_complaint(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet")
    reader, out = Parquet(str(tmp_path / "a.parquet")), str(tmp_path / "out")
    run(reader, [Words()], out, "inline")
    os.utime(tmp_path / "a.parquet")
    assert run(reader, [Words(), Filter("words > 1"), Replace("line", "row")], out, "inline").rows == 200


def test_a_damaged_file_is_copied_after_all(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", rows=4000, group=1000)
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    start = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(2).column(0).dictionary_page_offset
    data[start : start + 40] = b"\xff" * 40
    (tmp_path / "a.parquet").write_bytes(bytes(data))
    done = run(Parquet(str(tmp_path / "a.parquet")), [Words()], str(tmp_path / "out"), "inline", probe=False)
    assert done.data["quarantined"] >= 1 and not done.pieces()[0].layers[0].source
    assert done.rows >= 3000


def test_formats_that_must_be_parsed_are_copied(lines: Path) -> None:
    done = run(Jsonl(str(lines)), [Words()], str(lines.parent / "out"), "inline")
    assert not done.pieces()[0].layers[0].source
