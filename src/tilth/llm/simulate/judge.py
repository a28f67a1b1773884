"""How a simulated model judges: what it says of a row, of a pair, of two rows, and how sure it says it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tilth.llm.simulate.asked import Asked, Row
from tilth.llm.simulate.combine import COMBINE, number
from tilth.llm.simulate.draw import chance, pick
from tilth.llm.simulate.gold import Gold, row_key, tidy
from tilth.llm.simulate.model import Model


@dataclass(frozen=True)
class Said:
    """One judgement: its value, the probability that the model gives it, and what else it might have said."""

    value: Any
    sure: float = 1.0
    options: tuple[Any, ...] = ()


UNKNOWN = Said(None)


@dataclass(frozen=True)
class Judge:
    """A model at one prompt about one gold: `rows` share the prompt, `warm` is the temperature, `sample` tells samples apart."""

    model: Model
    gold: Gold
    rows: int = 1
    warm: float = 0.0
    sample: str = ""

    def row(self, asked: Asked, row: Row) -> Said:
        """Return what the model says of a row."""
        if self.gold.kind == "join":
            return self.pair(_texts(row), _texts(row))
        found = self.gold.find(row)
        if found is None:
            return UNKNOWN
        key, truth = found
        options = _options(asked, self.gold)
        return self._say(key, truth, options, no=truth is False)

    def pair(self, left: Sequence[str], right: Sequence[str]) -> Said:
        """Return whether the model takes two rows, each given as the texts of its columns, for a match."""
        key = "\x1e".join(sorted({*left, *right}))
        truth = self.gold.match(left, right)
        return self._say(key, truth, (True, False), no=not truth)

    def better(self, first: Row, second: Row) -> Said:
        """Return 0 or 1: which of two rows the model takes for the better one."""
        one, two = self.gold.find(first), self.gold.find(second)
        if one is None or two is None:
            return UNKNOWN
        both = "\x1e".join(sorted((one[0], two[0])))
        bias = self.model.position_bias
        if self._drawn(both, "bias") < abs(bias):
            return Said(0 if bias > 0 else 1, 1.0, (0, 1))
        first_merit, second_merit = number(one[1]), number(two[1])
        tie = int((one[0] > two[0]) == (self._drawn(both, "tie") < 0.5))
        truth = int(second_merit > first_merit) if first_merit != second_merit else tie
        return self._say(both, truth, (0, 1))

    def all(self, rows: Sequence[Row]) -> Said:
        """Return the answer to a question about all rows together, made of what the model says of each."""
        if not self.gold.keyed:
            return Said(self.gold.answers)
        values = [self._part(row) for row in rows]
        combine = self.gold.combine or "distinct"
        return Said(COMBINE[combine](values) if isinstance(combine, str) else combine(values))

    def _part(self, row: Row) -> Any:
        found = self.gold.find(row)
        if found is None:  # an answer to some of the rows, to be combined further
            return next((value for name, value in row.items() if name != "id"), "")
        return self._say(*found, options=(), no=found[1] is False).value

    def _say(self, key: str, truth: Any, options: tuple[Any, ...], no: bool = False) -> Said:
        difficulty = self.gold.hard(key, chance("difficulty", self.gold.task, key))
        wrong = self.model.wrong(difficulty, no, self.rows)
        errs = self._drawn(key, "flip") < wrong
        if self.warm > 0 and chance(self.model.name, self.gold.task, key, self.sample) < wrong * min(self.warm, 1):
            errs = not errs
        value = self._mistake(key, truth, options) if errs else truth
        return Said(value, self._sure(key, wrong), options)

    def _mistake(self, key: str, truth: Any, options: tuple[Any, ...]) -> Any:
        """Return an answer that is not `truth`: another of the menu, or what is right of another row."""
        others = [each for each in options or self.gold.values if each != truth]
        if not others:
            return None
        other = pick(others, self.model.name, self.model.seed, self.gold.task, key)
        if isinstance(truth, dict) and isinstance(other, dict):  # a wrong object is wrong in one field
            names = [name for name in truth if other.get(name) != truth[name]]
            name = pick(names, self.model.name, self.model.seed, self.gold.task, key, "field") if names else next(iter(truth), "")
            return {**truth, name: other.get(name)}
        return other

    def _sure(self, key: str, wrong: float) -> float:
        """Return the probability that the model gives to its own answer, right with probability 1 - `wrong`."""
        if self.model.logprobs == "useless":
            return 0.5 + self._drawn(key, "sure") / 2
        right = min(max(1 - wrong, 1e-4), 1 - 1e-4)
        if self.model.logprobs == "overconfident":
            return right**4 / (right**4 + (1 - right) ** 4)
        return right

    def _drawn(self, key: str, what: str) -> float:
        return chance(self.model.name, self.model.seed, self.gold.task, key, what)


def pairs(judge: Judge, left: Sequence[Row], right: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Yield the places of the rows that the model takes for matches."""
    rights = [_texts(row) for row in right]
    for n, row in enumerate(left):
        texts = _texts(row)
        for m, other in enumerate(rights):
            if judge.pair(texts, other).value:
                yield n, m


def subject(gold: Gold | None, row: Row) -> str:
    """Return what a row is known by in draws: its key in the gold, else all of it."""
    found = gold.find(row) if gold is not None else None
    return found[0] if found else row_key(row)


def _texts(row: Row) -> list[str]:
    return [tidy(value) for name, value in row.items() if name != "id" and value is not None]


def _options(asked: Asked, gold: Gold) -> tuple[Any, ...]:
    if asked.kind == "filter" or all(isinstance(value, bool) for value in gold.values):
        return (True, False)
    if asked.labels:
        return asked.labels
    return tuple(gold.values) if gold.kind == "classify" else ()
