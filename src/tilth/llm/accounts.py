"""What calls hold, cost and save, and the rates that they take: added up for a moment, and brought into the ledger together.

A call is still held before it is sent, in a transaction that is committed by then; but one statement does it for all that wait.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from itertools import count
from typing import NamedTuple

from tilth.llm import budget, limits
from tilth.llm.client import Client
from tilth.llm.ledger import Ledger
from tilth.llm.request import Usage

MARGIN = 30.0  # seconds beyond its timeout after which a call that nobody settled counts as lost


class Wanted(NamedTuple):
    """What a call needs before it is sent: its name, whose rates it takes, how many tokens of them, and the dollars to hold."""

    id: int
    bucket: str
    tokens: float
    dollars: float


Answer = tuple[budget.Verdict, float]  # with the seconds until it may be sent
Asking = list[tuple[Wanted, asyncio.Future[Answer]]]


class Accounts:
    """The accounts of one session."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self.client, self.ledger = client, ledger
        self._rates = {"requests": client.requests_per_minute, "tokens": client.tokens_per_minute}
        self._ids = count(budget.new_hold())
        self._asking: Asking = []
        self._ended: list[int] = []  # holds that are no longer needed
        self._counts: dict[str, budget.Counts] = {}
        self._over: dict[str, float] = {}  # tokens that were taken of a rate and not needed
        self._due = False

    async def hold(self, bucket: str, tokens: float, dollars: float) -> int | None:
        """Wait until a call fits into the rates and the budget; return what it holds there, 0 for nothing, None where it never fits."""
        if self.client.budget is None and not any(self._rates.values()):
            return 0
        wanted = Wanted(next(self._ids), bucket, tokens, dollars)
        while True:
            verdict, wait = await self._asked(wanted)
            if verdict == "never":
                return None
            if verdict == "later":  # calls under way will leave some of what they hold
                await asyncio.sleep(random.uniform(0.01, 0.05))
                continue
            try:
                if wait:
                    await asyncio.sleep(wait)
                return wanted.id
            except asyncio.CancelledError:
                self.release(wanted.id)
                raise

    def release(self, hold: int) -> None:
        """Give back what was held for a call that cost nothing."""
        self._ended.append(hold)
        self._soon()

    def settle(self, model: str, hold: int, usage: Usage, dollars: float | None) -> None:
        """Put what a call cost in the place of its hold; `dollars` None is a call whose price is unknown."""
        if hold:
            self._ended.append(hold)
        self._count(model, budget.paid(usage, dollars))

    def correct(self, bucket: str, over: float) -> None:
        """Give back tokens of a rate that a call did not need, or take those it needed beside."""
        if self._rates["tokens"]:
            self._over[bucket] = self._over.get(bucket, 0.0) + over
            self._soon()

    def postpone(self, bucket: str, seconds: float) -> None:
        """Let no request have its turn for so long: a server asked for that."""
        if self._rates["requests"]:
            until = time.time() + seconds
            self.ledger.write(lambda db: limits.postpone(db, bucket, "requests", until))

    def save(self, model: str, usage: Usage, dollars: float | None) -> None:
        """Note what an answer from the cache would have cost."""
        self._count(model, budget.saved(usage, dollars))

    def _count(self, model: str, counts: budget.Counts) -> None:
        before = self._counts.get(model)
        self._counts[model] = tuple(a + b for a, b in zip(before, counts, strict=True)) if before else counts
        self._soon()

    def _soon(self) -> None:
        if not self._due:
            self._due = True
            self.ledger.write(self._bring)

    def _bring(self, db: sqlite3.Connection) -> None:
        ended, counts, over = self._ended, self._counts, self._over
        self._ended, self._counts, self._over, self._due = [], {}, {}, False
        budget.release(db, ended)
        for model, each in counts.items():
            budget.add(db, self.client.account, model, each)
        for bucket, tokens in over.items():
            limits.correct(db, bucket, "tokens", tokens, self._rates["tokens"] or 1.0)

    async def _asked(self, wanted: Wanted) -> Answer:
        """What is said to a call, once that is committed."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        asking = self._asking
        asking.append((wanted, answer))
        if len(asking) == 1:
            self.ledger.begin(lambda db: self._admit(db, asking)).add_done_callback(lambda made: self._tell(made, asking))
        try:
            return await answer
        except asyncio.CancelledError:
            if self._asking is asking:  # not looked at yet
                asking.remove((wanted, answer))
            else:
                self.release(wanted.id)
            raise

    def _admit(self, db: sqlite3.Connection, asking: Asking) -> list[Answer]:
        self._asking = []
        now, until, calls = time.time(), time.time() + self.client.timeout + MARGIN, [wanted for wanted, _ in asking]
        verdicts: list[budget.Verdict] = ["held"] * len(calls)
        if self.client.budget is not None:
            amounts = [(wanted.id, wanted.dollars) for wanted in calls]
            verdicts = budget.hold_all(db, self.client.account, self.client.budget, amounts, now, until)
        waits = self._turns(db, [wanted for wanted, verdict in zip(calls, verdicts, strict=True) if verdict == "held"], now)
        late = [(wait, id) for id, wait in waits.items() if wait]
        if late:
            db.executemany("UPDATE holds SET until = until + ? WHERE id = ?", late)
        return [(verdict, waits.get(wanted.id, 0.0)) for wanted, verdict in zip(calls, verdicts, strict=True)]

    def _turns(self, db: sqlite3.Connection, calls: list[Wanted], now: float) -> dict[int, float]:
        """The seconds until each call may be sent."""
        waits: dict[int, float] = {}
        for bucket in dict.fromkeys(wanted.bucket for wanted in calls):
            mine = [wanted for wanted in calls if wanted.bucket == bucket]
            amounts = {"requests": [1.0] * len(mine), "tokens": [wanted.tokens for wanted in mine]}
            takes = {kind: (amounts[kind], rate) for kind, rate in self._rates.items() if rate}
            turns = limits.admit(db, bucket, takes, len(mine), now)
            waits |= {wanted.id: turn for wanted, turn in zip(mine, turns, strict=True)}
        return waits

    def _tell(self, made: asyncio.Future[list[Answer]], asking: Asking) -> None:
        error = made.exception()
        if self._asking is asking:  # it never came to that
            self._asking = []
        for (_, answer), told in zip(asking, made.result() if error is None else [None] * len(asking), strict=True):
            if answer.done():
                continue
            if told is None:
                answer.set_exception(error or asyncio.CancelledError())
            else:
                answer.set_result(told)
