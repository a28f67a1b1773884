"""Worker processes on this machine."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from tilth.executors.worker import Worker
from tilth.tasks import Task

Outcome = tuple[Task, tuple[dict[str, Any], dict[str, Any]]]


class Local:
    """Runs tasks on `workers` processes of this machine; 0 means one a core. They stay between calls, until `close`."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.pool: list[Worker] = []

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield (task, (receipt, times)) as tasks end; the first error ends the rest and is raised here."""
        waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
        count = 0
        for task in tasks:
            waiting.put(task)
            count += 1
        while len(self.pool) < min(count, self.workers):
            self.pool.append(Worker())
        done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        threads = [threading.Thread(target=_work, args=(worker, waiting, done), daemon=True) for worker in self.pool]
        for thread in threads:
            thread.start()
        try:
            for _ in range(count):
                outcome = done.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        except BaseException:
            _drain(waiting)
            for worker in self.pool:
                worker.end()
            raise
        finally:
            for thread in threads:
                thread.join()
            if any(worker.closed for worker in self.pool):
                self.close()

    def machines(self) -> int:
        return 1

    def close(self) -> None:
        for worker in self.pool:
            worker.close()
        self.pool = []


def _work(worker: Worker, waiting: queue.SimpleQueue[Task], done: queue.SimpleQueue[Outcome | BaseException]) -> None:
    while True:
        try:
            task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((task, worker.perform(task)))
        except BaseException as error:  # it is raised again in the thread that waits
            done.put(error)


def _drain(waiting: queue.SimpleQueue[Task]) -> None:
    while True:
        try:
            waiting.get_nowait()
        except queue.Empty:
            return
