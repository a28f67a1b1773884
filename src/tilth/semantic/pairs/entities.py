"""Answers about pairs made into entities: what is the same, through others too, and who stands for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from tilth.kernels.components import components
from tilth.semantic.asking.rows import Different
from tilth.semantic.pairs.pairs import Pair

KEEP = ("first", "longest", "fullest")


def entities(rows: int, said: Mapping[Pair, bool]) -> list[int]:
    """Return for each row the least row that it is the same as, through others too.

    >>> entities(4, {(0, 1): True, (1, 3): True, (0, 2): False})
    [0, 0, 2, 0]
    """
    edges = np.array([pair for pair, same in said.items() if same], np.int64).reshape(-1, 2)
    found: list[int] = components(rows, edges[:, 0].copy(), edges[:, 1].copy()).tolist()
    return found


def contradictions(group: list[int], said: Mapping[Pair, bool]) -> list[Pair]:
    """Return the pairs inside an entity that were said not to be the same."""
    return [(a, b) for (a, b), same in said.items() if not same and group[a] == group[b]]


def doubtful(group: list[int], said: Mapping[Pair, bool]) -> list[Pair]:
    """Return all pairs of the entities that contradict themselves."""
    torn = {group[a] for a, _ in contradictions(group, said)}
    return [pair for pair in said if group[pair[0]] == group[pair[1]] and group[pair[0]] in torn]


def stand_for(table: pa.Table, unique: Different, group: list[int], keep: str) -> pa.Array:
    """Return int64[rows of `table`]: who stands for each row, by `keep`; a row with nothing to show stands for itself."""
    members: dict[int, list[int]] = {}
    for n, copies in enumerate(unique.copies):
        members.setdefault(group[n], []).extend(copies)
    entity = list(range(len(table)))
    for rows in members.values():
        ranks = _ranks(table.take(rows), keep) if len(rows) > 1 else [0.0]
        best = min(zip(ranks, rows, strict=True))[1]
        for row in rows:
            entity[row] = best
    return pa.array(entity, pa.int64())


def _ranks(rows: pa.Table, keep: str) -> list[float]:
    """Return one number a row, smaller for who shall rather stand for the others."""
    if keep == "first":
        return [0.0] * len(rows)
    if keep in KEEP:
        full = [[str(value) for value in row.values() if value is not None and value != ""] for row in rows.to_pylist()]
        return [-float(len(values) if keep == "fullest" else sum(map(len, values))) for values in full]
    return [float("inf") if value is None else -float(value) for value in rows[keep].to_pylist()]
