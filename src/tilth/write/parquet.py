"""Parquet whose bytes depend on the rows alone: row groups are cut by counting rows and bytes, not by how the batches came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.write.writer import Open, Writer

GROUP_ROWS = 8192
GROUP_BYTES = 16 << 20


@dataclass(frozen=True)
class Parquet(Writer):
    """One zstd-compressed Parquet file a shard; `without` names columns to leave out.

    >>> import io
    >>> sink = io.BytesIO()
    >>> _ = write_parquet(iter([pa.record_batch({"a": [1]}), pa.record_batch({"a": [2]})]), pa.schema([("a", pa.int64())]), sink)
    >>> pq.read_table(sink).to_pydict()
    {'a': [1, 2]}
    """

    without: tuple[str, ...] = ()

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        names = [name for name in schema.names if name not in self.without]
        kept = pa.schema([schema.field(name) for name in names])
        with open(".parquet") as sink:
            return {"rows": write_parquet((batch.select(names) for batch in batches), kept, sink)}


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, sink: BinaryIO) -> int:
    """Write batches of `schema` to an open file, which stays open; return the number of rows. Memory: one row group."""
    rows = 0
    with pq.ParquetWriter(sink, schema, compression="zstd", compression_level=1, use_dictionary=_low_cardinality(schema)) as writer:
        for group in regroup(batches, schema):
            writer.write_table(group, row_group_size=max(1, len(group)))
            rows += len(group)
    return rows


def regroup(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows: int = GROUP_ROWS, size: int = GROUP_BYTES) -> Iterator[pa.Table]:
    """Yield the same rows as tables that end after `rows` rows, or with the row that reaches `size` bytes of strings."""
    held: list[pa.RecordBatch] = []
    held_rows = held_bytes = 0
    for batch in batches:
        weights = np.cumsum(_string_bytes(batch))
        start, spent = 0, 0
        while start < len(batch):
            by_bytes = int(np.searchsorted(weights, spent + size - held_bytes)) + 1
            end = min(start + rows - held_rows, by_bytes, len(batch))
            held.append(batch.slice(start, end - start))
            held_rows += end - start
            held_bytes += int(weights[end - 1]) - spent
            start, spent = end, int(weights[end - 1])
            if held_rows >= rows or held_bytes >= size:
                yield pa.Table.from_batches(held, schema)
                held, held_rows, held_bytes = [], 0, 0
    if held:
        yield pa.Table.from_batches(held, schema)


def _string_bytes(batch: pa.RecordBatch) -> np.ndarray:
    """Bytes of all long strings, row by row: the weight that decides where a row group ends."""
    total = np.zeros(len(batch), np.int64)
    for column in batch.columns:
        if pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type):
            offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column) + 1] if len(column) else [0]
            total += np.where(np.asarray(column.is_valid()), np.diff(offsets), 0)
    return total


def _low_cardinality(schema: pa.Schema) -> list[str]:
    """Dictionary encoding pays for columns that repeat; on text, ids and hashes it only costs."""
    return [name for name in ("source", "step", "reason", "drop", "content_type", "url_host") if name in schema.names]
