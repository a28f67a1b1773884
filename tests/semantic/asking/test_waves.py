"""Waves: as much again as was needed at most, and no work left behind after an error."""

from __future__ import annotations

import asyncio

import pytest

from tilth.semantic.asking.waves import in_waves, together


def test_waves_double_until_it_is_enough() -> None:
    seen: list[int] = []

    async def work(n: int) -> int:
        return n

    async def run() -> list[int]:
        widths = []
        async for wave in in_waves(work, iter(range(100)), lambda: len(seen) >= 10):
            seen.extend(wave)
            widths.append(len(wave))
        return widths

    assert asyncio.run(run()) == [1, 2, 4, 8] and seen == list(range(15))


def test_after_an_error_nothing_goes_on() -> None:
    done: list[int] = []

    async def work(n: int) -> None:
        if n == 3:
            raise ValueError(n)
        await asyncio.sleep(0.05)
        done.append(n)

    async def run() -> None:
        with pytest.raises(ValueError, match="3"):
            await together(work, range(6))
        await asyncio.sleep(0.1)

    asyncio.run(run())
    assert done == []
