"""The bridge from steps, which are plain iterators, to sessions: one event loop on a thread of this process, closed at its end.

The caller's thread and the loop hand over many items at a time, as every handover costs a switch of threads.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import os
import queue
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import Any, Generic, TypeVar

from tilth.errors import LlmError
from tilth.llm.client import Client, current
from tilth.llm.session import Session

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Session, Item], Awaitable[Result]]


def in_order(work: Work[Item, Result], items: Iterable[Item], window: int = 0) -> Iterator[Result]:
    """Yield `await work(session, item)` for each item, in the order of `items`, with the ambient client's session.

    At most `window` items are under way or waiting to be yielded (by default four times the client's `in_flight`), and `items` is read
    no further ahead than that, in the caller's thread. An exception of `work` is raised in its item's place; then, as when the caller
    stops early, what is under way is cancelled before this returns.

    >>> async def double(session, n):
    ...     return 2 * n
    >>> list(in_order(double, range(3)))
    [0, 2, 4]
    """
    client = current()
    source, window = iter(items), window or 4 * client.in_flight
    lane: _Lane[Item, Result] = _Lane(work, _loop())
    lane.open(client)
    try:
        under_way = 0
        while True:
            chunk = list(islice(source, window - under_way))
            under_way += len(chunk)
            lane.send(chunk)
            if not under_way:
                return
            ready = lane.results.get()
            under_way -= len(ready)
            for task in ready:
                yield task.result()
    finally:
        lane.close()


def side_by_side(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return what functions that use `in_order` return, all at work at the same time; what is under way is still bounded by the client.

    The first exception, in their order, is raised once all have ended.

    >>> async def double(session, n):
    ...     return 2 * n
    >>> side_by_side([lambda: [*in_order(double, [1, 2])], lambda: [*in_order(double, [3])]])
    [[2, 4], [6]]
    """
    _loop().check()
    with ThreadPoolExecutor(max(1, len(works)), "tilth-side-by-side") as threads:
        return [each.result() for each in [threads.submit(copy_context().run, work) for work in works]]


class _Lane(Generic[Item, Result]):
    """One `in_order` on the loop: tasks in order, and those done in front handed back together."""

    def __init__(self, work: Work[Item, Result], background: _Background) -> None:
        self.work, self.background = work, background
        self.results: queue.SimpleQueue[list[asyncio.Task[Result]]] = queue.SimpleQueue()
        self._tasks: deque[asyncio.Task[Result]] = deque()
        self._due = False

    def open(self, client: Client) -> None:
        self.session = self.background.run(self.background.session(client))

    def send(self, chunk: list[Item]) -> None:
        if chunk:
            self.background.loop.call_soon_threadsafe(self._start, chunk)

    def close(self) -> None:
        if not self.background.loop.is_closed():  # else it ended with the process, before this iterator
            self.background.run(self._stop())

    def _start(self, chunk: list[Item]) -> None:
        for item in chunk:
            task = self.background.loop.create_task(self._one(item))
            task.add_done_callback(self._done)
            self._tasks.append(task)

    async def _one(self, item: Item) -> Result:
        return await self.work(self.session, item)

    def _done(self, task: asyncio.Task[Result]) -> None:
        if not self._due and self._tasks and self._tasks[0].done():
            self._due = True
            self.background.loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        self._due = False
        ready = []
        while self._tasks and self._tasks[0].done():
            ready.append(self._tasks.popleft())
        if ready:
            self.results.put(ready)

    async def _stop(self) -> None:
        left = [*self._tasks]
        self._tasks.clear()
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        while not self.results.empty():
            for task in self.results.get():
                task.cancelled() or task.exception()  # looked at, so that nothing is said of it later


class _Background:
    """A thread with an event loop, and a session for every client in use."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._sessions: dict[str, asyncio.Task[Session]] = {}
        self._thread = threading.Thread(target=self.loop.run_forever, name="tilth-llm", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what a coroutine returns on the loop; LlmError if asked from the loop itself, which would wait for ever."""
        try:
            self.check()
        except LlmError:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def check(self) -> None:
        """Raise LlmError on the loop's own thread."""
        if threading.current_thread() is self._thread:
            raise LlmError(
                "llm.in_order was called from within its own work.", where="llm.in_order", why="it would wait for itself",
                fix="await session.ask(...) there",
            )  # fmt: skip

    async def session(self, client: Client) -> Session:
        """Return the session of a client, opened if this is the first that asks for it."""
        name = client.to_json()
        if name not in self._sessions:
            self._sessions[name] = self.loop.create_task(Session(client).__aenter__())
        try:
            return await self._sessions[name]
        except BaseException:
            self._sessions.pop(name, None)
            raise

    async def release(self, names: list[str] | None) -> None:
        """Close the sessions of these clients; of all, for None."""
        for name in [*self._sessions] if names is None else names:
            if name in self._sessions:
                await (await self._sessions.pop(name)).close()

    async def _end(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.release(None)

    def close(self) -> None:
        """End all that is under way, close all sessions, and stop."""
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


_background: _Background | None = None
_lock = threading.Lock()


def _loop() -> _Background:
    global _background
    with _lock:
        if _background is None:
            _background = _Background()
        return _background


def release(client: Client) -> None:
    """Close the connections and the file of a client that is no longer in use."""
    if _background is not None:
        _background.run(_background.release([client.to_json()]))


def close() -> None:
    """Close all connections and files of this process; the next `in_order` opens what it needs."""
    global _background
    with _lock:
        closing, _background = _background, None
    if closing is not None:
        closing.close()


def _forked() -> None:
    global _background, _lock
    _lock = threading.Lock()
    if _background is not None:  # the child has no thread of it, and must not close its files: it stays, even as the interpreter ends
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_background))
        _background = None


atexit.register(close)
os.register_at_fork(after_in_child=_forked)
