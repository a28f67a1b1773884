"""What a run will cost, told before it: tokens and dollars between two bounds, with what the cache holds already taken off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tilth.llm import cache, prices
from tilth.llm.client import Client, current
from tilth.llm.endpoints import endpoint
from tilth.llm.ledger import reader
from tilth.llm.request import Request
from tilth.llm.tokens import count_tokens

OVERHEAD = 4  # tokens that a chat template adds to a message, about


@dataclass(frozen=True)
class Estimate:
    """`calls` of `requests` are to be made; `cached` are answered already and the rest are equal to others.

    Dollars are between `low` (every answer is one token) and `high` (every answer has all its room); None where a price is unknown.
    Repairs and lost calls come on top.
    """

    requests: int
    calls: int
    cached: int
    prompt_tokens: int
    most_completion_tokens: int
    low: float | None
    high: float | None


def estimate(requests: Iterable[Request], client: Client | None = None) -> Estimate:
    """Return what `requests` will cost; nothing is sent. Prompt tokens are counted roughly (`tokens.count_tokens`).

    >>> asked = [Request("openai/small", (("user", "Is snow white?"),), labels=("yes", "no"))] * 3
    >>> told = estimate(asked, Client(base_url="http://localhost:9/v1", cache=":memory:", prices={"openai/*": {"input": 1, "output": 2}}))
    >>> told.requests, told.calls, told.prompt_tokens
    (3, 1, 8)
    """
    client = client or current()
    table = prices.load(client.prices)
    seen: set[bytes] = set()
    count = calls = cached = prompt_total = room_total = 0
    low: float | None = 0.0
    high: float | None = 0.0
    with reader(client.path) as read:
        for request in requests:
            count += 1
            key = cache.key(endpoint(client, request.model, keyed=False), request)
            if key in seen:
                continue
            seen.add(key)
            if read("SELECT 1 FROM answers WHERE key = ?", (key,)):
                cached += 1
                continue
            prompt, room, price = _prompt(request), request.max_tokens, prices.price(table, request.model)
            calls, prompt_total, room_total = calls + 1, prompt_total + prompt, room_total + room
            low, high = _add(low, price, prompt, 1), _add(high, price, prompt, room)
    return Estimate(count, calls, cached, prompt_total, room_total, low, high)


def _prompt(request: Request) -> int:
    text = sum(count_tokens(content) + OVERHEAD for _, content in request.messages)
    return text + (count_tokens(request.schema) if request.schema else 0)


def _add(sum: float | None, price: prices.Price | None, prompt: int, completion: int) -> float | None:
    dollars = price.most(prompt, completion) if price else None
    return None if sum is None or dollars is None else sum + dollars
