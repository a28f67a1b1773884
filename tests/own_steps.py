"""A user's own steps beside a recipe, with a field of every kind, for the tests of recipes."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.op import Op
from tilth.read.reader import Reader


@dataclass(frozen=True)
class Nested:
    weight: float = 1.0
    blob: bytes = b""


@dataclass(frozen=True)
class Everything(Op):
    text: str
    count: int = 3
    share: float = 0.5
    on: bool = False
    maybe: str | None = None
    blob: bytes = b""
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[str, float], ...] = ()
    inner: Nested = Nested()
    step: Op | None = None


@dataclass(frozen=True)
class Source(Reader):
    path: str
    columns: tuple[str, ...] = ()


def twice(text: str = "a") -> list[Op]:
    return [Everything(text), Everything(text, count=4)]


def not_a_step() -> int:
    return 3
