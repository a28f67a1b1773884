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
    """Return the executor of a name: "local", "local:4" (worker processes), "ray", "ray:2" (CPUs), "inline" (this process).

    An executor passes through.

    Raises RecipeError for a name that is none of these.
    """
    if not isinstance(name, str):
        return name
    kind, _, count = name.partition(":")
    if kind not in ("local", "ray", "inline") or (count and not count.isdigit()):
        why = "known are local, local:N, ray, ray:N, inline"
        raise RecipeError(f"There is no executor {name!r}.", where="executor", why=why, fix="executor='local'")
    if kind == "ray":
        from tilth.executors.ray import Ray

        return Ray(int(count or 0))
    if kind == "inline":
        from tilth.executors.inline import Inline

        return Inline()
    from tilth.executors.local import Local

    return Local(int(count or 0))
