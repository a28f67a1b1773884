"""Parquet whose bytes depend on the rows alone: row groups are cut by counting rows and bytes, not by how the batches came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.write.writer import Open, Writer

GROUP_ROWS = 8192
GROUP_BYTES = 16 << 20


@dataclass(frozen=True)
class Parquet(Writer):
    """One zstd-compressed Parquet file a shard, small ones together; `without` names columns to leave out.

    >>> import io
    >>> sink = io.BytesIO()
    >>> _ = write_parquet(iter([pa.record_batch({"a": [1]}), pa.record_batch({"a": [2]})]), pa.schema([("a", pa.int64())]), sink)
    >>> pq.read_table(sink).to_pydict()
    {'a': [1, 2]}
    """

    together: ClassVar[bool] = True

    without: tuple[str, ...] = ()

    def needs(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in self.without]

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        names = self.needs(schema.names)
        kept = pa.schema([schema.field(name) for name in names])
        with open(".parquet") as sink:
            return {"rows": write_parquet((batch.select(names) for batch in batches), kept, sink)}


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, sink: BinaryIO) -> int:
    """Write batches of `schema` to an open file, which stays open; return the number of rows. Memory: one row group."""
    with RowGroups(schema, sink) as groups:
        for batch in batches:
            groups.write(batch)
    return groups.rows


class RowGroups:
    """An open Parquet file whose row groups end after GROUP_ROWS rows, or with the row that reaches GROUP_BYTES.

    So the same rows give the same bytes, however they were cut into batches.
    """

    def __init__(self, schema: pa.Schema, sink: BinaryIO) -> None:
        self.schema, self.rows = schema, 0
        self.held: list[pa.RecordBatch] = []
        self.held_rows = self.held_bytes = 0
        self.writer = pq.ParquetWriter(
            sink, schema, compression="zstd", compression_level=1, use_dictionary=_low_cardinality(schema), write_page_checksum=True
        )

    def write(self, batch: pa.RecordBatch) -> None:
        weights = np.cumsum(long_bytes(batch))
        start, spent = 0, 0
        while start < len(batch):
            by_bytes = int(np.searchsorted(weights, spent + GROUP_BYTES - self.held_bytes)) + 1
            end = min(start + GROUP_ROWS - self.held_rows, by_bytes, len(batch))
            self.held.append(batch.slice(start, end - start))
            self.held_rows += end - start
            self.held_bytes += int(weights[end - 1]) - spent
            start, spent = end, int(weights[end - 1])
            if self.held_rows >= GROUP_ROWS or self.held_bytes >= GROUP_BYTES:
                self._end_group()

    def _end_group(self) -> None:
        group = pa.Table.from_batches(self.held, self.schema).combine_chunks()  # or pages would end where batches did
        self.writer.write_table(group, row_group_size=max(1, self.held_rows))
        self.rows += self.held_rows
        self.held, self.held_rows, self.held_bytes = [], 0, 0

    def __enter__(self) -> RowGroups:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self.held:
            self._end_group()
        self.writer.close()


def long_bytes(batch: pa.RecordBatch) -> np.ndarray:
    """Bytes of all long strings and lists, row by row: the weight that decides where a row group ends."""
    total = np.zeros(len(batch), np.int64)
    for column in batch.columns:
        width = _item_bytes(column.type)
        if width and len(column):
            offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column) + 1]
            total += np.where(np.asarray(column.is_valid()), np.diff(offsets) * width, 0)
    return total


def _item_bytes(kind: pa.DataType) -> int:
    """Bytes an item of a type with 64-bit offsets; 0 for every other type."""
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        return 1
    if pa.types.is_large_list(kind):
        return max(1, kind.value_type.bit_width // 8) if pa.types.is_primitive(kind.value_type) else 8
    return 0


def _low_cardinality(schema: pa.Schema) -> list[str]:
    """Dictionary encoding pays for columns that repeat; on text, ids and hashes it only costs."""
    return [name for name in ("source", "step", "reason", "drop", "content_type", "url_host") if name in schema.names]
