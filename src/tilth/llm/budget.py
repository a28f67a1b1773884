"""Money: held before a call at the most that it can cost, settled after it at what it did cost, by all processes in one file.

`spent + held + most <= budget` is checked and the hold is written in one transaction, so the budget is kept whatever runs beside it.
A hold that outlives the time its call could take (its process was killed) counts as spent: that call may have been paid for.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tilth.llm.request import Request, Usage

MESSAGE_TOKENS = 16  # what a chat template adds to a message, and to the whole, at most
SOON = 3600.0  # seconds for which it is worth to wait for others
SCHEMA_TOKENS = 256  # what a server adds around a schema or a tool
Verdict = Literal["held", "later", "never"]
Counts = tuple[float, ...]  # as _COUNTS names them


def most_prompt_tokens(request: Request, extra: int = 0) -> int:
    """Return more tokens than the prompt can have: byte-level tokenizers make no more tokens than there are bytes.

    `extra` bytes are what is sent beside the request (a schema in words, an answer to be mended).

    >>> most_prompt_tokens(Request("openai/small", (("user", "Snow?"),)))
    37
    """
    text = sum(len(content.encode(errors="replace")) + MESSAGE_TOKENS for _, content in request.messages)
    schema = len(request.schema.encode(errors="replace")) + SCHEMA_TOKENS if request.schema else 0
    return text + schema + MESSAGE_TOKENS + extra


def new_hold() -> int:
    """Return a name for a hold that no other process chooses."""
    return random.SystemRandom().getrandbits(62)


def hold(db: sqlite3.Connection, account: str, budget: float, id: int, dollars: float, now: float, until: float) -> Verdict:
    """Hold `dollars` of the budget until the call is settled.

    "later": it would fit if calls under way cost less than they could; "never": it does not fit beside what is spent and what is held
    for longer than SOON (batch files).
    """
    return hold_all(db, account, budget, [(id, dollars)], now, until)[0]


def hold_all(
    db: sqlite3.Connection, account: str, budget: float, wanted: Sequence[tuple[int, float]], now: float, until: float
) -> list[Verdict]:
    """Hold what each call may cost, first come, first served; `wanted` are the names of holds and their dollars."""
    spent, held = taken(db, account, now)
    free, rows = budget - spent - held, []
    verdicts: list[Verdict] = []
    for id, dollars in wanted:
        verdicts.append("held" if dollars <= free else "later")
        if dollars <= free:
            free -= dollars
            rows.append((id, account, dollars, until))
    db.executemany("INSERT INTO holds VALUES (?, ?, ?, ?)", rows)
    if len(rows) == len(wanted):
        return verdicts
    soon = "SELECT coalesce(sum(dollars), 0.0) FROM holds WHERE account = ? AND until BETWEEN ? AND ?"
    (passing,) = db.execute(soon, (account, now, until + SOON)).fetchone()
    least = budget - sum(taken(db, account, now)) + passing  # what is free when all calls under way cost nothing
    return ["never" if verdict == "later" and dollars > least else verdict for verdict, (_, dollars) in zip(verdicts, wanted, strict=True)]


def taken(db: sqlite3.Connection, account: str, now: float) -> tuple[float, float]:
    """Return the dollars that are spent, with those of calls cut off, and the dollars held for calls under way."""
    query = "SELECT coalesce(sum(dollars), 0), coalesce(sum(iif(until < ?, dollars, 0)), 0) FROM holds WHERE account = ?"
    held, lost = db.execute(query, (now, account)).fetchone()
    (spent,) = db.execute("SELECT coalesce(sum(dollars), 0.0) FROM spending WHERE account = ?", (account,)).fetchone()
    return spent + lost, held - lost


def settle(db: sqlite3.Connection, account: str, model: str, id: int, usage: Usage, dollars: float | None) -> None:
    """Put what a call cost in the place of its hold; `dollars` None is a call whose price is unknown."""
    release(db, [id])
    add(db, account, model, paid(usage, dollars))


def release(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Give back what was held for calls."""
    db.executemany("DELETE FROM holds WHERE id = ?", [(id,) for id in ids])


def paid(usage: Usage, dollars: float | None) -> Counts:
    """Return what a call adds to an account."""
    return (1, usage.prompt, usage.cached, usage.completion, dollars or 0.0, int(dollars is None), 0, 0, 0, 0, 0.0)


def saved(usage: Usage, dollars: float | None) -> Counts:
    """Return what an answer from the cache adds: what it would have cost."""
    return (0, 0, 0, 0, 0.0, 0, 1, usage.prompt, usage.cached, usage.completion, dollars or 0.0)


_COUNTS = ("calls", "prompt", "cached", "completion", "dollars", "unpriced",
           "saved_calls", "saved_prompt", "saved_cached", "saved_completion", "saved_dollars")  # fmt: skip
_ADD = (
    f"INSERT INTO spending VALUES ({', '.join('?' * (2 + len(_COUNTS)))}) ON CONFLICT DO UPDATE SET "
    + ", ".join(f"{name} = {name} + excluded.{name}" for name in _COUNTS)
)


def add(db: sqlite3.Connection, account: str, model: str, counts: Counts) -> None:
    """Add to what an account has of a model."""
    db.execute(_ADD, (account, model, *counts))


@dataclass(frozen=True)
class Spending:
    """What an account paid for a model, and what answers from the cache saved; dollars are those of calls with a known price.

    `unpriced` counts calls without one: where it is not 0, `dollars` is less than what was paid.
    """

    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    dollars: float = 0.0
    unpriced: int = 0
    saved_calls: int = 0
    saved: Usage = field(default_factory=Usage)
    saved_dollars: float = 0.0

    def __add__(self, other: Spending) -> Spending:
        return Spending(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def __sub__(self, other: Spending) -> Spending:
        """What was spent between two looks at an account."""
        return Spending(*(getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def virtual(self) -> Usage:
        """The tokens that would have been paid for without the cache."""
        return self.usage + self.saved

    @property
    def virtual_dollars(self) -> float:
        """The dollars that would have been paid without the cache."""
        return self.dollars + self.saved_dollars


def report(read: Callable[[str, tuple[str, ...]], list[tuple[Any, ...]]], account: str) -> dict[str, Spending]:
    """Return, by model, what an account paid and saved; `read` runs a query with its values."""
    found = {}
    for model, *counts in read(f"SELECT model, {', '.join(_COUNTS)} FROM spending WHERE account = ?", (account,)):
        calls, prompt, cached, completion, dollars, unpriced, hits, *saved, saved_dollars = counts
        found[model] = Spending(calls, Usage(prompt, cached, completion), dollars, unpriced, hits, Usage(*saved), saved_dollars)
    return found
