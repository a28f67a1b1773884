"""Prompts in waves: what a wave found decides whether there is another, and never the chance of which prompt came back first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WIDEST = 4096  # prompts that are made and held at a time


async def together(work: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """Return `work` of every item, all under way at once; where one fails the others are cancelled before its error is raised."""
    tasks = [asyncio.ensure_future(work(item)) for item in items]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def in_waves(
    work: Callable[[T], Awaitable[R]], items: Iterable[T], enough: Callable[[], bool], first: int = 1
) -> AsyncIterator[Sequence[R]]:
    """Yield the results of a wave of `first` items, then of twice as many, and so on, until `enough()`.

    Stopping so costs at most about as much again as what was needed, and takes few waves.
    """
    left, width = iter(items), first
    while not enough() and (wave := list(islice(left, width))):
        yield await together(work, wave)
        width = min(2 * width, WIDEST)
