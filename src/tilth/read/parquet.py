"""Parquet: columns as they are, cut by row groups; nested values become JSON text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.errors import CorpusError
from tilth.read.cast import normal, typed_batch
from tilth.read.columns import BATCH_ROWS, BINARY, FLOAT, INT, STRING, Fields, base_schema, error_row, places
from tilth.read.files import Paths, is_url, list_files, open_file
from tilth.read.reader import File, Reader, Span

BATCH_BYTES = 4 << 20
_WIDER = {(INT, FLOAT), (STRING, BINARY)}  # what a union of readers may ask of a column


@dataclass(frozen=True)
class Parquet(Reader):
    """Read Parquet files; the row groups of one file are read apart.

    `text` and `id` name the columns that are the text and the id (default: "id" where there is one, else "file:row"); `columns`
    names the only others to keep. Integers become int64, floats float64, dates and nested values text. A file whose columns are
    of other types than the first one's is a CorpusError; a damaged file or row group is a row with an error.

    >>> Parquet("data/*.parquet", text="content").source
    'parquet'
    """

    path: Paths
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "parquet"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".parquet", ".pq"), self._where)

    def cut(self, file: File, size: int) -> list[Span]:
        try:
            with opened(file.path) as parquet:
                return row_groups(file.path, parquet.metadata, size)
        except pa.ArrowInvalid:
            return [Span(file.path)]  # `read` will say what is wrong with it

    def schema(self, files: list[File]) -> pa.Schema:
        why = "no file has a row"
        for file in files:
            try:
                with opened(file.path) as parquet:
                    if parquet.metadata.num_rows:
                        return self._schema(parquet.schema_arrow)
            except pa.ArrowInvalid as error:
                why = f"{file.path}: {error}"
        raise CorpusError("No row can be read.", where=self._where, why=why, fix="check that these are Parquet files")

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            with opened(span.path) as parquet:
                self._check(parquet.schema_arrow, schema, span.path)
                end = span.end if span.end >= 0 else parquet.num_row_groups
                for group in range(span.start, end):
                    yield from self._group(parquet, group, span.path, schema)
        except pa.ArrowInvalid as error:
            yield error_row(f"{span.path}:0", f"not a Parquet file: {error}", schema, self.source)

    def reread(self, span: Span, schema: pa.Schema, columns: Sequence[str]) -> Iterator[pa.RecordBatch] | None:
        narrow = pa.schema([column for column in schema if column.name in {*columns, "id", "source", "error"}])
        return None if is_url(span.path) else self._again(span, narrow, list(columns))

    def _again(self, span: Span, narrow: pa.Schema, columns: list[str]) -> Iterator[pa.RecordBatch]:
        with opened(span.path) as parquet:
            for group in range(span.start, span.end if span.end >= 0 else parquet.num_row_groups):
                for batch in self._group(parquet, group, span.path, narrow):
                    yield batch.select(columns)

    @property
    def _where(self) -> str:
        return f"read.Parquet({self.path!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _schema(self, found: pa.Schema) -> pa.Schema:
        self._fields.check(found.names, self._where)
        own = [(self._fields.column(field.name), normal(field.type)) for field in found]
        schema = base_schema(*(pa.field(name, kind) for name, kind in own if name is not None))
        self._check(found, schema, self._where)
        return schema

    def _check(self, found: pa.Schema, schema: pa.Schema, where: str) -> None:
        """Raise CorpusError where a file's columns are not the corpus's: all rows of the file are of one type, so no row is to blame."""
        self._fields.check(found.names, where)
        for field in found:
            column = "text" if field.name == self.text else self._fields.column(field.name)
            if column is None or pa.types.is_null(field.type):
                continue
            expected = schema.field(column).type if column in schema.names else None
            kind = normal(field.type)
            if kind != expected and (kind, expected) not in _WIDER and not (column == "text" and kind == BINARY):
                raise _drift(where, field, expected)

    def _group(self, parquet: pq.ParquetFile, group: int, path: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        row = sum(parquet.metadata.row_group(i).num_rows for i in range(group))
        about = parquet.metadata.row_group(group)
        rows = BATCH_BYTES * about.num_rows // max(1, about.total_byte_size)
        wanted = {self._fields.of(column) for column in schema.names if column not in ("source", "rest", "error")}
        columns = [field for field in parquet.schema_arrow.names if field in wanted]
        try:
            for batch in parquet.iter_batches(max(1, min(BATCH_ROWS, rows)), [group], columns):
                yield self._batch(batch, row, path, schema)
                row += len(batch)
        except (OSError, pa.ArrowInvalid) as error:
            if isinstance(error, OSError) and (type(error) is not OSError or error.errno is not None):
                raise  # the disk's or the network's, not the file's: it may pass
            yield error_row(f"{path}:{row}", f"row group {group} is damaged from row {row} on: {error}", schema, self.source)

    def _batch(self, batch: pa.RecordBatch, row: int, path: str, schema: pa.Schema) -> pa.RecordBatch:
        where = places(path, np.arange(row, row + len(batch)))
        return typed_batch(batch, self._fields, where, schema, self.source, self.max_bytes)


@contextmanager
def opened(path: str) -> Iterator[pq.ParquetFile]:
    if is_url(path):
        with open_file(path) as file, pq.ParquetFile(file, pre_buffer=True) as parquet:
            yield parquet
    else:
        with pq.ParquetFile(path) as parquet:
            yield parquet


def row_groups(path: str, about: pq.FileMetaData, size: int) -> list[Span]:
    """Spans of whole row groups, each closed by the group with which it reaches `size` bytes of the file."""
    spans, start, held = [], 0, 0
    for group in range(about.num_row_groups):
        held += sum(about.row_group(group).column(i).total_compressed_size for i in range(about.num_columns))
        if held >= size or group == about.num_row_groups - 1:
            spans.append(Span(path, start, group + 1))
            start, held = group + 1, 0
    return spans if len(spans) > 1 else [Span(path)]


def _drift(where: str, field: pa.Field, expected: pa.DataType | None) -> CorpusError:
    return CorpusError(
        f"Column {field.name!r} does not fit the corpus.",
        where=where,
        why=f"it is {field.type} here, and {expected or 'absent'} in this corpus",
        fix="read such files apart and join the two with read.union(), or name the columns to keep: columns=(...)",
    )
