"""How large blocks may be is measured: larger for a model that does not tire than for one that does, and only where that costs little."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from tilth import llm
from tilth.llm.simulate import Gold, Model
from tilth.semantic.asking.meter import Meter
from tilth.semantic.asking.rows import different
from tilth.semantic.pairs.block_size import START, Measured, block_size, blocks
from tilth.semantic.pairs.pairs import Task

SAME = "The two rows name the same beer."


def beers(n: int, words: str = "cask") -> tuple[pa.Table, pa.Table, Gold]:
    left = [f"ale of cask {i * 7919 % 9973}" for i in range(n)]
    right = [f"{words} {i * 3 % n * 7919 % 9973} in a bottle" for i in range(n)]
    return pa.table({"name": left}), pa.table({"label": right}), Gold(SAME, "join", [(left[i * 3 % n], right[i]) for i in range(n)])


def measured(left: pa.Table, right: pa.Table, **settings: Any) -> tuple[Measured, int]:
    """What is found, and the prompts that it took."""

    async def work() -> tuple[Measured, int]:
        async with llm.Session(llm.current()) as session:
            meter = Meter(session, "test")
            found = await block_size(meter, Task(SAME, "m", **settings), different(left, ()), different(right, ()))
            return found, meter.spent.calls

    return asyncio.run(work())


@pytest.mark.parametrize(("decay", "size", "agrees"), [(0.0, 32, True), (0.0015, START, True), (0.02, START, False)])
def test_as_large_as_is_answered_like_pairs_alone(simulator: Callable, decay: float, size: int, agrees: bool) -> None:
    left, right, gold = beers(260)
    simulator(gold, models=(Model("m", flip=0.02, false_alarms=0.0002, decay=decay),))
    found, calls = measured(left, right)
    assert (found.size, found.agrees) == (size, agrees)
    assert calls < blocks(260, 260) / 7 and all(answer.status == "ok" for answer in found.said.values())


@pytest.mark.parametrize(("rows", "words", "room"), [(120, "cask", 8000), (260, "keg no", 8000), (260, "cask", 100), (0, "cask", 8000)])
def test_where_it_would_cost_much_or_shows_nothing_it_is_eight(simulator: Callable, rows: int, words: str, room: int) -> None:
    left, right, gold = beers(rows, words)
    if words != "cask":  # no row looks like any other
        right = pa.table({"label": ["".join(chr(0x4E00 + ord(c)) for c in text) for text in right["label"].to_pylist()]})
    simulator(gold)
    assert measured(left, right, room=room) == (Measured(), 0)


def test_pairs_that_look_alike_and_are_no_matches_show_nothing(simulator: Callable) -> None:
    left, right, _ = beers(260)
    simulator(Gold(SAME, "join", []))
    found, calls = measured(left, right)
    assert (found.size, found.agrees) == (START, False) and calls < 130
