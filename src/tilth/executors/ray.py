"""Tasks on a Ray cluster. Each Ray worker supervises a worker process of ours, so a crash costs one row there as it does here.

Tasks travel as bytes that we made, so that classes of a notebook or a recipe file come along by value.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from tilth.errors import MissingExtra
from tilth.executors.remote import perform_shipped
from tilth.executors.shipping import ship
from tilth.tasks import Task


class Ray:
    """Runs tasks on the Ray cluster that `ray.init()` finds (RAY_ADDRESS), or on one started here with `cpus` CPUs."""

    def __init__(self, cpus: int = 0) -> None:
        try:
            import ray
        except ImportError:
            raise MissingExtra.of("ray", "ray", "executor='ray'") from None
        self.ray, self.cpus, self.started = ray, cpus, False

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[dict[str, Any], dict[str, Any]]]]:
        """Yield (task, (receipt, times)) as tasks end; the first error cancels the rest and is raised here."""
        self._start()
        remote = self.ray.remote(max_retries=3)(perform_shipped)
        under_way = {remote.remote(ship(task), sys.path): task for task in tasks}
        try:
            while under_way:
                ready, _ = self.ray.wait(list(under_way), num_returns=1)
                task = under_way.pop(ready[0])
                result = self.ray.get(ready[0])
                if isinstance(result, BaseException):
                    raise result
                yield task, result
        finally:
            for reference in under_way:
                self.ray.cancel(reference)

    def machines(self) -> int:
        self._start()
        return sum(bool(node["Alive"]) for node in self.ray.nodes())

    def _start(self) -> None:
        if not self.ray.is_initialized():
            self.ray.init(num_cpus=self.cpus or None, include_dashboard=False, log_to_driver=False, configure_logging=False)
            self.started = True

    def close(self) -> None:
        """Shut down what was started here; a cluster that was there before stays."""
        if self.started:
            self.ray.shutdown()
            self.started = False
