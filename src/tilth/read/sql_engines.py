"""The databases that `read.Sql` speaks to: each opens read-only, splits a table by a key, and gives rows as Arrow batches."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import islice
from typing import Any, Protocol
from urllib.parse import urlsplit

import pyarrow as pa

from tilth.errors import CorpusError, MissingExtra, RecipeError
from tilth.read.columns import STRING, json_text

BATCH_ROWS, BATCH_BYTES = 2048, 4 << 20
_FIRST_ROWS = 64  # until it is known how long rows are


class Engine(Protocol):
    """One kind of database."""

    divide: str  # how an integer is divided by another, rounded towards zero
    in_order: bool  # whether rows come in the order of a table's own key, without being sorted

    def key(self, table: str) -> str | None:
        """The integer column by which a table can be split."""

    def weigh(self, table: str) -> tuple[int, str]:
        """About how many bytes a table has, and a stamp that changes when it may have changed."""

    def rows(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches of at most BATCH_ROWS."""


def quoted(name: str) -> str:
    """Return a name of SQL, "schema.table" in its two parts.

    >>> quoted('public.a"b')
    '"public"."a""b"'
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open a database by its URL; whatever fails while it is open is a CorpusError that says where."""
    kind = urlsplit(url).scheme.partition("+")[0]
    kinds: dict[str, Callable[[str], AbstractContextManager[Engine]]]
    kinds = {"sqlite": _sqlite, "duckdb": _duckdb, "postgresql": _postgres, "postgres": _postgres}
    if kind not in kinds:
        raise RecipeError(
            f"There is no database of the kind {kind!r}.", where=f"read.Sql({url!r})",
            fix="sqlite:///folder/file.db, duckdb:///folder/file.duckdb, or postgresql://user@host/database",
        )
    with kinds[kind](url) as found:
        yield found


def failed(url: str, error: Exception) -> CorpusError:
    return CorpusError(
        "The database cannot be read.", where=url, why=" ".join(str(error).split()) or type(error).__name__,
        fix="check that it is there, and reachable, and run again: what was read before is kept",
    )


def _place(url: str) -> str:
    """The file that a URL names, as in SQLAlchemy: three slashes before a relative path, four before an absolute one."""
    path = url.partition(":///")[2]
    if not os.path.isfile(path):
        raise CorpusError("There is no such database.", where=url, why=f"{path!r} is no file", fix="check the path")
    return path


def _file_stamp(path: str) -> tuple[int, str]:
    """Bytes and stamp of a database in a file, with the log beside it that is not merged yet."""
    about = [os.stat(each) for each in (path, f"{path}-wal", f"{path}.wal") if os.path.exists(each)]
    return sum(each.st_size for each in about), "-".join(str(each.st_mtime_ns) for each in about)


class _SqliteEngine:
    divide, in_order = "/", True

    def __init__(self, connection: Any, path: str) -> None:
        self.connection, self.path = connection, path

    def key(self, table: str) -> str | None:
        import sqlite3

        views = self.connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ?", (table.rpartition(".")[2],))
        if views.fetchone():
            return None
        try:
            self.connection.execute(f"SELECT rowid FROM {quoted(table)} LIMIT 0")
        except sqlite3.OperationalError as error:
            if "no such column" not in str(error):
                raise
            return None  # a table WITHOUT ROWID
        return "rowid"

    def weigh(self, table: str) -> tuple[int, str]:
        return _file_stamp(self.path)

    def rows(self, query: str) -> Iterator[pa.RecordBatch]:
        import sqlite3

        done = 0
        try:
            for batch in self._batches(query):
                yield batch
                done += len(batch)
        except sqlite3.OperationalError as error:
            if "UTF-8" not in str(error):
                raise
            self.connection.text_factory = _text  # it calls for every text, which takes its time
            yield from self._batches(query, done)
        if not os.path.exists(self.path):  # the open file is still there, but a worker that comes later will not find it
            raise FileNotFoundError(f"{self.path} went away while it was read")

    def _batches(self, query: str, start: int = 0) -> Iterator[pa.RecordBatch]:
        with closing(self.connection.execute(query)) as cursor:
            next(islice(cursor, start, start), None)
            yield from _batches(cursor)


@contextmanager
def _sqlite(url: str) -> Iterator[_SqliteEngine]:
    import sqlite3
    from pathlib import Path

    path = _place(url)
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield _SqliteEngine(connection, path)
    except (sqlite3.Error, FileNotFoundError) as error:
        raise failed(url, error) from error


