"""Work hears what was said to it, once, and not what is asked beside it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tilth import llm
from tilth.llm.background import side_by_side
from tilth.llm.hearing import Heard, hearing

MODEL = "openai/small"


def asked(text: str) -> llm.Request:
    return llm.Request(MODEL, (("user", text),))


def test_each_answer_is_heard_once(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "White.")

    async def main() -> None:
        async with llm.Session(client_of(server)) as session:
            await session.ask(asked("unheard"))
            with hearing(MODEL) as heard, hearing("another") as other:
                await session.ask(asked("a"))
            assert (heard.calls, other.calls) == (0, 0), "the inner block hears"
            with hearing(MODEL) as heard:
                reply = await session.ask(asked("a"))
                assert (heard.calls, heard.seconds) == (1, pytest.approx(reply.seconds)) and reply.source == "cache" and reply.seconds > 0
                await asyncio.gather(*(session.ask(asked("b")) for _ in range(3)))
                await session.ask(asked("a"))
                assert heard.calls == 2

    asyncio.run(main())


def test_works_side_by_side_hear_their_own(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "White.")

    async def ask(session: llm.Session, text: str) -> str:
        return (await session.ask(asked(text))).status

    def work(texts: range) -> Heard:
        with hearing(MODEL) as heard:
            assert {*llm.in_order(ask, map(str, texts))} == {"ok"}
        return heard

    with llm.using(client_of(server)):
        found = side_by_side([lambda n=n: work(range(n, 2 * n)) for n in (5, 20, 30)])  # type: ignore[misc]
    assert [heard.calls for heard in found] == [5, 20, 30], "what two share is heard by both"
    assert len(server.calls) == len({*range(5, 10), *range(20, 40), *range(30, 60)})
