"""Databases: SQLite, DuckDB and a real PostgreSQL where one can be started; the same rows from each, in parts that grow."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth
from tilth import read
from tilth.errors import CorpusError, RecipeError

ReadAll = Callable[..., list[dict[str, Any]]]
ROWS = [(i, f"text {i} é", i / 4 if i % 3 else None, i % 2 == 0) for i in range(-5, 300)]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of its own on the loopback interface."""
    pytest.importorskip("psycopg", reason="the extra 'sql' is not installed")
    found = [shutil.which("initdb"), *sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))]
    if not any(found):
        pytest.skip("no PostgreSQL server is installed here")
    programs = os.path.dirname(next(filter(None, found)))
    folder = tmp_path_factory.mktemp("postgres")
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        user = {"user": "nobody", "cwd": "/"}
        shutil.chown(folder, "nobody")
        for parent in [folder, *folder.parents[:3]]:
            parent.chmod(parent.stat().st_mode | 0o011)
    data = str(folder / "data")
    make = [f"{programs}/initdb", "-D", data, "-U", "tilth", "-A", "trust", "-N"]
    if subprocess.run(make, capture_output=True, check=False, **user).returncode:
        pytest.skip("PostgreSQL cannot be started here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    start = [f"{programs}/pg_ctl", "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start"]
    if subprocess.run(start, capture_output=True, check=False, **user).returncode:
        pytest.skip("PostgreSQL cannot be started here")
    yield f"postgresql://tilth@127.0.0.1:{port}/postgres"
    subprocess.run([f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "stop"], capture_output=True, check=False, **user)


def fill_sqlite(path: Path, rows: list[tuple[Any, ...]] = ROWS) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS docs (id INTEGER PRIMARY KEY, body TEXT, score REAL, good BOOLEAN)")
        connection.executemany("INSERT INTO docs VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"


def fill_duckdb(path: Path, rows: list[tuple[Any, ...]] = ROWS) -> str:
    duckdb = pytest.importorskip("duckdb", reason="the extra 'sql' is not installed")
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE IF NOT EXISTS docs (id BIGINT, body VARCHAR, score DOUBLE, good BOOLEAN)")
    kept = pa.table(list(map(pa.array, zip(*rows, strict=True))), names=["id", "body", "score", "good"])
    connection.register("kept", kept)
    connection.execute("INSERT INTO docs SELECT * FROM kept")
    connection.close()
    return f"duckdb:///{path}"


def fill_postgres(url: str, rows: list[tuple[Any, ...]] = ROWS, *, fresh: bool = True) -> str:
    import psycopg

    with psycopg.connect(url) as connection:
        if fresh:
            connection.execute("DROP TABLE IF EXISTS docs")
            connection.execute("CREATE TABLE docs (id BIGINT PRIMARY KEY, body TEXT, score DOUBLE PRECISION, good BOOLEAN)")
        connection.cursor().executemany("INSERT INTO docs VALUES (%s, %s, %s, %s)", rows)
    return url


@pytest.fixture(params=["sqlite", "duckdb", "postgres"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[list[tuple[Any, ...]]], str]]:
    if request.param == "postgres":
        url = request.getfixturevalue("server")
        return fill_postgres(url), lambda rows: fill_postgres(url, rows, fresh=False)
    fill = fill_sqlite if request.param == "sqlite" else fill_duckdb
    return fill(tmp_path / "a.db"), lambda rows: fill(tmp_path / "a.db", rows)


def rows_of(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    assert not any(row["error"] for row in found)
    return sorted((int(row["id"]), row["text"], row["score"], bool(row["good"])) for row in found)


def test_a_table_is_read_in_parts(filled: tuple[str, Any], read_all: ReadAll) -> None:
    for rows in (1000, 64, 7):
        reader = read.Sql(filled[0], table="docs", text="body", id="id", rows=rows)
        assert len(ROWS) / rows <= len(reader.files()) <= len(ROWS) / rows + 2
        assert rows_of(read_all(reader)) == ROWS


def test_a_query_is_read_whole_or_by_a_key(filled: tuple[str, Any], read_all: ReadAll) -> None:
    query = "SELECT id, upper(body) AS shout FROM docs WHERE id >= 100"
    whole = read.Sql(filled[0], query=query, text="shout", id="id")
    parted = read.Sql(filled[0], query=query, text="shout", id="id", key="id", rows=50)
    assert (len(whole.files()), len(parted.files())) == (1, 4)
    for reader in (whole, parted):
        assert sorted(int(row["id"]) for row in read_all(reader)) == list(range(100, 300))
    assert read_all(whole)[0]["text"].startswith("TEXT ")


def test_ids_name_the_table_and_the_key(filled: tuple[str, Any], read_all: ReadAll) -> None:
    ids = {row["id"] for row in read_all(read.Sql(filled[0], table="docs", text="body", columns=(), rows=100))}
    assert len(ids) == len(ROWS)


def test_a_table_that_grows_keeps_its_parts(filled: tuple[str, Any], tmp_path: Path) -> None:
    url, more = filled
    reader = read.Sql(url, table="docs", text="body", id="id", rows=100)
    tilth.run(reader, [], out=str(tmp_path / "out"), executor="inline")
    before = {file.path: reader.digest(file) for file in reader.files()}
    more([(i, f"text {i}", 0.5, True) for i in range(1000, 1100)])
    after = {file.path: reader.digest(file) for file in reader.files()}
    same = [path for path in before if after.get(path) == before[path]]
    assert len(same) >= len(before) - 1
    tilth.run(reader, [], out=str(tmp_path / "out"), executor="inline")
    found = pq.read_table(tmp_path / "out" / "data")
    assert sorted(map(int, found["id"].to_pylist())) == [*range(-5, 300), *range(1000, 1100)]


def test_a_database_that_vanishes_is_a_clear_error(tmp_path: Path) -> None:
    url = fill_sqlite(tmp_path / "a.db")
    reader = read.Sql(url, table="docs", text="body", id="id")
    files = reader.files()
    schema = reader.schema(files)
    batches = reader.read(reader.cut(files[0], 1 << 30)[0], schema)
    next(batches)
    (tmp_path / "a.db").unlink()
    with pytest.raises(CorpusError, match="went away while it was read"):
        list(batches)
    with pytest.raises(CorpusError, match="no such database"):
        reader.files()


def test_a_server_that_stops_is_a_clear_error(server: str) -> None:
    import psycopg

    fill_postgres(server, [(i, "x" * 1000, None, True) for i in range(5000)])
    reader = read.Sql(server, table="docs", text="body", id="id")
    files = reader.files()
    batches = reader.read(reader.cut(files[0], 1 << 30)[0], reader.schema(files))
    next(batches)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state IS NOT NULL")
    with pytest.raises(CorpusError, match=r"(?s)cannot be read.*run again"):
        list(batches)


def test_values_that_a_corpus_has_no_type_for(tmp_path: Path, read_all: ReadAll) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (text, any, blob) ")
        connection.execute("INSERT INTO t VALUES ('a', 1, x'00ff'), (cast(x'ff41' AS TEXT), 'two', NULL), ('c', 3.5, x'01')")
    connection.close()
    rows = read_all(read.Sql(f"sqlite:///{tmp_path}/a.db", table="t"))
    assert [row["text"] for row in rows] == ["a", None, "c"]
    assert "text" in rows[1]["error"]
    assert [row["any"] for row in rows] == ["1", None, "3.5"]
    assert rows[0]["blob"] == b"\x00\xff"


def test_decimals_dates_and_lists(tmp_path: Path, read_all: ReadAll) -> None:
    duckdb = pytest.importorskip("duckdb", reason="the extra 'sql' is not installed")
    connection = duckdb.connect(str(tmp_path / "a.db"))
    connection.execute("CREATE TABLE t AS SELECT 'a' AS text, 1.50::DECIMAL(9,2) AS price, DATE '2024-05-01' AS day, [1.5, 2] AS vector")
    connection.close()
    (row,) = read_all(read.Sql(f"duckdb:///{tmp_path}/a.db", table="t"))
    assert (row["price"], row["day"]) == ("1.50", "2024-05-01")


@pytest.mark.parametrize(("make", "why"), [
    (lambda url: read.Sql(url), "a table or a query"), (lambda url: read.Sql(url, table="a", query="b"), "a table or a query"),
    (lambda url: read.Sql("postgresql://a:secret@host/b", table="t"), "password has no place"),
    (lambda url: read.Sql("oracle://host/b", table="t").files(), "no database of the kind 'oracle'"),
])
def test_what_is_asked_wrongly(make: Callable[[str], Any], why: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=why) as error:
        make(fill_sqlite(tmp_path / "a.db"))
    assert "secret" not in str(error.value)


def test_what_is_not_there(tmp_path: Path) -> None:
    url = fill_sqlite(tmp_path / "a.db", [(1, "a", None, True)])
    with pytest.raises(CorpusError, match="no such table"):
        read.Sql(url, table="none").files()
    with pytest.raises(CorpusError, match="There is no column 'text'"):
        read.Sql(url, table="docs").schema([])
    with pytest.raises(CorpusError, match="Not every row has a key"):
        read.Sql(url, table="docs", text="body", key="score").files()
    (tmp_path / "b.db").write_bytes(b"no database " * 1000)
    with pytest.raises(CorpusError, match="not a database"):
        read.Sql(f"sqlite:///{tmp_path}/b.db", table="t").files()
    with pytest.raises(CorpusError, match="cannot be read"):
        read.Sql("postgresql://nobody@127.0.0.1:1/none", table="t").files()


def test_a_query_reads_no_other_files(tmp_path: Path) -> None:
    url = fill_duckdb(tmp_path / "a.db")
    (tmp_path / "secret.txt").write_text("secret")
    with pytest.raises(CorpusError, match=r"(?i)permission|disabled"):
        read.Sql(url, query=f"SELECT content AS text FROM read_text('{tmp_path}/secret.txt')").schema([])


def test_tables_without_a_key_and_views(tmp_path: Path, read_all: ReadAll) -> None:
    url = fill_sqlite(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE VIEW seen AS SELECT * FROM docs WHERE id > 200")
        connection.execute("CREATE TABLE odd (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID")
        connection.execute("INSERT INTO odd VALUES ('a', 'x')")
    connection.close()
    assert len(read_all(read.Sql(url, table="seen", text="body", id="id"))) == 99
    assert [row["id"] for row in read_all(read.Sql(url, table="odd"))] == ["a"]
