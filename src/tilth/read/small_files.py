"""Files that are one row each: many share a batch, as one of a single row costs as much as one of some hundred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from tilth.read.columns import STRING, Fields, to_batch
from tilth.read.reader import Span

BATCH_ROWS, BATCH_BYTES = 1024, 1 << 20
T = TypeVar("T")


class FileRow(NamedTuple):
    """What a file of `size` bytes is as a row, or what is wrong with it."""

    row: Mapping[str, Any]
    error: str | None = None
    size: int = 0


def rows_of_files(
    spans: Sequence[Span], read: Callable[[str], FileRow | None], schema: pa.Schema, source: str
) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
    """Yield what `Reader.read_all` does for files of which `read` makes a row each, or none (None), from their path."""
    found = ((i, spans[i].path, row) for i in range(len(spans)) if (row := read(spans[i].path)) is not None)
    for held in grouped(found, lambda item: item[2].size, BATCH_ROWS, BATCH_BYTES):
        errors = {at: row.error for at, (_, _, row) in enumerate(held) if row.error}
        places = pa.array([f"{path}:0" for _, path, _ in held], STRING)
        rows = [row.row for _, _, row in held]
        yield to_batch(rows, places, errors, schema, Fields("text", "id"), source), {i: 1 for i, _, _ in held}


def grouped(items: Iterable[T], weigh: Callable[[T], int], most: int, heaviest: int) -> Iterator[list[T]]:
    """Yield the items in lists of `most`, or fewer where their weight reaches `heaviest`.

    >>> list(grouped("abcdefg", ord, 3, 200))
    [['a', 'b', 'c'], ['d', 'e'], ['f', 'g']]
    """
    held: list[T] = []
    total = 0
    for item in items:
        held.append(item)
        total += weigh(item)
        if len(held) >= most or total >= heaviest:
            yield held
            held, total = [], 0
    if held:
        yield held
