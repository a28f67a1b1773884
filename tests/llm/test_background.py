"""The bridge to steps: order, laziness, bounds, exceptions, and an end without a sound."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import llm
from tilth.llm.background import side_by_side


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    llm.close()
    assert "tilth-llm" not in {thread.name for thread in threading.enumerate()}


@given(st.lists(st.integers(), max_size=40), st.integers(1, 12))
def test_results_come_in_the_order_of_items(items: list[int], window: int) -> None:
    async def work(session: llm.Session, item: int) -> int:
        await asyncio.sleep(random.random() * 0.002)
        return item

    with llm.using(llm.Client(cache=":memory:")):
        assert list(llm.in_order(work, items, window)) == items


def test_no_more_than_the_window_is_read_ahead_or_under_way() -> None:
    read: list[int] = []
    now: list[int] = []
    most = 0

    def items() -> Iterator[int]:
        for n in range(200):
            read.append(n)
            yield n

    async def work(session: llm.Session, item: int) -> int:
        nonlocal most
        now.append(item)
        most = max(most, len(now))
        await asyncio.sleep(random.random() * 0.005)
        now.remove(item)
        return item

    with llm.using(llm.Client(cache=":memory:")):
        ahead = [len(read) - got for got in llm.in_order(work, items(), window=10)]
    assert max(ahead) <= 20 and most <= 10  # those under way and those done, waiting to be yielded


def test_an_exception_comes_in_its_place_and_ends_the_rest() -> None:
    ended: list[int] = []

    async def work(session: llm.Session, item: int) -> int:
        if item == 3:
            raise ValueError("three")
        try:
            await asyncio.sleep(0.01 if item < 3 else 30)
        except asyncio.CancelledError:
            ended.append(item)
            raise
        return item

    got = []
    with llm.using(llm.Client(cache=":memory:")), pytest.raises(ValueError, match="three"):
        for each in llm.in_order(work, range(8), window=6):
            got.append(each)
    assert got == [0, 1, 2] and ended == [4, 5]


def test_an_exception_of_the_items_is_raised_and_ends_the_rest() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise KeyError("items")

    async def work(session: llm.Session, item: int) -> int:
        return item

    with llm.using(llm.Client(cache=":memory:")), pytest.raises(KeyError):
        list(llm.in_order(work, items(), window=2))


def test_a_caller_may_stop_early() -> None:
    began: list[int] = []

    async def work(session: llm.Session, item: int) -> int:
        began.append(item)
        await asyncio.sleep(0.005)
        return item

    with llm.using(llm.Client(cache=":memory:")):
        results = llm.in_order(work, iter(range(10**9)), window=4)
        assert [next(results), next(results)] == [0, 1]
        results.close()  # type: ignore[attr-defined]
    assert len(began) <= 12


def test_it_cannot_wait_for_itself() -> None:
    async def inner(session: llm.Session, item: int) -> int:
        return item

    async def outer(session: llm.Session, item: int) -> list[int]:
        return list(llm.in_order(inner, [1]))

    with llm.using(llm.Client(cache=":memory:")), pytest.raises(llm.LlmError, match="within its own work"):
        list(llm.in_order(outer, [1]))


def test_works_go_side_by_side_and_the_first_exception_is_raised() -> None:
    async def work(session: llm.Session, item: int) -> int:
        await asyncio.sleep(0.2)
        if item < 0:
            raise ValueError(item)
        return item

    with llm.using(llm.Client(cache=":memory:")):
        began = time.monotonic()
        assert side_by_side([lambda n=n: [*llm.in_order(work, [n])] for n in range(8)]) == [[n] for n in range(8)]  # type: ignore[misc]
        assert time.monotonic() - began < 1.2
        with pytest.raises(ValueError, match="-1"):
            side_by_side([lambda n=n: [*llm.in_order(work, [n])] for n in (3, -1, -2)])  # type: ignore[misc]
        assert side_by_side([]) == []


def test_nor_can_works_side_by_side() -> None:
    async def outer(session: llm.Session, item: int) -> list[int]:
        return side_by_side([lambda: 1])

    with llm.using(llm.Client(cache=":memory:")), pytest.raises(llm.LlmError, match="within its own work"):
        list(llm.in_order(outer, [1]))


def test_a_session_lives_as_long_as_its_client_is_in_use() -> None:
    seen: list[llm.Session] = []

    async def work(session: llm.Session, item: int) -> None:
        seen.append(session)

    with llm.using(llm.Client(cache=":memory:", in_flight=3)) as client:
        list(llm.in_order(work, [1, 2]))
        with llm.using(client):
            list(llm.in_order(work, [3]))
        list(llm.in_order(work, [4]))
    assert len(set(map(id, seen))) == 1 and seen[0].wire._http.closed
    with llm.using(client):
        list(llm.in_order(work, [5]))
    assert seen[-1] is not seen[0]


def test_two_threads_share_a_session() -> None:
    async def work(session: llm.Session, item: int) -> int:
        await asyncio.sleep(0.001)
        return item

    found: list[list[int]] = []
    with llm.using(llm.Client(cache=":memory:")):
        threads = [threading.Thread(target=lambda: found.append(list(llm.in_order(work, range(50), 5)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [list(range(50))] * 4


def test_rows_that_wait_take_no_memory(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "yes")

    async def work(session: llm.Session, n: int) -> str:
        reply = await session.ask(llm.Request("openai/small", (("user", f"{n} " + "x" * 2000),)))
        return reply.status

    def most(rows: int, of: int) -> int:
        tracemalloc.start()
        with llm.using(client_of(server, cache=":memory:", in_flight=16)):
            assert sum(1 for _ in llm.in_order(work, (n + of for n in range(rows)), window=32)) == rows
        server.calls.clear()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    server.answer = lambda call: (server.calls.clear(), "yes")[1]
    most(50, 10_000)
    few, many = most(150, 0), most(900, 1000)
    assert many < few + 1_500_000, (few, many)  # 750 rows more, of 2 KB, and twice that in flight


SCRIPT = """
import logging, os, sys
logging.getLogger("asyncio").addFilter(lambda record: " took " not in record.getMessage())  # a busy machine is no fault
from tilth import llm
async def work(session, n):
    return (await session.ask(llm.Request("openai/small", (("user", str(n)),)))).value
if sys.argv[1] == "abandoned":
    results = llm.in_order(work, range(10**6))
    print(next(results))
elif sys.argv[1] == "forked":
    print(list(llm.in_order(work, range(3)))[0], flush=True)
    if os.fork() == 0:
        print(list(llm.in_order(work, range(3, 5)))[0], flush=True)
        sys.exit()
    os.wait()
else:
    print(list(llm.in_order(work, range(3)))[0])
"""


@pytest.mark.parametrize("how", ["plain", "abandoned", "forked"])
def test_a_process_ends_without_a_word(serve: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    server = serve(lambda call: "yes")
    monkeypatch.setenv("TILTH_LLM", client_of(server).to_json())
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-X", "dev", "-W", "error::ResourceWarning", "-c", SCRIPT, how], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and set(done.stdout.split()) == {"yes"}
    assert time.monotonic() - began < 60 and os.environ["TILTH_LLM"]
