"""The estimate before a run: its bounds hold, it needs no key and sends nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tilth import llm
from tilth.llm.tokens import count_tokens


def asked(n: int, model: str = "openai/small") -> llm.Request:
    return llm.Request(model, (("system", "Shout."), ("user", f"number {n}")), max_tokens=20)


def test_what_is_paid_lies_between_the_bounds(serve: Any, client_of: Any, api: Any) -> None:
    def answer(call: Any) -> Any:
        prompt = sum(count_tokens(each["content"]) + 4 for each in call.body["messages"])
        return api.completion("x", prompt=prompt, answer=1 + call.number % 20)

    server = serve(answer)
    client = client_of(server)
    requests = [asked(n % 30) for n in range(50)]
    told = llm.estimate(iter(requests), client)
    assert (told.requests, told.calls, told.cached) == (50, 30, 0) and not server.calls

    async def main() -> None:
        async with llm.Session(client) as session:
            await asyncio.gather(*map(session.ask, requests))

    asyncio.run(main())
    spent = llm.spending(client)["openai/small"]
    assert told.low is not None and told.high is not None and told.low <= spent.dollars <= told.high
    assert told.prompt_tokens == spent.usage.prompt and told.most_completion_tokens == 30 * 20
    again = llm.estimate(requests, client)
    assert (again.calls, again.cached, again.high) == (0, 30, 0.0)


def test_an_unknown_price_is_unknown_and_no_key_is_needed(tmp_path: Any) -> None:
    client = llm.Client(cache=str(tmp_path / "x"), prices={"openai/small": {"input": 1.0, "output": 1.0}})
    assert llm.estimate([asked(1)], client).low == pytest.approx(13e-6, rel=0.3)
    told = llm.estimate([asked(1), asked(2, "openai/other")], client)
    assert (told.calls, told.low, told.high) == (2, None, None) and not (tmp_path / "x").exists()
