"""Tables and queries of SQL databases: SQLite, DuckDB and PostgreSQL, by URL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.read.cast import normal, typed_batch
from tilth.read.columns import Fields, base_schema, places
from tilth.read.reader import File, Reader, Span
from tilth.read.sql_engines import Engine, opened, quoted

_PART = "#"  # between a URL and the number of a part
_KEY = "tilth_key"
PROBE_ROWS = 64


@dataclass(frozen=True)
class Sql(Reader):
    """Read a `table`, or the rows of a `query`, of the database at the URL `path`.

    URLs are "sqlite:///file.db", "duckdb:///file.duckdb" (four slashes before an absolute path) and "postgresql://user@host/database";
    a password has no place in a recipe, libpq takes it from ~/.pgpass or PGPASSWORD. `text`, `id` and `columns` as for Jsonl; numbers and
    truth values keep their types, bytes too, all else becomes text, nested values JSON.

    Rows are read in parts of `rows` keys each, so that a table that grows adds parts and keeps the others: by `key`, an integer column,
    else the row id (SQLite, DuckDB) or the primary key (PostgreSQL), where there is one. A table or query without is one part. An `id`
    that is not named is the table and the key. A database that cannot be read, or goes away, is a CorpusError.

    >>> Sql("sqlite:///wiki.db", table="pages", text="body").source
    'sql'
    """

    path: str
    table: str = ""
    query: str = ""
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    key: str | None = None
    rows: int = 100_000
    source: str = "sql"
    max_bytes: int = 256 << 20

    def __post_init__(self) -> None:
        if bool(self.table) == bool(self.query) or self.rows < 1:
            raise RecipeError(
                "What to read is a table or a query.", where="read.Sql", fix='read.Sql("sqlite:///a.db", table="pages", text="body")'
            )
        if urlsplit(self.path).password:
            raise RecipeError(
                "A password has no place in a recipe.", where="read.Sql(path=...)", why="recipes are kept, and shown in reports",
                fix="leave it out of the URL, and put it into ~/.pgpass or the variable PGPASSWORD",
            )

    def files(self) -> list[File]:
        with opened(self.path) as engine:
            key = self._key(engine)
            if key is None:
                size, stamp = engine.weigh(self.table)
                return [File(f"{self.path}{_PART}", max(1, size), stamp)]
            return self._parts(engine, key)

    def digest(self, file: File) -> str:
        with opened(self.path) as engine:
            return self._content(engine, self._select(engine, file.path))

    def schema(self, files: list[File]) -> pa.Schema:
        with opened(self.path) as engine:
            probe = next((batch for batch in engine.rows(f"{self._from} LIMIT {PROBE_ROWS}") if len(batch)), None)
        if probe is None:
            raise CorpusError.empty(self._where, "the table, or the answer to the query, has no rows")
        self._fields.check(probe.schema.names, self._where)
        own = [(self._fields.column(field.name), normal(field.type)) for field in probe.schema]
        return base_schema(*(pa.field(name, kind) for name, kind in own if name is not None))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        at = 0
        with opened(self.path) as engine:
            for batch in engine.rows(self._select(engine, span.path)):
                self._fields.check(batch.schema.names, self._where)
                keys = batch[_KEY] if _KEY in batch.schema.names else pa.array(range(at, at + len(batch)), pa.int64())
                at += len(batch)
                where = places(self.table or self.path, keys)
                if len(batch):
                    yield typed_batch(batch, self._fields, where, schema, self.source, self.max_bytes)

    @property
    def _where(self) -> str:
        return f"read.Sql({self.path!r}, {self.table or self.query!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    @property
    def _from(self) -> str:
        return f"SELECT * FROM {quoted(self.table) if self.table else f'({self.query}) AS answer'}"

    def _key(self, engine: Engine) -> str | None:
        key = self.key or (engine.key(self.table) if self.table else None)
        return f"({quoted(key)})" if key else None

    def _parts(self, engine: Engine, key: str) -> list[File]:
        """A file for each run of `rows` keys that has rows."""
        found = self._counted(engine, key) if self.key or self.query else self._skimmed(engine, key)
        if None in found:
            why = f"{found[None]:,} rows have none"
            raise CorpusError(f"Not every row has a key {key}.", where=self._where, why=why, fix="name another column: key=...")
        size, stamp = engine.weigh(self.table)
        size = size or 1000 * sum(found.values())
        files = [File(self._part(part), 1 + size * rows // sum(found.values()), stamp) for part, rows in found.items() if part is not None]
        return sorted(files, key=lambda file: file.path)

    def _counted(self, engine: Engine, key: str) -> dict[int | None, int]:
        """How many rows each part has."""
        floor = f"({key} - (({key} % {self.rows}) + {self.rows}) % {self.rows}) {engine.divide} {self.rows}"
        counted = self._from.replace("*", f"{floor} AS part, count(*) AS n", 1) + " GROUP BY 1 ORDER BY 1"
        return {row["part"]: row["n"] for batch in engine.rows(counted) for row in batch.to_pylist()}

    def _skimmed(self, engine: Engine, key: str) -> dict[int | None, int]:
        """The parts of a table by the index that its own key has: no row is read but the first of each part, and all pass for full."""
        found: dict[int | None, int] = {}
        first, bound = self._from.replace("*", f"min({key}) AS first", 1), ""
        while (least := next(engine.rows(first + bound))["first"][0].as_py()) is not None:
            part = least // self.rows
            found[part] = self.rows
            bound = f" WHERE {key} >= {(part + 1) * self.rows}"
        return found

    def _part(self, number: int) -> str:
        return f"{self.path}{_PART}{number:012d}"

    def _select(self, engine: Engine, path: str) -> str:
        """The query for the rows of a part."""
        part = path.rpartition(_PART)[2]
        key = self._key(engine)
        if not part or not key:
            return self._from
        first = int(part) * self.rows
        selected = self._from.replace("*", f"*, {key} AS {_KEY}", 1)
        order = "" if engine.in_order and not self.key else f" ORDER BY {key}"  # to sort what is sorted would hold the part in memory
        return f"{selected} WHERE {key} BETWEEN {first} AND {first + self.rows - 1}{order}"

    def _content(self, engine: Engine, query: str) -> str:
        """A digest of rows, so that only those that changed are read again."""
        digest = hashlib.blake2b(digest_size=20)
        for batch in engine.rows(query):
            digest.update(repr(batch.to_pydict()).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()
