"""Tasks in this very process, one after the other: for a debugger, and where processes cannot be started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tilth.tasks import Task, perform


class Inline:
    """Runs tasks here. A row that raises is quarantined as everywhere; one that hangs or crashes takes the run with it."""

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[dict[str, Any], dict[str, Any]]]]:
        for task in tasks:
            yield task, perform(task)

    def machines(self) -> int:
        return 1

    def close(self) -> None:
        """There is nothing to close."""
