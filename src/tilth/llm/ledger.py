"""The SQLite file that all processes of a machine share: answers, what was spent and is held, paces, batch files.

Changes are functions of the connection. Those that are asked for within the same moment are made in one transaction, so that thousands
of requests a second cost some hundred commits. In WAL mode with `synchronous=NORMAL` a commit outlives the death of the process, not a
power failure, after which the last moments may be gone and are paid for again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tilth.errors import StoreError
from tilth.llm.client import IN_MEMORY

T = TypeVar("T")
Change = Callable[[sqlite3.Connection], T]

FORMAT = 1
SOON = 0.005  # seconds that a change nobody waits for is left to gather others
LOCKED = 60.0  # seconds for which another process may hold the file
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spending (
    account TEXT, model TEXT, calls INTEGER NOT NULL, prompt INTEGER NOT NULL, cached INTEGER NOT NULL, completion INTEGER NOT NULL,
    dollars REAL NOT NULL, unpriced INTEGER NOT NULL, saved_calls INTEGER NOT NULL, saved_prompt INTEGER NOT NULL,
    saved_cached INTEGER NOT NULL, saved_completion INTEGER NOT NULL, saved_dollars REAL NOT NULL, PRIMARY KEY (account, model)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holds (id INTEGER PRIMARY KEY, account TEXT NOT NULL, dollars REAL NOT NULL, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS paces (name TEXT PRIMARY KEY, next REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
    name TEXT PRIMARY KEY, base_url TEXT NOT NULL, account TEXT NOT NULL, model TEXT NOT NULL, id TEXT, hold INTEGER NOT NULL,
    keys BLOB NOT NULL
) WITHOUT ROWID;
"""


class Ledger:
    """One connection to the file at `path`, used on one event loop; its methods are called there.

    Raises StoreError where the file cannot be opened, is not ours, or stays locked or full.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._db = _opened(path)
        self._waiting: list[tuple[Change[Any], asyncio.Future[Any] | None]] = []
        self._flush: asyncio.TimerHandle | asyncio.Handle | None = None
        self._soon = False  # whether somebody waits for the flush that is due
        self._since = 0.0  # when the file was first found locked
        self._broken: StoreError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = os.getpid()
        _ledgers.add(self)

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query as of the last commit."""
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _wrong(self.path, error) from None

    def write(self, change: Change[Any]) -> None:
        """Make a change within some milliseconds; a failure is raised by the next call."""
        self._check()
        self._waiting.append((change, None))
        if self._flush is None:
            self._loop = asyncio.get_running_loop()
            self._flush = self._loop.call_later(SOON, self._commit)

    async def transact(self, change: Change[T]) -> T:
        """Make a change, together with all that wait, and return what it returned once it is committed."""
        return await self.begin(change)

    def begin(self, change: Change[T]) -> asyncio.Future[T]:
        """Make a change, together with all that wait; what it returned is in the future once it is committed."""
        self._check()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append((change, done))
        if not self._soon:
            self._soon = True
            self._again(loop.call_soon(self._commit))
        return done

    def bring(self) -> None:
        """Commit what waits, if something does; from any thread."""
        if not self._waiting or self._loop is None or self._process != os.getpid():  # a forked child's loop has no thread
            return
        here = asyncio._get_running_loop()
        if here is self._loop:
            self._again(None)
            self._commit()
        elif here is None and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self.transact(lambda _: None), self._loop).result(LOCKED)

    async def close(self) -> None:
        """Commit what waits and close the file; it may be called twice."""
        if self._waiting and self._broken is None:
            await self.transact(lambda _: None)
        self._again(None)
        with self._told():
            self._db.close()

    def _again(self, handle: asyncio.TimerHandle | asyncio.Handle | None) -> None:
        if self._flush is not None:
            self._flush.cancel()
        self._flush = handle

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _commit(self) -> None:
        self._flush, self._soon = None, False
        if not self._begun():
            return
        waiting, self._waiting = self._waiting, []
        try:
            with self._told():
                made = [change(self._db) for change, _ in waiting]
                self._db.execute("COMMIT")
        except BaseException as error:
            self._db.rollback()
            self._fail(waiting, error)
            return
        for (_, done), result in zip(waiting, made, strict=True):
            if done is not None and not done.done():
                done.set_result(result)

    def _begun(self) -> bool:
        """Begin a transaction; where another process is in one, come back in some milliseconds and let the loop go on till then."""
        loop = asyncio.get_running_loop()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._since = self._since or loop.time()
            if _locked(error) and loop.time() - self._since < LOCKED:
                self._soon = True
                self._flush = loop.call_later(random.uniform(0.001, 0.004), self._commit)
            else:
                waiting, self._waiting = self._waiting, []
                self._fail(waiting, _wrong(self.path, error))
            return False
        self._since = 0.0
        return True

    def _fail(self, waiting: list[tuple[Change[Any], asyncio.Future[Any] | None]], error: BaseException) -> None:
        for _, done in waiting:
            if done is not None and not done.done():
                done.set_exception(error)
        if isinstance(error, StoreError):
            self._broken = error
        elif not any(done for _, done in waiting):
            raise error

    def _told(self) -> contextlib.AbstractContextManager[None]:
        return _told(self.path)


_ledgers: weakref.WeakSet[Ledger] = weakref.WeakSet()  # of this process


def bring(path: str) -> None:
    """Commit what this process has not written yet to the file at `path`."""
    for ledger in [*_ledgers]:
        if ledger.path == path:
            ledger.bring()


@contextlib.contextmanager
def reader(path: str) -> Iterator[Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]]:
    """Open the file for reading only, and give a function that runs queries; where there is no file yet, it finds nothing."""
    if not Path(path).exists():
        yield lambda query, values: []
        return
    with _told(path), contextlib.closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, timeout=LOCKED)) as db:
        yield lambda query, values: db.execute(query, values).fetchall()


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _wrong(path, error) from None


def _opened(path: str) -> sqlite3.Connection:
    with _told(path):
        if path != IN_MEMORY:
            _make_folder(path)
        db = sqlite3.connect(path, timeout=LOCKED, isolation_level=None)
        try:
            _prepare(db, path)
        except BaseException:
            db.close()
            raise
    return db


def _make_folder(path: str) -> None:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong(path, error) from None


def _prepare(db: sqlite3.Connection, path: str) -> None:
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found not in (0, FORMAT) or (not found and db.execute("SELECT 1 FROM sqlite_master").fetchone()):
        raise StoreError(
            "This file is not a cache of answers.", where=path, why=f"its format is {found}, not {FORMAT}",
            fix='name another file: llm.Client(cache="answers.sqlite")',
        )  # fmt: skip
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA wal_autocheckpoint=4000")
    db.execute("BEGIN IMMEDIATE")
    for table in _TABLES.split(";"):
        db.execute(table)
    db.execute(f"PRAGMA user_version={FORMAT}")
    db.execute("COMMIT")
    db.execute("PRAGMA busy_timeout=20")  # from here on it is the loop that waits, not the thread


def _locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _wrong(path: str, error: Exception) -> StoreError:
    return StoreError(
        "The file of answers and accounts cannot be used.", where=path, why=f"{type(error).__name__}: {error}",
        fix="check disk space and rights; if the file is damaged, move it away: only its answers are asked again",
    )  # fmt: skip
