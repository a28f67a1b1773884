"""Parquet: row groups apart, one type a column, damage told where it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import read
from tilth.errors import CorpusError

ReadAll = Callable[..., list[dict[str, Any]]]


def write(path: Path, columns: dict[str, Any], **options: Any) -> read.Parquet:
    pq.write_table(pa.table(columns), path, **options)
    return read.Parquet(str(path))


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 3000))
def test_any_cut_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, rows: int, group: int, size: int
) -> None:
    path = tmp_path_factory.mktemp("p") / "a.parquet"
    reader = write(path, {"text": [f"t{i}" for i in range(rows)], "n": range(rows)}, row_group_size=group)
    found = read_all(reader, size)
    assert [(row["text"], row["n"], row["id"]) for row in found] == [(f"t{i}", i, f"{path}:{i}") for i in range(rows)]
    assert found == read_all(reader)


def test_spans_are_row_groups(tmp_path: Path) -> None:
    reader = write(tmp_path / "a.parquet", {"text": ["x"] * 10}, row_group_size=2)
    assert [(span.start, span.end) for span in reader.cut(reader.files()[0], 1)] == [(i, i + 1) for i in range(5)]
    assert [(span.start, span.end) for span in reader.cut(reader.files()[0], 1 << 30)] == [(0, -1)]


def test_types_names_and_ids(tmp_path: Path, read_all: ReadAll) -> None:
    path = tmp_path / "a.parquet"
    reader = write(path, {
        "text": pa.array(["a", None]).dictionary_encode(), "id": pa.array([7, None], pa.int32()), "n": pa.array([1, None], pa.uint8()),
        "source": ["web", "web"], "tags": [["x"], None], "html": [b"<p>", None],
    })
    assert read_all(reader) == [
        {"id": "7", "source": "parquet", "text": "a", "n": 1, "data_source": "web", "tags": '["x"]', "html": b"<p>", "error": None},
        {"id": f"{path}:1", "source": "parquet", "text": None, "n": None, "data_source": "web", "tags": None, "html": None, "error": None},
    ]
    chosen = read.Parquet(str(path), columns=("n",), source="s")
    assert read_all(chosen)[0] == {"id": "7", "source": "s", "text": "a", "n": 1, "error": None}
    assert read_all(read.Parquet(str(path), text="html", id="source"))[0]["text"] == "<p>"


def test_a_file_of_other_types_is_an_error_that_names_it(tmp_path: Path, read_all: ReadAll) -> None:
    write(tmp_path / "a.parquet", {"text": ["a"], "n": [1]})
    write(tmp_path / "b.parquet", {"text": ["b"], "n": ["1"]})
    with pytest.raises(CorpusError, match=r"(?s)Column 'n'.*b\.parquet.*string here, and int64 in this corpus"):
        read_all(read.Parquet(str(tmp_path)))
    write(tmp_path / "b.parquet", {"text": ["b"], "n": [1], "more": [1]})
    with pytest.raises(CorpusError, match=r"(?s)Column 'more'.*b\.parquet.*absent in this corpus"):
        read_all(read.Parquet(str(tmp_path)))
    assert [row["text"] for row in read_all(read.Parquet(str(tmp_path), columns=("n",)))] == ["a", "b"]
    write(tmp_path / "b.parquet", {"text": ["b"], "n": pa.nulls(1)})
    assert [row["n"] for row in read_all(read.Parquet(str(tmp_path)))] == [1, None]
    write(tmp_path / "b.parquet", {"text": ["b"]})
    assert [row["n"] for row in read_all(read.Parquet(str(tmp_path)))] == [1, None]
    write(tmp_path / "b.parquet", {"n": [2]})
    with pytest.raises(CorpusError, match=r"(?s)no column 'text'.*b\.parquet"):
        read_all(read.Parquet(str(tmp_path)))


def test_a_missing_or_unfit_text_column(tmp_path: Path) -> None:
    reader = write(tmp_path / "a.parquet", {"body": ["a"], "n": [1]})
    with pytest.raises(CorpusError, match=r"(?s)no column 'text'.*are: body, n.*text=\"body\""):
        reader.schema(reader.files())
    with pytest.raises(CorpusError, match=r"(?s)Column 'n'.*int64 here"):
        read.Parquet(reader.path, text="n").schema(reader.files())


def test_strings_that_are_not_utf8_are_errors_of_their_rows(tmp_path: Path, read_all: ReadAll) -> None:
    broken = pa.StringArray.from_buffers(3, pa.py_buffer(np.array([0, 1, 2, 3], np.int32)), pa.py_buffer(b"a\xffb"))
    rows = read_all(write(tmp_path / "a.parquet", {"text": broken, "n": [1, 2, 3]}))
    assert [(row["text"], row["n"]) for row in rows] == [("a", 1), (None, None), ("b", 3)]
    assert rows[1]["id"] == f"{tmp_path}/a.parquet:1" and "UTF" in rows[1]["error"]


def test_a_row_beyond_the_limit(tmp_path: Path, read_all: ReadAll) -> None:
    reader = write(tmp_path / "a.parquet", {"text": ["a", "b" * 2000]})
    rows = read_all(read.Parquet(reader.path, max_bytes=1000))
    assert [row["error"] for row in rows] == [None, "the field 'text' is longer than max_bytes=1000"]


def test_damage_is_a_row(tmp_path: Path, read_all: ReadAll) -> None:
    good = write(tmp_path / "a.parquet", {"text": [f"{i} {i * i}" for i in range(300)]}, row_group_size=100, use_dictionary=False)
    data = bytearray(Path(str(good.path)).read_bytes())
    about = pq.ParquetFile(str(good.path)).metadata.row_group(1).column(0)
    at = about.data_page_offset
    data[at : at + about.total_compressed_size] = b"\xff" * about.total_compressed_size
    (tmp_path / "b.parquet").write_bytes(data)
    (tmp_path / "c.parquet").write_bytes(data[: len(data) // 2])
    (tmp_path / "d.parquet").touch()
    rows = read_all(read.Parquet(str(tmp_path)))
    assert [row["text"] for row in rows if row["error"] is None] == [f"{i} {i * i}" for i in [*range(300), *range(100), *range(200, 300)]]
    errors = [(row["id"], row["error"]) for row in rows if row["error"]]
    assert [place for place, _ in errors] == [f"{tmp_path}/b.parquet:100", f"{tmp_path}/c.parquet:0", f"{tmp_path}/d.parquet:0"]
    assert "row group 1 is damaged from row 100 on" in errors[0][1]
    assert "not a Parquet file" in errors[1][1]
    with pytest.raises(CorpusError, match=r"(?s)No row can be read.*c\.parquet"):
        reader = read.Parquet(f"{tmp_path}/c.parquet")
        reader.schema(reader.files())
