"""What an algorithm spends: a session that adds up the replies that pass through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tilth.errors import StepError
from tilth.llm.request import Reply, Request


class Asks(Protocol):
    """What can be asked: a session, or a meter on one."""

    async def ask(self, request: Request) -> Reply:
        """Return the reply to one request; a request that failed is a reply that says so."""
        ...

    async def embed(self, model: str, texts: Sequence[str]) -> Sequence[np.ndarray]:
        """Return one float32 vector for each text."""
        ...


@dataclass(frozen=True)
class Spent:
    """Prompts sent (`calls`; `bought` are those that neither the cache nor an equal prompt answered), tokens, and dollars.

    `cost` is what was paid now, `worth` what it would be without a cache; None where a price is unknown.
    """

    calls: int = 0
    bought: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    worth: float | None = 0.0

    def plus(self, reply: Reply) -> Spent:
        """Return this with one more reply."""
        used = reply.usage
        return Spent(
            self.calls + 1, self.bought + (reply.source in ("model", "batch")), self.prompt_tokens + used.prompt,
            self.cached_tokens + used.cached, self.completion_tokens + used.completion,
            None if self.cost is None or reply.cost is None else self.cost + reply.cost,
            None if self.worth is None or reply.worth is None else round(self.worth + reply.worth, 12),  # in whatever order they come
        )  # fmt: skip


class Meter:
    """A session whose replies are counted in `spent`; it stops the work, by StepError, where the budget is spent.

    Embeddings pass through: their dollars stand in the client's account alone.
    """

    def __init__(self, session: Asks, work: str) -> None:
        self.session, self.work, self.spent = session, work, Spent()

    async def ask(self, request: Request) -> Reply:
        reply = await self.session.ask(request)
        self.spent = self.spent.plus(reply)
        if reply.status == "capped":
            raise StepError(
                "The budget is spent.", where=self.work, why=reply.reason,
                fix="raise the client's budget and run again: what was answered is in the cache and is not paid again",
            )  # fmt: skip
        return reply

    async def embed(self, model: str, texts: Sequence[str]) -> Sequence[np.ndarray]:
        return await self.session.embed(model, texts)
