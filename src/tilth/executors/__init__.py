"""Where tasks run. An executor is one method, `map_unordered(tasks)`, which yields each task with what it left, and `close`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from tilth.errors import RecipeError
from tilth.tasks import Task


class Executor(Protocol):
    """Runs tasks somewhere, in any order; retries and placement are its own business."""

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[dict[str, Any], dict[str, Any]]]]: ...

    def machines(self) -> int:
        """Return on how many machines tasks may run: on several, a folder of one of them will not do."""
        ...

    def close(self) -> None: ...


def executor(name: str | Executor) -> Executor:
    """Return the executor of a name: "local:4" (worker processes), "ray:2" (CPUs), "dask:2" (workers), "slurm:64" (jobs), "inline".

    Without a number: one a core, and for Slurm 8 jobs. "inline" is this very process. An executor passes through, and one made by
    hand can say more: `executors.slurm.Slurm(64, folder="/shared/jobs", parameters={"slurm_partition": "cpu"})`.

    Raises RecipeError for a name that is none of these.
    """
    if not isinstance(name, str):
        return name
    kind, _, count = name.partition(":")
    if kind not in ("local", "ray", "dask", "slurm", "inline") or (count and not count.isdigit()):
        why = "known are local, ray, dask, slurm, each also with a number as in local:4, and inline"
        raise RecipeError(f"There is no executor {name!r}.", where="executor", why=why, fix="executor='local'")
    if kind == "ray":
        from tilth.executors.ray import Ray

        return Ray(int(count or 0))
    if kind == "dask":
        from tilth.executors.dask import Dask

        return Dask(int(count or 0))
    if kind == "slurm":
        from tilth.executors.slurm import Slurm

        return Slurm(int(count or 0))
    if kind == "inline":
        from tilth.executors.inline import Inline

        return Inline()
    from tilth.executors.local import Local

    return Local(int(count or 0))
