"""Runs waves of tasks: what has a receipt is not done again, what is not known yet makes what follows unknown too (a plan)."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tilth.executors import Executor
from tilth.receipts import Receipt, Receipts
from tilth.store import Store
from tilth.tasks import Task

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Progress:
    """How far a wave is: tasks and bytes done of all, rows done, seconds since it began."""

    wave: str
    done: int
    total: int
    rows: int
    bytes_done: int
    bytes_total: int
    seconds: float


@dataclass
class Wave:
    """What one wave was or will be: tasks in all, done before, to do for sure, and to do at most."""

    name: str
    total: int
    known: int
    to_do: int
    at_most: int
    size: int  # bytes to read, of the tasks to do


@dataclass
class Conductor:
    """Keeps what a run knows: the receipts there are, the times that tasks took, the waves that went by.

    Without an executor it only plans: a task without a receipt is counted, and what needs its outcome counts as "at most".
    """

    store: Store
    executor: Executor | None
    progress: Callable[[Progress], None] | None = None
    row_seconds: float = 60.0
    waves: list[Wave] = field(default_factory=list)
    times: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # keys of the receipts that there are
    used: set[str] = field(default_factory=set)  # keys of this run's tasks, done now or before

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.store)
        self.known = self.receipts.keys()

    def wave(self, name: str, tasks: Mapping[Key, Task | None]) -> dict[Key, Receipt | None]:
        """Return each task's receipt; None where a plan cannot know it."""
        there = {key: self._receipt(task) for key, task in tasks.items() if task}
        missing = {key: task for key, task in tasks.items() if task and there[key] is None}
        unknown = sum(task is None for task in tasks.values())
        size = sum(task.size for task in missing.values())
        self.used |= {task.key for task in tasks.values() if task}
        self.waves.append(Wave(name, len(tasks), len(tasks) - len(missing) - unknown, len(missing), unknown, size))
        found: dict[Key, Receipt | None] = {key: there.get(key) for key in tasks}
        if missing and self.executor:
            done = self._perform(name, {task.key: task for task in missing.values()}, self.executor)
            found |= {key: done[task.key] for key, task in missing.items()}
        return found

    def _receipt(self, task: Task) -> Receipt | None:
        return self.receipts.get(task.key) if task.key in self.known else None

    def _perform(self, name: str, tasks: dict[str, Task], executor: Executor) -> dict[str, Receipt]:
        start, rows, size = time.monotonic(), 0, 0
        total = sum(task.size for task in tasks.values())
        done: dict[str, Receipt] = {}
        self._tell(Progress(name, 0, len(tasks), 0, 0, total, 0.0))
        for task, (receipt, times) in executor.map_unordered(tasks.values()):
            done[task.key], self.times[task.key] = receipt, times
            self.known.add(task.key)
            rows += receipt.get("rows_in", receipt.get("rows", 0))
            size += task.size
            self._tell(Progress(name, len(done), len(tasks), rows, size, total, time.monotonic() - start))
        return done

    def _tell(self, progress: Progress) -> None:
        if self.progress:
            self.progress(progress)
