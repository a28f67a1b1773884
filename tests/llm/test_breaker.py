"""The breaker: closed, open, half open, given up; and one bad request that does not open it."""

from __future__ import annotations

import asyncio

import pytest

from tilth.errors import LlmError
from tilth.llm.breaker import FAILURES, Breaker


def opened(patience: float = 5.0, backoff: float = 0.05) -> Breaker:
    breaker = Breaker("http://x", patience, backoff)
    for n in range(FAILURES):
        assert not breaker.down
        breaker.failed("refused", n)
    assert breaker.down
    return breaker


def test_one_request_that_fails_often_does_not_open_it() -> None:
    async def main() -> None:
        breaker = Breaker("http://x", 5.0, 0.05)
        for _ in range(10 * FAILURES):
            breaker.failed("HTTP 500", "poison")
        assert not breaker.down
        await breaker.ready()

    asyncio.run(main())


def test_an_answer_in_between_starts_the_count_again() -> None:
    async def main() -> None:
        breaker = Breaker("http://x", 5.0, 0.05)
        for n in range(10 * FAILURES):
            breaker.failed("refused", n)
            if n % (FAILURES - 1) == 0:
                breaker.answered()
        assert not breaker.down

    asyncio.run(main())


def test_one_at_a_time_is_let_through_and_an_answer_lets_all() -> None:
    async def main() -> None:
        breaker = opened()
        through: list[int] = []

        async def one(n: int) -> None:
            await breaker.ready()
            through.append(n)

        tasks = [asyncio.create_task(one(n)) for n in range(10)]
        await asyncio.sleep(0.3)
        assert len(through) == 1
        breaker.failed("still down", 100)
        await asyncio.sleep(0.02)
        assert len(through) == 1
        await asyncio.sleep(0.4)
        assert len(through) == 2
        breaker.answered()
        await asyncio.gather(*tasks)
        assert len(through) == 10

    asyncio.run(main())


def test_it_is_given_up_after_its_patience_and_tried_again_later() -> None:
    async def main() -> None:
        breaker = opened(patience=0.3)
        await breaker.ready()  # the probe, of which nothing comes
        with pytest.raises(LlmError, match="does not answer") as caught:
            await breaker.ready()
        assert "refused" in caught.value.why
        await asyncio.sleep(1.1)
        await breaker.ready()  # a later probe
        breaker.answered()
        await breaker.ready()

    asyncio.run(main())


def test_all_are_held_while_a_server_asks_for_it() -> None:
    async def main() -> float:
        breaker, clock = Breaker("http://x", 5.0, 0.05), asyncio.get_running_loop().time
        began = clock()
        breaker.hold(0.2)
        await asyncio.gather(*(breaker.ready() for _ in range(5)))
        return clock() - began

    assert asyncio.run(main()) >= 0.19


def test_a_dead_endpoint_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        breaker = Breaker("http://models.test", 60, 0.1)
        for request in range(2 * FAILURES):
            breaker.failed("connection refused", request)

    asyncio.run(fail())
    assert [record.getMessage() for record in caplog.records] == [
        "http://models.test does not answer (connection refused); it is tried for 60 seconds more"
    ]
