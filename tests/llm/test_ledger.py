"""The shared file: changes in groups, all or none, whoever else writes; and files that are not it."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tilth.errors import StoreError
from tilth.llm.ledger import Ledger, reader


def pace(db: sqlite3.Connection, name: str) -> str:
    db.execute("INSERT INTO paces VALUES (?, 1) ON CONFLICT DO UPDATE SET next = next + 1", (name,))
    return name


def test_many_changes_of_a_moment_are_one_commit(tmp_path: Path) -> None:
    commits: list[str] = []

    async def main() -> list[str]:
        ledger = Ledger(str(tmp_path / "x.sqlite"))
        ledger._db.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        found = await asyncio.gather(*(ledger.transact(lambda db, n=n: pace(db, str(n))) for n in range(100)))  # type: ignore[misc]
        for n in range(100):
            ledger.write(lambda db, n=n: pace(db, str(n)))  # type: ignore[misc]
        await ledger.close()
        return found

    assert asyncio.run(main()) == [str(n) for n in range(100)] and len(commits) <= 3
    with reader(str(tmp_path / "x.sqlite")) as read:
        assert read("SELECT count(*), sum(next) FROM paces", ()) == [(100, 200.0)]


def test_what_is_written_is_there_some_milliseconds_later(tmp_path: Path) -> None:
    async def main() -> None:
        ledger = Ledger(str(tmp_path / "x.sqlite"))
        ledger.write(lambda db: pace(db, "a"))
        await asyncio.sleep(0.1)
        with reader(str(tmp_path / "x.sqlite")) as read:
            assert read("SELECT name FROM paces", ()) == [("a",)]
        await ledger.close()
        await ledger.close()

    asyncio.run(main())


def test_a_change_that_fails_leaves_nothing_and_the_next_works() -> None:
    def bad(db: sqlite3.Connection) -> None:
        pace(db, "half")
        raise ValueError("no")

    async def main() -> None:
        ledger = Ledger(":memory:")
        with pytest.raises(ValueError, match="no"):
            await ledger.transact(bad)
        await ledger.transact(lambda db: pace(db, "whole"))
        assert ledger.read("SELECT name FROM paces") == [("whole",)]
        await ledger.close()

    asyncio.run(main())


ADD = """
import asyncio, sys
from tilth.llm.ledger import Ledger
async def main():
    ledger = Ledger(sys.argv[1])
    for n in range(200):
        await ledger.transact(lambda db: db.execute("INSERT INTO paces VALUES ('n', 1) ON CONFLICT DO UPDATE SET next = next + 1"))
    await ledger.close()
asyncio.run(main())
"""


def test_processes_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "folder" / "x.sqlite")  # made by whoever comes first
    processes = [subprocess.Popen([sys.executable, "-c", ADD, path]) for _ in range(4)]
    assert [process.wait(timeout=120) for process in processes] == [0] * 4
    with reader(path) as read:
        assert read("SELECT next FROM paces", ()) == [(800.0,)]


def test_the_loop_goes_on_while_another_holds_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "x.sqlite")

    async def main() -> float:
        ledger = Ledger(path)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(ledger.transact(lambda db: pace(db, "a")))
        loop, late = asyncio.get_running_loop(), 0.0
        for _ in range(20):
            began = loop.time()
            await asyncio.sleep(0.005)
            late = max(late, loop.time() - began)
        assert not writing.done()
        other.execute("COMMIT")
        other.close()
        assert await writing == "a"
        await ledger.close()
        return late

    assert asyncio.run(main()) < 1.0


def test_a_file_of_another_kind_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a cache"):
        Ledger(str(path))
    assert path.read_bytes() == before


def test_a_later_format_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="99"):
        Ledger(str(path))


def test_there_is_nothing_in_a_file_that_is_not_there(tmp_path: Path) -> None:
    with reader(str(tmp_path / "none")) as read:
        assert read("SELECT 1", ()) == []
    assert not (tmp_path / "none").exists()
