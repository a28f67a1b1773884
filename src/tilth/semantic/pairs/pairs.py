"""Pairs of rows, each a row of its own prompt or of one it shares with other pairs: do the two match?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from tilth.errors import RecipeError
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.ask import ask, filled
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.question import Question
from tilth.semantic.asking.waves import in_waves

Row = Mapping[str, Any]
Pair = tuple[int, int]
_AHEAD = 4096  # pairs that are put into prompts at a time


@dataclass(frozen=True)
class Task:
    """What is asked about pairs of a left and a right row, and how much of it a prompt holds.

    `batch` pairs share a prompt where pairs are asked one by one; `block` left and as many right rows at most where a prompt asks about
    all their pairs; never more than `room` tokens of rows. With `limit` the work stops when that many matches are found.
    """

    instruction: str
    model: str
    batch: int = 16
    block: int = 8
    room: int = 8000
    limit: int = 0

    def __post_init__(self) -> None:
        if min(self.batch, self.block, self.room) < 1 or self.limit < 0:
            raise RecipeError(
                "Rows cannot be joined so.", where=repr(self), why="batch, block and room are at least 1, limit is not negative",
                fix='semantic.join(left, right, "...", model="openai/gpt-4o-mini")',
            )  # fmt: skip
        _ = self.question

    @property
    def question(self) -> Question:
        """The question to rows that are pairs."""
        return Question(
            "join", self.instruction, self.model, (), '{"type":"boolean"}', ("yes", "no"), self.batch, max_tokens=16, room=self.room
        )


@dataclass
class Verdicts:
    """What is known of pairs: the answers of those that match, in order of asking, and of those that nobody could answer."""

    matches: dict[Pair, Answer] = field(default_factory=dict)
    unanswered: dict[Pair, Answer] = field(default_factory=dict)

    def add(self, pair: Pair, answer: Answer) -> None:
        """Take in one answer; a no needs no place."""
        if answer.status != "ok":
            self.unanswered[pair] = answer
        elif answer.value:
            self.matches[pair] = answer

    def amend(self, pair: Pair, answer: Answer) -> None:
        """Put a later answer, if it is one, in the place of what was known of a pair."""
        if answer.status == "ok":
            self.matches.pop(pair, None)
            self.unanswered.pop(pair, None)
            self.add(pair, answer)

    def enough(self, limit: int) -> bool:
        """Whether a limit is reached."""
        return 0 < limit <= len(self.matches)


def pair_row(left: Row, right: Row) -> dict[str, Any]:
    """Return the two rows as one.

    >>> pair_row({"name": "ale"}, {"name": "beer", "id": 4})
    {'left name': 'ale', 'right name': 'beer', 'right id': 4}
    """
    return {f"left {name}": value for name, value in left.items()} | {f"right {name}": value for name, value in right.items()}


async def ask_pairs(
    session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], pairs: Iterable[Pair], found: Verdicts,
    heard: Callable[[Pair, Answer], None] | None = None,
) -> Verdicts:  # fmt: skip
    """Ask about these pairs, `task.batch` a prompt, in their order, and add the answers to `found`; `heard` is told all, a no too."""
    question = task.question

    async def work(group: list[Pair]) -> list[tuple[Pair, Answer]]:
        rows = [pair_row(left[n], right[m]) for n, m in group]
        return list(zip(group, await ask(session, question, rows), strict=True))

    def groups() -> Iterator[list[Pair]]:
        waiting = iter(pairs)
        while chunk := list(islice(waiting, _AHEAD)):
            done = 0
            for rows in filled([pair_row(left[n], right[m]) for n, m in chunk], question):
                yield chunk[done : done + len(rows)]
                done += len(rows)

    async for wave in in_waves(work, groups(), lambda: found.enough(task.limit), first=1 if task.limit else 64):
        for group in wave:
            for pair, answer in group:
                found.add(pair, answer)
                if heard is not None:
                    heard(pair, answer)
    return found


async def alone(
    session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], pairs: Iterable[Pair], said: Mapping[Pair, Answer]
) -> dict[Pair, Answer]:
    """Return `said` with the answers about these pairs, those that it lacks asked in prompts of their own."""
    found = dict(said)
    new = [pair for pair in pairs if pair not in said]
    await ask_pairs(session, replace(task, batch=1), left, right, new, Verdicts(), found.__setitem__)
    return found


async def nested_loop(session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row]) -> Verdicts:
    """Ask about every pair in a prompt of its own: the plain method, which the others are measured by; its answers have scores."""
    every = ((n, m) for n in range(len(left)) for m in range(len(right)))
    return await ask_pairs(session, replace(task, batch=1), left, right, every, Verdicts())
