"""Apache Iceberg tables: the data files of a snapshot, their columns found by field id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fsspec
import pyarrow as pa

from tilth.errors import CorpusError, MissingExtra
from tilth.read.columns import Fields
from tilth.read.lake import Part, cut_rows, deleted_rows, table_schema
from tilth.read.parquet import opened
from tilth.read.reader import File, Reader, Span

_NUMBER = re.compile(r"v?(\d+)(?:-[^/]*)?(?:\.gz)?\.metadata\.json(?:\.gz)?$")
_COMPACT = "let its engine write the files anew: CALL system.rewrite_data_files(table, options => map('delete-file-threshold', '1'))"


@dataclass(frozen=True)
class Iceberg(Reader):
    """Read an Iceberg table (through pyiceberg): the data files of its newest snapshot, or of the snapshot `as_of`.

    `path` is the table's folder, one of its metadata files, or its name in a `catalog` (as set up for pyiceberg). `text`, `id` and
    `columns` as for Parquet; a column is found by its field id, so files from before it was renamed have it too. A newer snapshot adds its
    new files; all others stay the shards that they are. A table with delete files (merge on read), or files that are no Parquet, is
    a CorpusError, as these are not honoured. Format: iceberg.apache.org/spec.

    >>> Iceberg("warehouse/db/articles", text="body").source
    'iceberg'
    """

    path: str
    catalog: str = ""
    as_of: int | None = None
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "iceberg"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        found = [self._file(task) for task in self._tasks(_table(self.path, self.catalog))]
        if not found:
            raise CorpusError.empty(self._where, "the snapshot has no file")
        return sorted(found, key=lambda file: file.path)

    def cut(self, file: File, size: int) -> list[Span]:
        return cut_rows(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        table = _table(self.path, self.catalog)
        return table_schema(table.scan(snapshot_id=self.as_of).projection().as_arrow(), self._fields, self._where)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        part = Part(span, schema, self._fields, self.source, self.max_bytes)
        try:
            with opened(part.path) as parquet:
                yield from part.read(parquet, _stored_names(_table(self.path, self.catalog), parquet.schema_arrow, part.path))
        except pa.ArrowInvalid as error:
            yield part.broken(0, f"not a Parquet file: {error}")

    @property
    def _where(self) -> str:
        return f"read.Iceberg({self.path!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _tasks(self, table: Any) -> list[Any]:
        try:
            tasks = list(table.scan(snapshot_id=self.as_of).plan_files())
        except (NotImplementedError, ValueError) as error:
            if "delete" in str(error):
                raise deleted_rows(self._where, str(error), _COMPACT) from error
            fix = "name another: as_of=..."
            raise CorpusError("The snapshot cannot be read.", where=self._where, why=str(error), fix=fix) from error
        if any(task.delete_files for task in tasks):
            raise deleted_rows(self._where, "its snapshot has delete files", _COMPACT)
        return tasks

    def _file(self, task: Any) -> File:
        path = task.file.file_path.removeprefix("file://")
        if task.file.file_format.name != "PARQUET":
            why = f"it is {task.file.file_format.name}"
            raise CorpusError("A data file is no Parquet file.", where=path, why=why, fix="write the table in Parquet")
        return File(path, int(task.file.file_size_in_bytes), "")  # written once, never changed


def _table(path: str, catalog: str) -> Any:
    try:
        from pyiceberg.catalog import load_catalog
        from pyiceberg.exceptions import NoSuchTableError
        from pyiceberg.table import StaticTable
    except ImportError:
        raise MissingExtra.of("pyiceberg", "iceberg", "read.Iceberg") from None
    where = f"read.Iceberg({path!r})"
    try:
        return load_catalog(catalog).load_table(path) if catalog else StaticTable.from_metadata(_metadata(path, where))
    except (NoSuchTableError, OSError, ValueError) as error:
        fix = "path= the table's folder, a .metadata.json, or with catalog=... its name"
        raise CorpusError("No Iceberg table can be read.", where=where, why=str(error), fix=fix) from error


def _metadata(path: str, where: str) -> str:
    """The newest metadata file of a table's folder: the one with the highest number."""
    if path.endswith(".json"):
        return path
    filesystem, inner = fsspec.core.url_to_fs(path.rstrip("/"))
    numbered = [(int(found[1]), name) for name in filesystem.glob(f"{inner}/metadata/*.metadata.json*") if (found := _NUMBER.search(name))]
    newest = [name for number, name in numbered if number == max(numbered)[0]]
    if len(newest) != 1:
        why = f"{len(newest)} of {len(numbered)} files in {path}/metadata are the newest"
        raise CorpusError("It is not known what the table is now.", where=where, why=why, fix="name its metadata file, or its catalog")
    return str(filesystem.unstrip_protocol(newest[0]))


def _stored_names(table: Any, found: pa.Schema, path: str) -> dict[str, str]:
    """Under which name a file has each column that the table has, or had; raise CorpusError for a column that it should have."""
    stored = {int(field.metadata[b"PARQUET:field_id"]): field.name for field in found if b"PARQUET:field_id" in (field.metadata or {})}
    if not stored:
        return {}  # a file that was there before the table; names are all it has
    ids = {field.name: field.field_id for schema in (*table.schemas().values(), table.schema()) for field in schema.fields}
    kept_apart = {field.source_id for spec in table.specs().values() for field in spec.fields if str(field.transform) == "identity"}
    defaults = {field.field_id for field in table.schema().fields if field.initial_default is not None}
    lacking = sorted(name for name, known in ids.items() if known in kept_apart | defaults and known not in stored)
    if lacking:
        why = f"{', '.join(lacking)}: the table's metadata say what stands there, which is not honoured"
        raise CorpusError("A data file lacks a column.", where=path, why=why, fix="let the table's engine write its files anew")
    return {name: stored.get(known, "") for name, known in ids.items()}
