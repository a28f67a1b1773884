"""Tasks on a Dask cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from tilth.errors import MissingExtra
from tilth.executors.remote import perform_shipped
from tilth.executors.shipping import ship
from tilth.tasks import Task


class Dask:
    """Runs tasks on the Dask cluster at DASK_SCHEDULER_ADDRESS, or on one of `workers` processes started here (0: one a core)."""

    def __init__(self, workers: int = 0) -> None:
        try:
            import distributed
        except ImportError:
            raise MissingExtra.of("distributed", "dask", "executor='dask'") from None
        self.distributed, self.workers = distributed, workers
        self.cluster: Any = None
        self.client: Any = None

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[dict[str, Any], dict[str, Any]]]]:
        """Yield (task, (receipt, times)) as tasks end; the first error cancels the rest and is raised here."""
        client = self._start()
        under_way = {client.submit(perform_shipped, ship(task), sys.path, pure=False, retries=3): task for task in tasks}
        try:
            for future in self.distributed.as_completed(list(under_way)):
                result = future.result()
                if isinstance(result, BaseException):
                    raise result
                yield under_way.pop(future), result
        finally:
            client.cancel(list(under_way))

    def machines(self) -> int:
        return len({worker["host"] for worker in self._start().scheduler_info(n_workers=-1)["workers"].values()})

    def _start(self) -> Any:
        if self.client is None:
            address = os.environ.get("DASK_SCHEDULER_ADDRESS")
            if not address:
                workers = self.workers or os.cpu_count() or 1
                self.cluster = self.distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
                )
            self.client = self.distributed.Client(address or self.cluster)
        return self.client

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        for each in (self.client, self.cluster):
            if each is not None:
                each.close()
        self.client = self.cluster = None
