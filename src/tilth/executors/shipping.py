"""How a task's steps reach another process: classes that it can import go by name, all others (notebook, recipe file) by value."""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import cloudpickle


def ship(message: Any) -> bytes:
    """Return `message` as bytes that `cloudpickle.loads` reads in a process with our `sys.path` and nothing else of ours."""
    for name in {kind.__module__ for kind in _classes(message)}:
        if name in sys.modules and name != "__main__" and not _importable(name):
            cloudpickle.register_pickle_by_value(sys.modules[name])
    return bytes(cloudpickle.dumps(message))


def _classes(value: Any) -> Iterator[type]:
    """The dataclasses in a message, and in their fields."""
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value)
        for field in fields(value):
            yield from _classes(getattr(value, field.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _classes(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _classes(item)


def _importable(name: str) -> bool:
    """Whether a fresh process would import the very module that is loaded here."""
    loaded = getattr(sys.modules[name], "__file__", None)
    path: Any = [entry for entry in sys.path if entry]
    spec = None
    for part in _prefixes(name):
        spec = importlib.machinery.PathFinder.find_spec(part, path)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return spec is not None and spec.origin == loaded


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    for i in range(len(parts)):
        yield ".".join(parts[: i + 1])
