"""The files themselves as the base of a piece: where reading again is as cheap as reading a blob, nothing is copied into the store.

What is stored is a small record: the reader, the spans, and the size, time and digest of each file, by which a change is noticed.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.reader import File, Reader, Span
from tilth.record import record, restore
from tilth.store import Store

BATCH_BYTES = 4 << 20
JOINED_ROWS, JOINED_BYTES = 1024, 1 << 20
ROW_BITS = 32


def addressed(batches: Iterator[pa.RecordBatch], shard: int, position: int = 0) -> Iterator[pa.RecordBatch]:
    """Yield the rows of one shard with their addresses in `row`; big batches are cut, so that no step holds more than it must.

    Small ones, files of one document above all, are joined: a step's call costs as much for one row as for some hundred.
    """
    for batch in _joined(batches):
        for part in _bounded(batch):
            rows = np.arange(position, position + len(part), dtype=np.uint64) + (np.uint64(shard) << np.uint64(ROW_BITS))
            position += len(part)
            names = [name for name in part.schema.names if name != "row"]
            yield pa.record_batch([pa.array(rows), *(part[name] for name in names)], names=["row", *names])


def _joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    held: list[pa.RecordBatch] = []
    rows, size = 0, 0
    for batch in batches:
        if held and (rows + len(batch) > JOINED_ROWS or size + batch.nbytes > JOINED_BYTES):
            yield _one(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + len(batch), size + batch.nbytes
    if held:
        yield _one(held)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """One batch of several; Arrow copies even a single one, and most are big ones that stand alone."""
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    parts = max(1, min(len(batch), batch.nbytes // BATCH_BYTES))
    size = -(-len(batch) // parts) if len(batch) else 1
    yield from (batch.slice(start, size) for start in range(0, max(1, len(batch)), size))


def keep_source(
    store: Store, reader: Reader, schema: pa.Schema, spans: Sequence[Span], digests: Sequence[str], shard: int
) -> str | None:
    """Store the record of a shard whose files, of these digests, can stand for its base; None where they cannot."""
    if any(reader.reread(span, schema, ["id"]) is None for span in spans):
        return None
    data = {
        "reader": record(reader, store.put), "schema": store.put_table(schema.empty_table()), "shard": shard,
        "spans": [[span.path, span.start, span.end, digest, *_state(span.path)] for span, digest in zip(spans, digests, strict=True)],
    }
    return store.put(json.dumps(data, sort_keys=True).encode())


def read_source(store: Store, name: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield `row` and these columns of a shard, from its files. Raises CorpusError where a file is not what it was."""
    data = json.loads(store.get(name))
    reader, schema = restore(data["reader"], store.get), store.parquet(data["schema"]).schema_arrow
    yield from addressed(_reread(reader, schema, data["spans"], columns), data["shard"])


def _reread(reader: Reader, schema: pa.Schema, spans: Sequence[list[int | str]], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for path, start, end, digest, *state in spans:
        now = _state(str(path))
        if now != state and (now[0] != state[0] or _digest(reader, str(path), *now) != digest):
            raise CorpusError(
                f"{path} is not what it was when the run began.", where=str(path),
                why="its content changed, and the run reads it again",
                fix="run again: a changed file is a new shard, and only what depends on it is done again",
            )
        yield from reader.reread(Span(str(path), int(start), int(end)), schema, columns or ["id"]) or ()


@functools.cache
def _digest(reader: Reader, path: str, size: int, time: int) -> str:
    """The digest of a file whose time is new: it may have been touched only."""
    return reader.digest(File(path, size, str(time)))


def _state(path: str) -> list[int]:
    try:
        about = os.stat(path)
    except FileNotFoundError:
        return [-1, -1]
    return [about.st_size, about.st_mtime_ns]


def columns_of(schema: pa.Schema) -> tuple[str, ...]:
    """Return the columns that a source brings to a piece: all but the messages to the runner."""
    return tuple(name for name in schema.names if name not in ("row", "error", "drop", "drop_of"))
