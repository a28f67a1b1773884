"""Several inputs as one corpus, told apart by the column `source`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.op import put
from tilth.read.columns import BINARY, FLOAT, INT, STRING
from tilth.read.reader import File, Reader, Span

_JOINED = {frozenset((INT, FLOAT)): FLOAT, frozenset((STRING, BINARY)): BINARY}


@dataclass(frozen=True)
class Union(Reader):
    """Read the files of several readers, one reader after the other; made by `union`.

    The columns are those of all; a row has nulls in the columns that its reader does not know. A path is "name:path".
    """

    parts: tuple[tuple[str, Reader], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.parts]
        if not names or len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
            raise RecipeError(
                "A union needs readers, each under a name of its own.", where="read.union", why=f"the names are {names}",
                fix='read.union(web=read.Warc("web/"), books=read.Text("books/"))',
            )

    def files(self) -> list[File]:
        found = [replace(file, path=f"{name}:{file.path}") for name, reader in self.parts for file in reader.files()]
        return sorted(found, key=lambda file: file.path)

    def digest(self, file: File) -> str:
        _, reader, path = self._part(file.path)
        return reader.digest(replace(file, path=path))

    def cut(self, file: File, size: int) -> list[Span]:
        name, reader, path = self._part(file.path)
        return [replace(span, path=f"{name}:{span.path}") for span in reader.cut(replace(file, path=path), size)]

    def document_in(self, span: Span) -> tuple[str, str] | None:
        name, reader, path = self._part(span.path)
        found = reader.document_in(replace(span, path=path))
        return found and (found[0], name)

    def schema(self, files: list[File]) -> pa.Schema:
        schemas = {}
        for name, reader in self.parts:
            own = [replace(file, path=file.path.partition(":")[2]) for file in files if file.path.startswith(f"{name}:")]
            schemas[name] = reader.schema(own)
        return _join(schemas)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        return (batch for batch, _ in self.read_all([span], schema))

    def read_all(self, spans: Sequence[Span], schema: pa.Schema) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
        readers = dict(self.parts)
        for name, group in groupby(enumerate(spans), lambda item: item[1].path.partition(":")[0]):
            numbers, own = zip(*group, strict=True)
            paths = [replace(span, path=span.path.partition(":")[2]) for span in own]
            for batch, found in readers[name].read_all(paths, schema):
                named = put(batch, "source", pa.repeat(pa.scalar(name, STRING), len(batch)))
                yield named, {numbers[i]: rows for i, rows in found.items()}

    def _part(self, path: str) -> tuple[str, Reader, str]:
        name, _, own = path.partition(":")
        return name, dict(self.parts)[name], own


def union(**readers: Reader) -> Union:
    """Return one corpus of several readers; each one's name is the `source` of its rows.

    >>> from tilth import read
    >>> [name for name, _ in union(web=read.Jsonl("web/*.jsonl"), books=read.Text("books")).parts]
    ['web', 'books']
    """
    return Union(tuple(readers.items()))


def _join(schemas: dict[str, pa.Schema]) -> pa.Schema:
    """All columns of all schemas, `rest` and `error` last; raise CorpusError where two are of types that do not go together."""
    columns: dict[str, tuple[str, pa.DataType]] = {}
    for name, schema in schemas.items():
        for field in schema:
            first, kind = columns.setdefault(field.name, (name, field.type))
            joined = kind if kind == field.type else _JOINED.get(frozenset((kind, field.type)))
            if joined is None:
                raise CorpusError(
                    f"Column {field.name!r} has two types.", where="read.union", why=f"it is {kind} in {first} and {field.type} in {name}",
                    fix="keep it out of one of them: columns=(...) names the columns to keep",
                )
            columns[field.name] = (first, joined)
    last = [column for column in ("rest", "error") if column in columns]
    return pa.schema([(column, columns[column][1]) for column in [*(c for c in columns if c not in last), *last]])
