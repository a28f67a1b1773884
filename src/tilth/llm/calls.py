"""Calls that keep their limits: held against the budget, sent when it is their turn, tried again within bounds, and settled."""

from __future__ import annotations

import asyncio
import math
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from tilth.llm import budget, limits, prices
from tilth.llm.breaker import Breaker
from tilth.llm.client import Client
from tilth.llm.endpoints import Endpoint
from tilth.llm.ledger import Ledger
from tilth.llm.request import Usage
from tilth.llm.wire import Outcome, Wire, raise_if_hopeless

MARGIN = 30.0  # seconds beyond its timeout after which a call that nobody settled counts as lost


@dataclass(frozen=True)
class Most:
    """The tokens that a call can take at most, of prompt and answer."""

    prompt: int
    completion: int


@dataclass(frozen=True)
class Paid:
    """What came of a call in the end, after so many attempts, and what they cost together; `cost` None is unknown."""

    outcome: Outcome
    usage: Usage
    cost: float | None
    attempts: int


def total(costs: Iterable[float | None]) -> float | None:
    """Return the sum of costs; None where one is unknown."""
    known = [*costs]
    return None if None in known else math.fsum(cost for cost in known if cost is not None)


class Calls:
    """All calls of one session."""

    def __init__(self, client: Client, ledger: Ledger, wire: Wire) -> None:
        self.client, self.ledger, self.wire = client, ledger, wire
        self._table = prices.load(client.prices)
        self._prices: dict[str, prices.Price | None] = {}
        self._breakers: dict[str, Breaker] = {}
        self._rates = {"requests": client.requests_per_minute, "tokens": client.tokens_per_minute}

    def price(self, model: str) -> prices.Price | None:
        """Return the price of a model; LlmError where it is unknown and a budget is to be kept."""
        if model not in self._prices:
            self._prices[model] = prices.price(self._table, model)
        price = self._prices[model]
        if price is None and self.client.budget is not None:
            raise prices.unknown(model)
        return price

    def dearest(self, model: str, most: Most) -> float | None:
        """Return the dollars that a call can cost at most; None where its price is unknown and there is no budget."""
        price = self.price(model)
        dollars = price.most(most.prompt, most.completion) if price else None
        if dollars is None and self.client.budget is not None:
            raise prices.unknown(model)
        return dollars

    async def call(self, endpoint: Endpoint, path: str, data: bytes, most: Most) -> Paid:
        """Make a call: again where that may help, and within the limits. Raises LlmError where nothing would help any request."""
        dearest = self.dearest(endpoint.model, most)
        usage = Usage()  # of all attempts
        costs: list[float | None] = []

        async def once() -> Outcome:
            nonlocal usage
            hold = await self.hold(endpoint, most, dearest or 0.0)
            if hold is None:
                return Outcome(reason=self.capped(), capped=True)
            outcome = await self._sent(endpoint, path, data, hold, most, dearest)
            more, dollars = self.settle(endpoint, hold, outcome, most, dearest)
            usage += more
            costs.append(dollars)
            return outcome

        outcome, attempts = await self._patiently(endpoint, once)
        raise_if_hopeless(endpoint, outcome)
        return Paid(outcome, usage, total(costs), attempts)

    async def free(self, endpoint: Endpoint, path: str, data: bytes | None = None, kind: str = "", json: bool = True) -> Outcome:
        """Make a call that costs nothing; `data`, if given, is posted, as `kind` says what it is."""
        outcome, _ = await self._patiently(endpoint, lambda: self.wire.call(endpoint, path, data, kind, json))
        if outcome.status != 404:
            raise_if_hopeless(endpoint, outcome)
        return outcome

    async def _patiently(self, endpoint: Endpoint, once: Callable[[], Awaitable[Outcome]]) -> tuple[Outcome, int]:
        """Return what came of `once` in the end, and after how many attempts."""
        breaker, request, attempts = self._breaker(endpoint), object(), 0
        while True:
            await breaker.ready()
            outcome = await once()
            attempts += not outcome.capped
            self._note(breaker, outcome, request)
            if not outcome.again or (outcome.sent and attempts >= self.client.attempts):
                return outcome, attempts
            if (outcome.wait or 0.0) > self.client.patience:
                late = f"{outcome.reason} (asks to wait {outcome.wait:.0f} seconds, longer than patience={self.client.patience:g})"
                return replace(outcome, reason=late), attempts
            if not outcome.sent:
                breaker.give_up()
            if not breaker.down:  # else the breaker says when
                await self._pause(endpoint, outcome, attempts)

    async def hold(self, endpoint: Endpoint, most: Most, dollars: float) -> int | None:
        """Wait until a call fits into the rates and the budget; return what it holds there, 0 for nothing, None where it never fits."""
        if self.client.budget is None and not any(self._rates.values()):
            return 0
        id = budget.new_hold()
        try:
            while True:
                verdict, wait = await self.ledger.transact(lambda db: self._admit(db, endpoint, most, id, dollars))
                if verdict == "never":
                    return None
                if verdict == "held":
                    await asyncio.sleep(wait)
                    return id
                await asyncio.sleep(random.uniform(0.01, 0.05))  # calls under way will leave some of what they hold
        except asyncio.CancelledError:
            self.ledger.write(lambda db: budget.release(db, id))
            raise

    def _admit(self, db: sqlite3.Connection, endpoint: Endpoint, most: Most, id: int, dollars: float) -> tuple[budget.Verdict, float]:
        now, until = time.time(), time.time() + self.client.timeout + MARGIN
        verdict: budget.Verdict = "held"
        if self.client.budget is not None:
            verdict = budget.hold(db, self.client.account, self.client.budget, id, dollars, now, until)
        if verdict != "held":
            return verdict, 0.0
        wait = limits.admit(db, _bucket(endpoint), self._takes(most), now)
        if wait:
            db.execute("UPDATE holds SET until = until + ? WHERE id = ?", (wait, id))
        return verdict, wait

    def _takes(self, most: Most) -> dict[str, tuple[float, float]]:
        amounts = {"requests": 1.0, "tokens": _likely(most)}
        return {kind: (amounts[kind], rate) for kind, rate in self._rates.items() if rate}

    async def _sent(self, endpoint: Endpoint, path: str, data: bytes, hold: int, most: Most, dearest: float | None) -> Outcome:
        try:
            return await self.wire.call(endpoint, path, data)
        except BaseException:  # nobody waits any more, but the server may have begun
            self.settle(endpoint, hold, Outcome(charged=True), most, dearest)
            raise

    def settle(self, endpoint: Endpoint, hold: int, outcome: Outcome, most: Most, dearest: float | None) -> tuple[Usage, float | None]:
        """Put what a call cost in the place of its hold; where that cannot be known, the most that it can have cost."""
        account, model = self.client.account, endpoint.model
        usage = outcome.usage
        if not outcome.charged:
            if hold:
                self.ledger.write(lambda db: budget.release(db, hold))
            return Usage(), 0.0
        price = self.price(model)
        dollars = dearest if usage is None or price is None else price.cost(usage)
        counted = usage or Usage()
        self.ledger.write(lambda db: budget.settle(db, account, model, hold, counted, dollars))
        if usage and self.client.tokens_per_minute:
            over, rate = _likely(most) - usage.prompt - usage.completion, self.client.tokens_per_minute
            self.ledger.write(lambda db: limits.correct(db, _bucket(endpoint), "tokens", over, rate))
        return counted, dollars

    def capped(self) -> str:
        """Return why a request was not asked."""
        return f"the budget of ${self.client.budget:g} for account {self.client.account!r} does not allow another call"

    def _breaker(self, endpoint: Endpoint) -> Breaker:
        if endpoint.base_url not in self._breakers:
            self._breakers[endpoint.base_url] = Breaker(endpoint.base_url, self.client.patience, self.client.backoff)
        return self._breakers[endpoint.base_url]

    def _note(self, breaker: Breaker, outcome: Outcome, request: object) -> None:
        down = outcome.again and outcome.status not in (200, 409, 425, 429)
        if down:
            breaker.failed(outcome.reason, request if outcome.sent else object())
        else:
            breaker.answered()

    async def _pause(self, endpoint: Endpoint, outcome: Outcome, attempts: int) -> None:
        if outcome.status == 429 and outcome.wait:
            self._breaker(endpoint).hold(outcome.wait)
            if self.client.requests_per_minute:
                until = time.time() + outcome.wait
                self.ledger.write(lambda db: limits.postpone(db, _bucket(endpoint), "requests", until))
        await asyncio.sleep(limits.pause(self.client.backoff, attempts - 1, outcome.wait))


def _bucket(endpoint: Endpoint) -> str:
    return f"{endpoint.base_url} {endpoint.name}"


def _likely(most: Most) -> float:
    """Return about how many tokens a call takes: `most.prompt` counts bytes, four of which are a token of English."""
    return most.prompt / 4 + most.completion
