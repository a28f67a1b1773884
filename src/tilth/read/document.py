"""Files that are one document each, and files that hold many: read in bounded memory, parsed by their format, told row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa

from tilth.read.columns import Fields, places, to_batch
from tilth.read.reader import Span
from tilth.read.small_files import grouped
from tilth.read.text import whole_file

BATCH_ROWS = 1024
BATCH_BYTES = 4 << 20

Parse = Callable[[bytes], Mapping[str, Any]]
"""From a file's bytes to the columns of its row; raises Unreadable."""


class Unreadable(ValueError):
    """The file is not what its name says, is locked, or holds nothing that can be read; says why, for the quarantine."""


class Found(NamedTuple):
    """A row and the place where its bytes lie, or what is wrong with what lies there."""

    place: int
    row: Mapping[str, Any]
    error: str | None = None


def document(span: Span, schema: pa.Schema, source: str, limit: int, parse: Parse) -> pa.RecordBatch:
    """Return the one row that a file of at most `limit` bytes is; what `parse` cannot read is a row with an error."""
    data, error = whole_file(span.path, limit)
    row: Mapping[str, Any] = {}
    if not error:
        try:
            row = {"id": span.path, "path": span.path, **parse(data)}
        except Unreadable as why:
            error = str(why)
    return to_batch([row], places(span.path, [0]), {0: error} if error else {}, schema, Fields("text", "id"), source)


def batched(found: Iterable[Found], path: str, schema: pa.Schema, source: str) -> Iterator[pa.RecordBatch]:
    """Yield what was found in one file as batches of at most BATCH_ROWS rows, or about BATCH_BYTES."""
    for held in grouped(found, _weight, BATCH_ROWS, BATCH_BYTES):
        yield _batch(held, path, schema, source)


def _weight(found: Found) -> int:
    return sum(len(value) for value in found.row.values() if isinstance(value, (str, bytes)))


def _batch(held: list[Found], path: str, schema: pa.Schema, source: str) -> pa.RecordBatch:
    errors = {i: item.error for i, item in enumerate(held) if item.error}
    where = places(path, [item.place for item in held])
    return to_batch([item.row for item in held], where, errors, schema, Fields("text", "id"), source)
