"""One survivor after the other: a document goes only if it is like one that stays.

In order of rank each document stays unless it is like a better one that stays. That is sequential, but only along edges: each decision
waits for those of the better ends of its own edges alone. So edges go round between the homes of their two ends, and every round
settles, in every partition, all that depends on nothing open elsewhere.

An edge is a row (key, row, rank, of, of_rank, home, of_home, near, stands, fate): `row` the worse end, `of` the better one, better being
the smaller (rank, address); `near` (int32) how alike they are; `home` and `of_home` the keys where either is decided, of which `key` is
one; `stands` what stands for `of` and `fate` what stands for `row`, both `OPEN` until known.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.dedup.edges import columns, run_starts
from tilth.kernels.greedy import EQUAL, OPEN, fates

_ENDS = ("row", "rank", "of", "of_rank", "home", "of_home", "near")


def edges(
    row: np.ndarray, rank: np.ndarray, home: np.ndarray, worse: np.ndarray, better: np.ndarray, near: np.ndarray
) -> pa.Table:
    """Return the edges between documents `worse[i]` and `better[i]`, positions in `row`, `rank` and `home`, for both ends' homes."""
    ends = (row[worse], rank[worse], row[better], rank[better], home[worse], home[better], near.astype(np.int32))
    open_ones = np.full(len(worse), OPEN)
    return _to_both(dict(zip(_ENDS, ends, strict=True)), open_ones, open_ones)


def settle(rows: pa.Table, any_better: bool = False) -> pa.Table:
    """Return the edges with all that can be told of their ends from what is here; repeated until nothing changes, all is told.

    With `any_better` a document goes if it is like any better one, whether that stays or not (see `kernels.greedy.fates`).
    """
    rows = _distinct(rows)
    row, rank, of, of_rank, key, home, of_home, near, stands = columns(
        rows, "row", "rank", "of", "of_rank", "key", "home", "of_home", "near", "stands"
    )
    addresses, place = np.unique(np.concatenate([row, of]), return_inverse=True)
    worse, better = place[: len(row)], place[len(row) :]
    fate = np.full(len(addresses), OPEN)
    at_home = better[key == of_home]
    fate[at_home] = addresses[at_home]  # stays, unless an edge says otherwise
    mine = np.flatnonzero(key == home)
    fate[worse[mine]] = OPEN
    mine = mine[np.lexsort((of[mine], of_rank[mine], -near[mine].astype(np.int64), row[mine], rank[mine]))]
    starts = np.flatnonzero(run_starts(row[mine]) == np.arange(len(mine)))
    groups = np.append(starts, len(mine))
    fates(addresses, fate, groups, worse[mine][starts], better[mine], near[mine], stands[mine], any_better)
    told = np.minimum(stands, fate[better])
    return _to_both({name: rows[name].to_numpy() for name in _ENDS}, told, np.where(key == home, fate[worse], OPEN))


def gone(rows: pa.Table) -> pa.Table:
    """Return (key, of): the address of each document that goes, and of the one that stays for it."""
    row, fate = columns(rows.filter(pa.array(np.equal(*columns(rows, "key", "home")))), "row", "fate")
    addresses, place = np.unique(row, return_inverse=True)
    found = np.full(len(addresses), OPEN)
    np.minimum.at(found, place, fate)
    away = (found != addresses) & (found != OPEN)
    return pa.table({"key": addresses[away], "of": found[away]})


def _to_both(ends: dict[str, np.ndarray], stands: np.ndarray, fate: np.ndarray) -> pa.Table:
    """Return each edge once for each of its homes; only that of the worse end is told its fate."""
    apart = ends["home"] != ends["of_home"]
    names = {**ends, "stands": stands}
    both = {name: np.concatenate([values, values[apart]]) for name, values in names.items()}
    key = np.concatenate([ends["home"], ends["of_home"][apart]])
    return _distinct(pa.table({"key": key, **both, "fate": np.concatenate([fate, np.full(int(apart.sum()), OPEN)])}))


def _distinct(rows: pa.Table) -> pa.Table:
    """Return the edges sorted by (key, row, of), each once, with all that any copy was told."""
    key, row, of, stands, fate = columns(rows, "key", "row", "of", "stands", "fate")
    order = np.lexsort((of, row, key))
    first = np.flatnonzero(run_starts(key[order], row[order], of[order]) == np.arange(len(order)))
    once = rows.take(pa.array(order[first]))
    for name, values in (("stands", stands), ("fate", fate)):
        least = np.minimum.reduceat(values[order], first) if len(first) else values
        once = once.set_column(once.schema.get_field_index(name), name, pa.array(least, pa.uint64()))
    return once


__all__ = ["EQUAL", "OPEN", "edges", "gone", "settle"]
