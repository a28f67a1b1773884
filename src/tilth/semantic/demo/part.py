"""What every part of the demo tells: the prompts it will send, those of the plain plan, what it found, and how good that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.llm import Request
from tilth.llm.simulate import Gold
from tilth.semantic.asking.question import Question


@dataclass(frozen=True)
class Models:
    """The expensive model, whose answers count, and the cheap one that saves asking it."""

    oracle: str = "large"
    proxy: str = "small"


@dataclass(frozen=True)
class Scored:
    """Answers held against gold: how many were `told`, how many of these are `right`, and how many there are in truth (`gold`)."""

    what: str
    right: int
    told: int
    gold: int

    @classmethod
    def of(cls, what: str, told: Set[Any], gold: Set[Any]) -> Scored:
        """Score a set of answers against the right ones.

        >>> Scored.of("pairs", {1, 2, 3}, {2, 3, 4, 5}).f1
        0.5714285714285714
        """
        return cls(what, len(told & gold), len(told), len(gold))

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.told + self.gold) if self.told + self.gold else 0.0


@dataclass(frozen=True)
class Plain:
    """The plain plan, every row or pair in a prompt of its own to the oracle: how many prompts, and some or all of them."""

    calls: int
    prompts: Sequence[Request]


class Part(Protocol):
    """One thing that the demo does."""

    @property
    def title(self) -> str:
        """What it does, in a line."""
        ...

    def gold(self) -> Gold:
        """Return what simulated models know."""
        ...

    def prompts(self) -> Iterable[Request]:
        """Yield what it may ask, at most, so that this can be priced before."""
        ...

    def plain(self) -> Plain:
        """Return what it would ask without any of this."""
        ...

    def run(self) -> list[Scored]:
        """Do it, and return how good it is."""
        ...


class Asking(Protocol):
    """A step that asks one question of every row."""

    @property
    def question(self) -> Question: ...


def prompts(step: Asking, rows: Sequence[Mapping[str, Any]]) -> Iterator[Request]:
    """Yield the requests by which `step` asks about `rows`, as many rows a prompt as it says."""
    question = step.question
    for start in range(0, len(rows), question.batch):
        yield question.request(rows[start : start + question.batch])
