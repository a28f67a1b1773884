"""Arrow files: both forms, in parts where they have a footer, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tilth import read

ReadAll = Callable[..., list[dict[str, Any]]]
TABLE = pa.table({"text": [f"text {i}" for i in range(100)], "n": pa.array(range(100), pa.int16()), "v": [[1.0, 2.0]] * 100})


def write(path: Path, make: Callable[[Any, pa.Schema], Any]) -> None:
    with pa.OSFile(str(path), "wb") as sink, make(sink, TABLE.schema) as writer:
        for batch in TABLE.to_batches(max_chunksize=7):
            writer.write_batch(batch)


@pytest.mark.parametrize("size", [1 << 30, 300])
@pytest.mark.parametrize("make", [pa.ipc.new_file, pa.ipc.new_stream])
def test_rows_are_those_of_the_file(make: Any, size: int, tmp_path: Path, read_all: ReadAll) -> None:
    write(tmp_path / "a.arrow", make)
    rows = read_all(read.Arrow(str(tmp_path)), size)
    assert [(row["text"], row["n"], row["v"]) for row in rows] == [(row["text"], row["n"], row["v"]) for row in TABLE.to_pylist()]
    assert [row["id"] for row in rows] == [f"{tmp_path}/a.arrow:{i}" for i in range(100)]
    reader = read.Arrow(str(tmp_path))
    assert (len(reader.cut(reader.files()[0], 300)) > 1) == (make is pa.ipc.new_file)


def test_what_is_no_arrow_file_says_why(tmp_path: Path, read_all: ReadAll) -> None:
    write(tmp_path / "a.arrow", pa.ipc.new_stream)
    data = (tmp_path / "a.arrow").read_bytes()
    (tmp_path / "b.arrow").write_bytes(data[: len(data) // 2])
    (tmp_path / "c.arrow").write_bytes(b"ARROW1 but no more")
    (tmp_path / "d.arrow").write_bytes(b"\xff" * 100)
    rows = read_all(read.Arrow(str(tmp_path)), 300)
    assert sum(row["error"] is None for row in rows) > 100
    assert [row["id"].rpartition("/")[2][:1] for row in rows if row["error"]] == ["b", "c", "d"]
    assert all("not an Arrow file, or damaged" in row["error"] for row in rows if row["error"])
