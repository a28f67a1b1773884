"""The pairs of one table's rows that may be the same thing: those that look alike, and those that share a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.rows import Different
from tilth.semantic.pairs.nearest import nearest
from tilth.semantic.pairs.pairs import Pair

_CROWD = 200  # rows of one value of a key, beyond which it would ask about too many pairs


async def candidate_pairs(
    session: Asks, unique: Different, table: pa.Table, keys: Sequence[str], candidates: int, embedding: str
) -> dict[Pair, float]:
    """Return how alike each likely pair of different rows is, the smaller number first, the most alike pair first.

    A pair is likely where one row is among the `candidates` most alike to the other (nearest.py), or where both have a value of a column
    of `keys` in common; those that only a key brings together are alike by 0, and come last.

    Raises RecipeError for a key of which very many rows have the same value.
    """
    found: dict[Pair, float] = {}
    texts = unique.texts
    if candidates:
        which, score = await nearest(session, texts, texts, candidates + 1, embedding)
        for n, row in enumerate(which.tolist()):
            for m, alike in zip(row, score[n].tolist(), strict=True):
                if m >= 0 and n != m:
                    pair = (min(n, m), max(n, m))
                    found[pair] = max(alike, found.get(pair, alike))
    alike_first = dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))
    return alike_first | {pair: 0.0 for pair in _of_equal_keys(unique, table, keys) if pair not in alike_first}


def _of_equal_keys(unique: Different, table: pa.Table, keys: Sequence[str]) -> Iterator[Pair]:
    for key in keys:
        values = table[key].to_pylist()
        rows: dict[Any, list[int]] = {}
        for n, copies in enumerate(unique.copies):
            for value in {values[row] for row in copies} - {None, ""}:
                rows.setdefault(value, []).append(n)
        for value, group in rows.items():
            if len(group) > _CROWD:
                raise RecipeError(
                    f"{key!r} is no key to resolve by.", where=f"{key}={value!r}", why=f"{len(group)} different rows have this value",
                    fix="choose a column with values that few rows share",
                )  # fmt: skip
            yield from combinations(group, 2)
