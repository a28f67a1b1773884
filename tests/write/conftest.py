"""What the tests of writers share: rows written as the runner does it, into a folder, in any batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tilth.write import Writer

Write = Callable[..., dict[str, Any]]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """`written(writer, table, cuts, name)` leaves files in tmp_path/name; two writes of the same rows must give the same bytes."""

    def write(writer: Writer, table: pa.Table, cuts: Sequence[int] = (), name: str = "out") -> dict[str, Any]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        edges = [0, *cuts, len(table)]
        parts = [table.slice(a, b - a).combine_chunks().to_batches() for a, b in pairwise(edges)]
        batches = [part[0] for part in parts if part]
        about = writer.write(iter(batches), table.schema, lambda suffix: (folder / f"00000{suffix}").open("wb"))
        for file, data in writer.finish({0: about}).items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(data)
        return about

    return write


@pytest.fixture
def table() -> pa.Table:
    """Rows of every type that a corpus has."""
    n = 50
    return pa.table({
        "row": pa.array([(3 << 32) + i for i in range(n)], pa.uint64()), "id": pa.array([f"id {i}" for i in range(n)], pa.large_string()),
        "text": pa.array([f"text {i} é\n" * (i % 5) if i % 7 else None for i in range(n)], pa.large_string()),
        "score": pa.array([i / 4 if i % 3 else None for i in range(n)], pa.float64()), "good": pa.array([i % 2 == 0 for i in range(n)]),
        "count": pa.array([i - 10 for i in range(n)], pa.int64()),
        "image": pa.array([b"\x89PNG\r\n\x1a\n" + bytes([i]) * i if i % 4 else None for i in range(n)], pa.large_binary()),
        "tokens": pa.array([list(range(i % 6)) if i % 9 else None for i in range(n)], pa.large_list(pa.uint16())),
        "split": pa.array(["train", "test", None][i % 3] for i in range(n)).cast(pa.large_string()),
    })


def folder_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def same_bytes(written: Write, table: pa.Table, tmp_path: Path) -> Callable[[Writer], None]:
    """Asserts that the bytes depend on the rows alone, not on where the batches were cut; and that no rows can be written."""

    def check(writer: Writer) -> None:
        written(writer, table, name="whole")
        for i, cuts in enumerate(([1], [7, 7, 30], range(1, 50))):
            written(writer, table, list(cuts), name=f"cut{i}")
            assert folder_bytes(tmp_path / f"cut{i}") == folder_bytes(tmp_path / "whole")
        written(writer, table.slice(0, 0), name="none")

    return check
