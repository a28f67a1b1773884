"""What a server does to a call, over real HTTP: refusals for now, broken connections, silence; and the limits that calls keep."""

from __future__ import annotations

import asyncio
import itertools
import time
from email.utils import formatdate
from typing import Any

import pytest

from tilth import llm


def run(client: llm.Client, *texts: str) -> list[llm.Reply]:
    async def main() -> list[llm.Reply]:
        async with llm.Session(client) as session:
            return await asyncio.gather(*(session.ask(llm.Request("openai/small", (("user", text),), max_tokens=10)) for text in texts))

    return asyncio.run(main())


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(serve: Any, client_of: Any, api: Any, status: int) -> None:
    server = serve(lambda call: api.error(status) if call.number < 2 else "White.")
    (found,) = run(client_of(server), "a")
    assert (found.status, found.attempts, len(server.calls)) == ("ok", 3, 3)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_will_not_pass_is_not(serve: Any, client_of: Any, api: Any, status: int) -> None:
    server = serve(lambda call: api.error(status, "never"))
    (found,) = run(client_of(server), "a")
    assert (found.status, found.attempts) == ("failed", 1) and "never" in found.reason and found.cost == 0.0


def test_attempts_are_bounded_and_one_row_that_breaks_a_server_stops_no_other(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.error(500, "cannot") if call.prompt == "poison" else call.prompt)
    poison, *rest = run(client_of(server, attempts=8), "poison", *map(str, range(20)))
    assert (poison.status, poison.attempts) == ("failed", 8) and "HTTP 500" in poison.reason and "cannot" in poison.reason
    assert [each.value for each in rest] == [str(n) for n in range(20)]
    (alone,) = run(client_of(server, attempts=8), "poison")
    assert alone.status == "failed"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_kept_by_all(serve: Any, client_of: Any, api: Any, form: str) -> None:
    began = time.time()
    until = began + 2.0 if form == "date" else began + 0.5

    def answer(call: Any) -> Any:
        value = formatdate(until, usegmt=True) if form == "date" else "0.5"
        return api.error(429, headers={"Retry-After": value}) if call.number == 0 else "White."

    server = serve(answer)
    times: list[float] = []
    answered = server.answer
    server.answer = lambda call: (times.append(time.time()), answered(call))[1]
    (found,) = run(client_of(server, patience=10.0), "a")
    assert found.status == "ok" and found.attempts == 2
    assert times[1] >= (times[0] + 0.45 if form == "seconds" else int(until) - 0.05)  # a date has whole seconds


def test_a_server_that_asks_for_more_patience_than_there_is(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.error(429, "tomorrow", headers={"Retry-After": "86400"}))
    began = time.monotonic()
    (found,) = run(client_of(server), "a")
    assert found.status == "failed" and "86400" in found.reason and time.monotonic() - began < 2


def test_broken_connections_and_silence_are_tried_again_and_charged_at_the_most(serve: Any, client_of: Any) -> None:
    async def answer(call: Any) -> Any:
        if call.number == 0:
            return None
        if call.number == 1:
            await asyncio.sleep(1.0)
        return "White."

    server = serve(answer)
    client = client_of(server, timeout=0.3, budget=1.0)
    (found,) = run(client, "a")
    assert (found.status, found.attempts) == ("ok", 3)
    bytes_at_most = len("a") + 2 * 16
    lost = (bytes_at_most * 1.0 + 10 * 2.0) / 1e6
    assert found.cost == pytest.approx(2 * lost + (10 * 1 + 2 * 2) / 1e6)
    spent = llm.spending(client)["openai/small"]
    assert spent.dollars == pytest.approx(found.cost) and spent.calls == 3


def test_requests_a_minute_hold(serve: Any, client_of: Any) -> None:
    times: list[float] = []
    server = serve(lambda call: (times.append(time.monotonic()), "White.")[1])
    run(client_of(server, requests_per_minute=1200.0), *map(str, range(50)))  # 20 a second, 20 at once
    late = times[-1] - times[0]
    assert 1.3 < late < 4.0
    for first, last in itertools.combinations(range(50), 2):
        assert last - first <= 20 * (times[last] - times[first] + 1.0) + 3  # what the network delays may come together


def test_tokens_a_minute_hold_and_are_given_back(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.completion("x", prompt=50, answer=50))
    began = time.monotonic()
    run(client_of(server, tokens_per_minute=6000.0 * 10, in_flight=1), *map(str, range(30)))  # 1,000 a second, 1,000 at once
    assert 1.3 < time.monotonic() - began < 6.0  # 3,000 tokens, whatever was thought before each call


def test_the_budget_is_kept_and_what_was_answered_is_there(serve: Any, client_of: Any, api: Any) -> None:
    async def answer(call: Any) -> Any:
        await asyncio.sleep(0.005)
        return api.completion("x", prompt=30, answer=10)  # 50 millionths each

    server = serve(answer)
    client = client_of(server, budget=1e-3)
    found = run(client, *map(str, range(100)))
    done = [each for each in found if each.status == "ok"]
    assert {each.status for each in found} == {"ok", "capped"} and len(server.calls) == len(done)
    assert all("budget of $0.001" in each.reason and each.cost == 0.0 for each in found if each.status == "capped")
    assert 18 <= len(done) <= 20  # each may cost 54 millionths, so the last dollars are not touched
    spent = llm.spending(client)["openai/small"].dollars
    assert spent == pytest.approx(50e-6 * len(done)) and spent <= 1e-3
    more = run(client_of(server, budget=2e-3), *map(str, range(100)))
    assert sum(each.status == "ok" for each in more) >= 36 and sum(each.source == "cache" for each in more) == len(done)


def test_a_budget_needs_a_price(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "White.")
    with pytest.raises(llm.LlmError, match="price"):
        run(client_of(server, budget=1.0, prices={}), "a")
    with pytest.raises(llm.LlmError, match="price"):
        run(client_of(server, budget=1.0, prices={"openai/small": {"input": 1.0}}), "a")
    assert not server.calls
    (found,) = run(client_of(server, prices={}), "a")
    assert found.cost is None and llm.spending(client_of(server))["openai/small"].unpriced == 1
    (kept,) = run(client_of(server, prices={}), "a")
    assert kept.cost == 0.0 and kept.worth is None


def test_what_nobody_waits_for_any_more_is_charged_at_the_most(serve: Any, client_of: Any) -> None:
    async def slow(call: Any) -> str:
        await asyncio.sleep(0.5)
        return "White."

    client = client_of(serve(slow), budget=1.0)

    async def main() -> dict[str, llm.Spending]:
        async with llm.Session(client) as session:
            task = asyncio.create_task(session.ask(llm.Request("openai/small", (("user", "a"),), max_tokens=10)))
            await asyncio.sleep(0.2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return await session.spending()

    assert asyncio.run(main())["openai/small"].dollars == pytest.approx((33 + 20) / 1e6)
