"""Delta Lake tables: what their log lists, version by version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from tilth.errors import CorpusError, MissingExtra
from tilth.read.columns import STRING, Fields
from tilth.read.lake import Part, cut_rows, deleted_rows, table_schema, values_of, with_values
from tilth.read.parquet import opened
from tilth.read.reader import File, Reader, Span

_HARMLESS = {"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck", "deletionVectors"}  # the last: looked at file by file


@dataclass(frozen=True)
class Delta(Reader):
    """Read a Delta Lake table (through delta-rs): the files of its newest version, or of version `as_of`, with partition columns.

    `text`, `id` and `columns` as for Parquet. A newer version adds the files that it adds and takes away those that it took away; all
    others stay the shards that they are. A table with deletion vectors, or columns mapped to other names, is a CorpusError, as these are
    not honoured. Protocol: github.com/delta-io/delta, PROTOCOL.md.

    >>> Delta("lake/articles", text="body").source
    'delta'
    """

    path: str
    as_of: int | None = None
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "delta"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        table = self._table()
        found = []
        for added in pa.table(table.get_add_actions(flatten=False)).to_pylist():
            path = unquote(added["path"])
            whole = path if "://" in path or path.startswith("/") else f"{self.path.rstrip('/')}/{path}"
            values = {name: _text(value) for name, value in (added.get("partition") or {}).items()}
            found.append(File(with_values(whole, values), int(added["size_bytes"]), str(added["modification_time"])))
        if not found:
            raise CorpusError.empty(self._where, f"version {table.version()} of the table has no file")
        return sorted(found, key=lambda file: file.path)

    def digest(self, file: File) -> str:
        return super().digest(replace(file, path=values_of(file.path)[0]))

    def cut(self, file: File, size: int) -> list[Span]:
        return cut_rows(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        return table_schema(pa.schema(self._table().schema().to_arrow()), self._fields, self._where)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        part = Part(span, schema, self._fields, self.source, self.max_bytes)
        try:
            with opened(part.path) as parquet:
                yield from part.read(parquet, {})
        except pa.ArrowInvalid as error:
            yield part.broken(0, f"not a Parquet file: {error}")

    @property
    def _where(self) -> str:
        return f"read.Delta({self.path!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _table(self) -> Any:
        try:
            from deltalake import DeltaTable
            from deltalake.exceptions import DeltaError
        except ImportError:
            raise MissingExtra.of("deltalake", "delta", "read.Delta") from None
        try:
            table = DeltaTable(self.path, version=self.as_of)
            self._refuse_what_is_not_honoured(table)
        except (DeltaError, OSError) as error:
            fix = "check the path and the version; the folder of a table has a _delta_log"
            raise CorpusError("No Delta table can be read.", where=self._where, why=str(error), fix=fix) from error
        return table

    def _refuse_what_is_not_honoured(self, table: Any) -> None:
        protocol = table.protocol()
        features = set(protocol.reader_features or ())
        mapped = table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none"
        unknown = sorted(features - _HARMLESS - ({"columnMapping"} if not mapped else set()))
        if mapped or unknown:
            why = f"it uses {', '.join(unknown) or 'columnMapping'}, which is not honoured here"
            raise CorpusError("The table cannot be read.", where=self._where, why=why, fix="write it without, into a table of its own")
        if "deletionVectors" in features and _has_deletion_vectors(table):
            raise deleted_rows(self._where, "it has deletion vectors", "REORG TABLE ... APPLY (PURGE) writes its files anew without them")


def _has_deletion_vectors(table: Any) -> bool:
    return any(batch.num_rows for batch in pa.RecordBatchReader.from_stream(table.deletion_vectors()))


def _text(value: Any) -> str | None:
    """A value of a partition as a cast reads it back."""
    return None if value is None else str(pa.scalar(value).cast(STRING).as_py())