def _text(data: bytes) -> str | bytes:
    """SQLite does not promise that its texts are UTF-8: what is none stays bytes, and its row gets an error."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


class _DuckdbEngine:
    divide, in_order = "//", True  # while preserve_insertion_order is on, as it is if nothing is said

    def __init__(self, connection: Any, path: str) -> None:
        self.connection, self.path = connection, path

    def key(self, table: str) -> str | None:
        import duckdb

        try:
            self.connection.execute(f"SELECT rowid FROM {quoted(table)} LIMIT 0")
        except duckdb.BinderException:
            return None  # a view
        return "rowid"

    def weigh(self, table: str) -> tuple[int, str]:
        return _file_stamp(self.path)

    def rows(self, query: str) -> Iterator[pa.RecordBatch]:
        reader = self.connection.sql(query).to_arrow_reader(BATCH_ROWS)
        yield from reader
        if not os.path.exists(self.path):
            raise FileNotFoundError(f"{self.path} went away while it was read")


@contextmanager
def _duckdb(url: str) -> Iterator[_DuckdbEngine]:
    try:
        import duckdb
    except ImportError:
        raise MissingExtra.of("duckdb", "sql", "read.Sql") from None
    path = _place(url)
    settings = {
        "enable_external_access": "false", "threads": "1", "autoinstall_known_extensions": "false",
        "arrow_large_buffer_size": "true",  # strings as a corpus has them
    }
    try:
        with closing(duckdb.connect(path, read_only=True, config=settings)) as connection:
            yield _DuckdbEngine(connection, path)
    except (duckdb.Error, FileNotFoundError) as error:
        raise failed(url, error) from error


class _PostgresEngine:
    divide, in_order = "/", False

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def key(self, table: str) -> str | None:
        """The primary key, if it is one integer column."""
        found = self.connection.execute(
            "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
            "AND a.attnum = ANY(i.indkey) WHERE i.indrelid = %s::regclass AND i.indisprimary", (quoted(table),),
        ).fetchall()
        return str(found[0][0]) if len(found) == 1 and found[0][1] in ("smallint", "integer", "bigint") else None

    def weigh(self, table: str) -> tuple[int, str]:
        """Any write anywhere moves the stamp: then the parts are compared by their content."""
        sql = "SELECT coalesce(pg_total_relation_size(%s::regclass), 0), pg_current_snapshot()::text"
        size, stamp = self.connection.execute(sql, (quoted(table) if table else None,)).fetchone()
        return int(size), str(stamp)

    def rows(self, query: str) -> Iterator[pa.RecordBatch]:
        with self.connection.cursor(name="tilth") as cursor:
            cursor.execute(query)
            yield from _batches(cursor)


@contextmanager
def _postgres(url: str) -> Iterator[_PostgresEngine]:
    try:
        import psycopg  # brings libpq
    except ImportError:
        raise MissingExtra.of("psycopg", "sql", "read.Sql") from None
    try:
        with closing(psycopg.connect(url.replace("postgres://", "postgresql://", 1), connect_timeout=30)) as connection:
            connection.read_only = True
            yield _PostgresEngine(connection)
    except psycopg.Error as error:
        raise failed(url, error) from error


def _batches(cursor: Any) -> Iterator[pa.RecordBatch]:
    """What a cursor of Python's DB-API gives, column by column."""
    size = _FIRST_ROWS
    while rows := cursor.fetchmany(size):
        batch = pa.record_batch(list(map(_column, zip(*rows, strict=True))), names=[about[0] for about in cursor.description])
        yield batch
        size = max(1, min(BATCH_ROWS, BATCH_BYTES * len(batch) // max(1, batch.nbytes)))


def _column(values: Sequence[Any]) -> pa.Array:
    kinds = set(map(type, values)) - {type(None)}
    if len(kinds) <= 1 and not kinds & {dict, list}:
        try:
            return pa.array(values, STRING if kinds == {str} else None)  # a type that is told need not be found
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
            pass
    if kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values])
    if bytes in kinds:  # beside strings: texts that are not UTF-8
        return pa.array([value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else None for value in values])
    return pa.array([None if value is None else _string(value) for value in values], STRING)


def _string(value: Any) -> str:
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    return value if isinstance(value, str) else json_text(value) if isinstance(value, (dict, list, int, float, bool)) else str(value)
