"""Likely pairs: each once, the most alike first, then those of equal keys."""

from __future__ import annotations

import asyncio

import pyarrow as pa
import pytest

from tilth import llm
from tilth.errors import RecipeError
from tilth.semantic.asking.rows import different
from tilth.semantic.pairs.candidates import candidate_pairs


def likely(table: pa.Table, keys: tuple[str, ...], candidates: int) -> dict[tuple[int, int], float]:
    async def work() -> dict[tuple[int, int], float]:
        async with llm.Session(llm.Client("http://127.0.0.1:9")) as session:  # which words need not
            return await candidate_pairs(session, different(table, ("name",)), table, keys, candidates, "words")

    return asyncio.run(work())


ROWS = pa.table({"name": ["dark old ale", "stout", "dark old ale, bottled", "pale ale"], "code": [1, 1, 2, None]})


def test_each_pair_once_the_most_alike_first() -> None:
    found = likely(ROWS, (), 2)
    assert next(iter(found)) == (0, 2) and all(n < m for n, m in found) and list(found.values()) == sorted(found.values(), reverse=True)


def test_what_only_a_key_brings_together_comes_last() -> None:
    assert list(likely(ROWS, ("code",), 1).items())[-1] == ((0, 1), 0.0)
    assert likely(ROWS, ("code",), 0) == {(0, 1): 0.0}


def test_a_key_of_a_crowd_is_refused() -> None:
    rows = pa.table({"name": [f"row {n}" for n in range(202)], "code": [7] * 202})
    with pytest.raises(RecipeError, match="no key to resolve by"):
        likely(rows, ("code",), 0)
