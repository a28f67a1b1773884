"""Calls that keep their limits: held against the budget, sent when it is their turn, tried again within bounds, and settled."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from tilth.llm import limits, prices
from tilth.llm.accounts import Accounts
from tilth.llm.breaker import Breaker
from tilth.llm.client import Client
from tilth.llm.endpoints import Endpoint
from tilth.llm.request import Usage
from tilth.llm.wire import Outcome, Wire, raise_if_hopeless


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

    def __init__(self, client: Client, accounts: Accounts, wire: Wire) -> None:
        self.client, self.accounts, self.wire = client, accounts, wire
        self._table = prices.load(client.prices)
        self._prices: dict[str, prices.Price | None] = {}
        self._breakers: dict[str, Breaker] = {}

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
            hold = await self.accounts.hold(_bucket(endpoint), _likely(most), dearest or 0.0)
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

    async def _sent(self, endpoint: Endpoint, path: str, data: bytes, hold: int, most: Most, dearest: float | None) -> Outcome:
        try:
            return await self.wire.call(endpoint, path, data)
        except BaseException:  # nobody waits any more, but the server may have begun
            self.settle(endpoint, hold, Outcome(charged=True), most, dearest)
            raise

    def settle(self, endpoint: Endpoint, hold: int, outcome: Outcome, most: Most, dearest: float | None) -> tuple[Usage, float | None]:
        """Put what a call cost in the place of its hold; where that cannot be known, the most that it can have cost."""
        if not outcome.charged:
            if hold:
                self.accounts.release(hold)
            return Usage(), 0.0
        usage, price = outcome.usage, self.price(endpoint.model)
        dollars = dearest if usage is None or price is None else price.cost(usage)
        counted = usage or Usage()
        self.accounts.settle(endpoint.model, hold, counted, dollars)
        if usage:
            self.accounts.correct(_bucket(endpoint), _likely(most) - usage.prompt - usage.completion)
        return counted, dollars

    def capped(self) -> str:
        """Return why a request was not asked."""
        whose = f"the budget of ${self.client.budget:g} for account {self.client.account!r}"
        return f"{whose} does not allow another call (what earlier runs spent counts: llm.spending() tells)"

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
            self.accounts.postpone(_bucket(endpoint), outcome.wait)
        await asyncio.sleep(limits.pause(self.client.backoff, attempts - 1, outcome.wait))


def _bucket(endpoint: Endpoint) -> str:
    return f"{endpoint.base_url} {endpoint.name}"


def _likely(most: Most) -> float:
    """Return about how many tokens a call takes: `most.prompt` counts bytes, four of which are a token of English."""
    return most.prompt / 4 + most.completion
