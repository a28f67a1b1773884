"""Pairs of documents as rows of an exchange: who may be a duplicate of whom, and which documents hang together.

An edge is a row (key, row, rank, of, of_rank), all uint64: `row` is the worse end, `of` the better one, better being the smaller
(rank, address); `key` is the end whose home it goes to.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.kernels.anchors import may_repeat
from tilth.kernels.components import components
from tilth.op import Home

NAMES = ("key", "row", "rank", "of", "of_rank")


def columns(table: pa.Table, *names: str) -> list[np.ndarray]:
    """Return these columns as arrays."""
    return [table[name].to_numpy() for name in names]


def repeated(keys: np.ndarray) -> np.ndarray:
    """Return the indices (int64[m], sorted by key) of the keys (uint64[n]) that occur more than once.

    >>> repeated(np.array([7, 5, 7, 6], np.uint64)).tolist()
    [0, 2]
    """
    some = np.flatnonzero(may_repeat(keys))
    order = some[np.argsort(keys[some], kind="stable")]
    like_next = np.zeros(len(order), bool)
    like_next[:-1] = keys[order][1:] == keys[order][:-1]
    return order[like_next | np.roll(like_next, 1)]


def run_starts(*sorted_keys: np.ndarray) -> np.ndarray:
    """Return for every row (int64[n]) where the run of rows with the same keys begins.

    >>> run_starts(np.array([4, 4, 5])).tolist()
    [0, 0, 2]
    """
    size = len(sorted_keys[0])
    new = np.ones(size, bool)
    new[1:] = np.logical_or.reduce([keys[1:] != keys[:-1] for keys in sorted_keys])
    return np.maximum.accumulate(np.where(new, np.arange(size), 0))


def edges(row: np.ndarray, rank: np.ndarray, left: np.ndarray, right: np.ndarray) -> pa.Table:
    """Return the edges between documents `left[i]` and `right[i]` (positions in `row` and `rank`), each once, sent to the better end."""
    better = (rank[left] < rank[right]) | ((rank[left] == rank[right]) & (row[left] < row[right]))
    low, high = np.where(better, left, right), np.where(better, right, left)
    return distinct(pa.table(dict(zip(NAMES, (row[low], row[high], rank[high], row[low], rank[low]), strict=True))))


def distinct(table: pa.Table) -> pa.Table:
    """Return the edges sorted by (key, row, of), each once."""
    key, row, of = columns(table, "key", "row", "of")
    order = np.lexsort((of, row, key))
    fresh = run_starts(key[order], row[order], of[order]) == np.arange(len(order))
    return table.take(pa.array(order[fresh]))


def link(rows: pa.Table, window: int) -> pa.Table:
    """Return candidate edges among rows (key, row, rank, sketch) that share a key; never more than `window` + 1 a row.

    Rows of the same sketch, most likely the same signature, hang on the best of them. Those best, in the order of their sketches,
    pair with up to `window` before them and with the first: all pairs where a key has at most `window` + 1 of them.
    """
    shared = repeated(rows["key"].to_numpy())
    key, row, rank, sketch = (values[shared] for values in columns(rows, "key", "row", "rank", "sketch"))
    order = np.lexsort((row, rank, sketch, key))
    key, row, rank, sketch = key[order], row[order], rank[order], sketch[order]
    best = run_starts(key, sketch)
    alone = np.arange(len(key))
    twins = np.flatnonzero(best != alone)
    heads = np.flatnonzero(best == alone)
    first = run_starts(key[heads])
    left, right = [twins, heads], [best[twins], heads[first]]
    for step in range(1, window + 1):
        near = np.flatnonzero(np.arange(len(heads)) - step > first)
        left.append(heads[near])
        right.append(heads[near - step])
    a, b = np.concatenate(left), np.concatenate(right)
    return edges(row, rank, a[a != b], b[a != b])


def to_both(table: pa.Table) -> pa.Table:
    """Return every edge twice, for the homes of both ends, sorted."""
    back = table.set_column(0, "key", table["of"])
    return distinct(pa.concat_tables([table.set_column(0, "key", table["row"]), back]))


def contract(rows: pa.Table, home: Home) -> pa.Table:
    """Return edges from every document that is seen here to the best one that it hangs together with here.

    Repeated over all partitions to the fixpoint, with every edge at the homes of both its ends, every document of a component has one
    edge, to the component's best. What a document knows about doubles in reach each round, as in Hash-to-Min (Rastogi et al., Finding
    Connected Components in Map-Reduce in Logarithmic Rounds, ICDE 2013); inside a partition union-find goes all the way at once.
    """
    row, rank, of, of_rank = columns(rows, "row", "rank", "of", "of_rank")
    addresses, first, place = np.unique(np.concatenate([row, of]), return_index=True, return_inverse=True)
    ranks = np.concatenate([rank, of_rank])[first]
    order = np.lexsort((addresses, ranks))
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    ends = position[place]
    root = components(len(order), ends[: len(row)], ends[len(row) :])
    return to_both(edges(addresses[order], ranks[order], np.flatnonzero(root != np.arange(len(root))), root[root != np.arange(len(root))]))
