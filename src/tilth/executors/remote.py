"""A task on another machine: what an engine's worker there calls. It supervises a worker process of ours, so a crash costs one row."""

from __future__ import annotations

import functools
import os
import sys
from typing import Any

import cloudpickle

from tilth.executors.worker import Worker


@functools.cache
def _worker(process: int) -> Worker:
    return Worker()


def perform_shipped(shipped: bytes, path: list[str]) -> Any:
    """Return a shipped task's (receipt, times), or the error that it raised: as a value, so that no engine wraps it in its own.

    `path` is the `sys.path` of who shipped it, so that what is importable there is importable here.
    """
    sys.path += [entry for entry in path if entry and entry not in sys.path]
    try:
        return _worker(os.getpid()).perform(cloudpickle.loads(shipped))
    except Exception as error:
        return error


def end_worker() -> None:
    """End this process's worker, if it has one."""
    if _worker.cache_info().currsize:
        _worker(os.getpid()).close()
        _worker.cache_clear()
