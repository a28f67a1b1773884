"""Files of a table in a data lake: Parquet files that a log lists, with columns under other names, and values that stand in the log alone.

Such a file is written once and never changed, so a new version of a table is new files beside old ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.errors import CorpusError
from tilth.read.cast import normal, typed_batch
from tilth.read.columns import BATCH_ROWS, STRING, Fields, base_schema, error_row, places
from tilth.read.parquet import BATCH_BYTES, opened, row_groups
from tilth.read.reader import File, Span


def with_values(path: str, values: Mapping[str, str | None]) -> str:
    """Return a path that carries the values of the file's partition (no value: null).

    >>> with_values("a/1.parquet", {"day": "5/6", "land": None})
    'a/1.parquet#day=5%2F6'
    """
    known = {name: value for name, value in values.items() if value is not None}
    return f"{path}#{urlencode(known)}" if values or "#" in path else path


def values_of(path: str) -> tuple[str, dict[str, str]]:
    """Return the path of the file itself, and the values that `with_values` put behind it.

    >>> values_of("a/1.parquet#day=5%2F6")
    ('a/1.parquet', {'day': '5/6'})
    """
    bare, mark, values = path.rpartition("#")
    return (bare, dict(parse_qsl(values, keep_blank_values=True))) if mark else (path, {})


def cut_rows(file: File, size: int) -> list[Span]:
    """Return the file as spans of row groups."""
    bare, _ = values_of(file.path)
    try:
        with opened(bare) as parquet:
            return [replace(span, path=file.path) for span in row_groups(bare, parquet.metadata, size)]
    except pa.ArrowInvalid:
        return [Span(file.path)]  # reading will say what is wrong with it


def table_schema(found: pa.Schema, fields: Fields, where: str) -> pa.Schema:
    """Return the corpus's schema of a table's columns; raise CorpusError.no_column."""
    fields.check(found.names, where)
    own = [(fields.column(field.name), normal(field.type)) for field in found]
    return base_schema(*(pa.field(name, kind) for name, kind in own if name is not None))


class Part:
    """The rows of one span: `names` says under which name the file has a column of the table, where that is not its own."""

    def __init__(self, span: Span, schema: pa.Schema, fields: Fields, source: str, limit: int) -> None:
        self.span, self.schema, self.fields, self.source, self.limit = span, schema, fields, source, limit
        self.path, self.values = values_of(span.path)

    def read(self, parquet: pq.ParquetFile, names: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows; a row group that is damaged ends in a row with an error."""
        there = set(parquet.schema_arrow.names)
        wanted = {self.fields.of(column) for column in self.schema.names if column not in ("source", "rest", "error")}
        stored = {name: names.get(name, name) for name in wanted if name is not None and name not in self.values}
        stored = {name: own for name, own in stored.items() if own in there}
        end = self.span.end if self.span.end >= 0 else parquet.num_row_groups
        for group in range(self.span.start, end):
            yield from self._group(parquet, group, stored)

    def broken(self, row: int, why: str) -> pa.RecordBatch:
        return error_row(f"{self.path}:{row}", why, self.schema, self.source)

    def _group(self, parquet: pq.ParquetFile, group: int, stored: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
        row = sum(parquet.metadata.row_group(i).num_rows for i in range(group))
        about = parquet.metadata.row_group(group)
        size = max(1, min(BATCH_ROWS, BATCH_BYTES * about.num_rows // max(1, about.total_byte_size)))
        try:
            for batch in parquet.iter_batches(size, [group], list(stored.values())):
                yield self._batch(batch, row, stored)
                row += len(batch)
        except (OSError, pa.ArrowInvalid) as error:
            if isinstance(error, OSError) and (type(error) is not OSError or error.errno is not None):
                raise  # the disk's or the network's, not the file's: it may pass
            yield self.broken(row, f"row group {group} is damaged from row {row} on: {error}")

    def _batch(self, batch: pa.RecordBatch, row: int, stored: Mapping[str, str]) -> pa.RecordBatch:
        columns = {name: batch[own] for name, own in stored.items()}
        columns |= {name: pa.repeat(pa.scalar(value, STRING), len(batch)) for name, value in self.values.items()}
        columns |= {} if columns else {"": pa.nulls(len(batch))}  # no column of the table is asked for: its rows count
        where = places(self.path, np.arange(row, row + len(batch)))
        return typed_batch(pa.record_batch(columns), self.fields, where, self.schema, self.source, self.limit)


def deleted_rows(where: str, why: str, fix: str) -> CorpusError:
    """Return the error for a table of which some rows are deleted without being gone from their files."""
    return CorpusError("The table has rows that are deleted, but still in its files.", where=where, why=why, fix=fix)
