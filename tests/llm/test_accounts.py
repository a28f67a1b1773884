"""Accounts are brought in together: held before a call may go, settled after it, and nothing left of those who do not wait any more."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from tilth.llm import budget
from tilth.llm.accounts import Accounts
from tilth.llm.client import Client
from tilth.llm.ledger import Ledger
from tilth.llm.request import Usage

HOLDS = "SELECT count(*), coalesce(sum(dollars), 0.0) FROM holds"


def accounts(tmp_path: Path, **settings: Any) -> Accounts:
    client = Client(cache=str(tmp_path / "llm.sqlite"), budget=10.0, **settings)
    return Accounts(client, Ledger(client.path))


async def statements(mine: Accounts) -> int:
    """How many statements it takes to hold and settle a hundred calls."""
    told: list[str] = []
    mine.ledger._db.set_trace_callback(told.append)
    held = await asyncio.gather(*(mine.hold("m", 1.0, 0.01) for _ in range(100)))
    assert mine.ledger.read(HOLDS) == [(100, pytest.approx(1.0))]
    for hold in held:
        mine.settle("m", hold or 0, Usage(3, 0, 1), 0.005)
        mine.correct("m", 0.5)
    await mine.ledger.transact(lambda _: None)
    mine.ledger._db.set_trace_callback(None)
    return len([each for each in told if not each.startswith(("INSERT INTO holds", "DELETE FROM holds"))])


def test_a_hundred_calls_take_few_statements(tmp_path: Path) -> None:
    async def main() -> None:
        mine = accounts(tmp_path, requests_per_minute=1e9, tokens_per_minute=1e9)
        assert await statements(mine) < 20
        spent = budget.report(mine.ledger.read, "default")["m"]
        assert (spent.calls, spent.usage, spent.dollars) == (100, Usage(300, 0, 100), pytest.approx(0.5))
        assert mine.ledger.read(HOLDS) == [(0, 0.0)]
        await mine.ledger.close()

    asyncio.run(main())


def test_what_is_held_at_once_never_exceeds_the_budget(tmp_path: Path) -> None:
    async def main() -> None:
        mine = accounts(tmp_path)
        spent = under_way = 0.0

        async def call(dollars: float) -> bool:
            nonlocal spent, under_way
            hold = await mine.hold("m", 1.0, dollars)
            if hold is None:
                return False
            under_way += dollars
            assert spent + under_way <= 10.0 + 1e-9
            await asyncio.sleep(random.random() * 0.01)
            under_way, spent = under_way - dollars, spent + dollars / 2
            mine.settle("m", hold, Usage(), dollars / 2)
            return True

        done = await asyncio.gather(*(call(random.choice([0.5, 1.0, 2.0])) for _ in range(60)))
        assert True in done and False in done and spent > 8.0
        assert await call(10.5 - spent) is False
        await mine.ledger.close()

    asyncio.run(main())


@pytest.mark.parametrize("later", [0.0, 0.05])
def test_one_who_does_not_wait_any_more_holds_nothing(tmp_path: Path, later: float) -> None:
    async def main() -> None:
        mine = accounts(tmp_path, requests_per_minute=6.0)
        await mine.hold("m", 1.0, 1.0)  # the others have their turn in seconds
        mine.release(12345)  # something is due already
        tasks = [asyncio.create_task(mine.hold("m", 1.0, 1.0)) for _ in range(3)]
        await asyncio.sleep(later)
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks[1:], return_exceptions=True)
        await mine.ledger.transact(lambda _: None)
        assert mine.ledger.read(HOLDS) == [(2, 2.0)]
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await mine.ledger.transact(lambda _: None)
        assert mine.ledger.read(HOLDS) == [(1, 1.0)]
        await mine.ledger.close()

    asyncio.run(main())


def test_a_ledger_that_breaks_is_told_to_all_who_wait(tmp_path: Path) -> None:
    async def main() -> list[Any]:
        mine = accounts(tmp_path)
        mine.ledger._db.execute("DROP TABLE holds")
        found = await asyncio.gather(*(mine.hold("m", 1.0, 1.0) for _ in range(3)), return_exceptions=True)
        await mine.ledger.close()
        return found

    assert [type(each).__name__ for each in asyncio.run(main())] == ["StoreError"] * 3
