"""The right answers: what a simulated model would say of every row if it never erred."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tilth.errors import RecipeError
from tilth.llm.simulate.combine import COMBINE

Row = Mapping[str, Any]
KINDS = ("filter", "classify", "score", "map", "extract", "impute", "detect", "join", "compare", "aggregate", "group")


@dataclass(frozen=True)
class Gold:
    """The right answers to one task.

    `task` is the instruction, or words of it in any case, by which a prompt is known to be about this gold; of several that fit, one of
    the asked kind counts before others, then the longest.

    `answers` maps the text of a row's key to its answer: a bool for filter, a label for classify, a number for score, a merit for
    compare (the greater one wins), any JSON value for map, extract, impute and detect. For join it is pairs of a left and a right key.
    For aggregate and group it is the answer itself, or one value a row that `combine` makes the answer of: a function of the values, or
    one of its names ("count", "sum", "mean", "min", "max", "most", "distinct").

    A row's key is the text of its column `key`, or of any column if none is named, or `row_key` of all its columns. `difficulty` maps
    keys to numbers from 0 to 1; a row without one has a difficulty by its content.

    Raises RecipeError for a kind or a name of a combination that there is not.

    >>> praise = Gold("praises the film", "filter", {"A joy.": True, "Dull.": False})
    >>> praise.find({"text": "Dull.", "id": 7})
    ('Dull.', False)
    """

    task: str
    kind: str
    answers: Any
    key: str | None = None
    combine: str | Callable[[list[Any]], Any] | None = None
    difficulty: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise _refused(self.task, f"There is no kind {self.kind!r} of task.", f"the kinds are: {', '.join(KINDS)}", 'kind="filter"')
        if isinstance(self.combine, str) and self.combine not in COMBINE:
            raise _refused(self.task, f"There is no combination {self.combine!r}.", f"there are: {', '.join(COMBINE)}", 'combine="sum"')
        keyed = isinstance(self.answers, Mapping) or self.kind in ("join", "aggregate", "group")
        if not keyed:
            raise _refused(self.task, "These answers have no keys.", "they map the text of a row to its answer", '{"A joy.": True}')

    @cached_property
    def pairs(self) -> dict[str, set[str]]:
        """The right keys that match each left key."""
        found: dict[str, set[str]] = {}
        for left, right in self.answers:
            found.setdefault(tidy(left), set()).add(tidy(right))
        return found

    @cached_property
    def keyed(self) -> dict[str, Any]:
        """The answers by tidy key."""
        return {tidy(key): value for key, value in self.answers.items()} if isinstance(self.answers, Mapping) else {}

    @cached_property
    def values(self) -> list[Any]:
        """The different answers that there are, in the order of their text; what a wrong answer is picked from."""
        return [json.loads(text) for text in sorted({json.dumps(value, sort_keys=True, default=str) for value in self.keyed.values()})]

    @cached_property
    def _difficulty(self) -> dict[str, float]:
        return {tidy(key): value for key, value in self.difficulty.items()}

    def find(self, row: Row) -> tuple[str, Any] | None:
        """Return the key of a row and its answer, None where the gold does not hold it."""
        return next(((key, self.keyed[key]) for key in self.keys(row) if key in self.keyed), None)

    def keys(self, row: Row) -> Iterable[str]:
        """Yield what the key of a row may be; the order of its columns does not matter."""
        if self.key is not None:
            yield tidy(row.get(self.key))
            return
        for name in sorted(row):
            if name != "id" and row[name] is not None:
                yield tidy(row[name])
        yield row_key(row)

    def match(self, left: Sequence[str], right: Sequence[str]) -> bool:
        """Return whether two rows, given as the texts that may be their keys, are a pair of the join."""
        return any(other in self.pairs[key] for key in left if key in self.pairs for other in right)

    def hard(self, key: str, drawn: float) -> float:
        """Return the difficulty of a row: as told, else as `drawn`."""
        return self._difficulty.get(key, drawn)


def tidy(value: Any) -> str:
    """Return a value as the text of a key: the outer white space does not count."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text.strip()


def row_key(row: Row) -> str:
    """Return the key of a row by all its columns but `id`, in any order: for gold whose rows no one column tells apart.

    >>> row_key({"a": 1, "b": "x", "id": 4}) == row_key({"b": "x", "a": 1})
    True
    """
    told = json.dumps({name: row[name] for name in sorted(row) if name != "id"}, ensure_ascii=False, default=str)
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Golds:
    """All gold of a server, found by the instruction of a prompt."""

    golds: Sequence[Gold]
    _found: dict[tuple[str, str], Gold | None] = field(default_factory=dict, repr=False)

    def of(self, instruction: str, kind: str) -> Gold | None:
        """Return the gold whose task is in the instruction: the longest such task, one of the asked kind before others."""
        if (instruction, kind) not in self._found:
            if len(self._found) > 10_000:  # instructions that differ in every call are not worth remembering
                self._found.clear()
            fitting = [gold for gold in self.golds if _words(gold.task) in _words(instruction) and (kind != "join" or gold.kind == "join")]
            self._found[instruction, kind] = max(fitting, key=lambda gold: (gold.kind == kind, len(gold.task)), default=None)
        return self._found[instruction, kind]


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _refused(task: str, what: str, why: str, fix: str) -> RecipeError:
    return RecipeError(what, where=f"simulate.Gold({task[:60]!r})", why=why, fix=fix)
