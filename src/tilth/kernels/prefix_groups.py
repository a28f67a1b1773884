"""Rows and their fields in an order in which neighbours begin alike: greedy group recursion over the values of a table."""

from __future__ import annotations

import heapq

import numpy as np

from tilth.kernels.jit import kernel


@kernel(allocates=False)
def _shared(a: int, b: int, head: int, tokens: np.ndarray, starts: np.ndarray) -> int:
    """Return how many tokens two values of one column share from their beginning, `head` tokens of the column's name included."""
    n = min(starts[a + 1] - starts[a], starts[b + 1] - starts[b])
    if a == b:
        return head + n
    for i in range(n):
        if tokens[starts[a] + i] != tokens[starts[b] + i]:
            return head + i
    return head + n


@kernel
def _free(order: np.ndarray, used: int) -> np.ndarray:
    """Return the columns that are not among the first `used` of `order`, ascending."""
    taken = np.zeros(len(order), np.bool_)
    for c in order[:used]:
        taken[c] = True
    return np.flatnonzero(~taken)


@kernel
def _put(order: np.ndarray, rows: np.ndarray, used: int, column: int) -> None:
    for r in rows:
        order[r, used] = column


@kernel
def _alike(values: np.ndarray, rows: np.ndarray, column: int) -> bool:
    """Whether all `rows` have the same value in `column`."""
    i = 1
    while i < len(rows) and values[rows[i], column] == values[rows[0], column]:
        i += 1
    return i == len(rows)


@kernel
def _by(values: np.ndarray, rows: np.ndarray, column: int) -> np.ndarray:
    """Return `rows` sorted by `column`, rows of one value in the order they had."""
    keys = np.empty(len(rows), np.int64)
    for i in range(len(rows)):
        keys[i] = values[rows[i], column]
    return rows[np.argsort(keys, kind="mergesort")]


@kernel
def _runs(values: np.ndarray, rows: np.ndarray, column: int) -> list[int]:
    """Return where the runs of equal values of `column` end."""
    return [i for i in range(1, len(rows) + 1) if i == len(rows) or values[rows[i], column] != values[rows[i - 1], column]]


@kernel
def _worth(values: np.ndarray, rows: np.ndarray, free: np.ndarray, heads: np.ndarray, starts: np.ndarray, power: float) -> float:
    """Return what is saved if the columns in which all `rows` agree come next: the hit count of GGR, dependent columns included.

    A length counts with its `power`: 1 is what one group saves, more favours long values, which smaller groups share.
    """
    total = 0.0
    for c in free:
        if _alike(values, rows, c):
            v = values[rows[0], c]
            length = float(heads[c] + starts[v + 1] - starts[v])
            total += length**power
    return total * (len(rows) - 1)


@kernel
def _gain(
    values: np.ndarray, rows: np.ndarray, same: np.ndarray, free: np.ndarray, column: int, heads: np.ndarray, tokens: np.ndarray,
    starts: np.ndarray,
) -> float:  # fmt: skip
    """Return what is saved if `column` comes next for all `rows`, which are sorted by their number in `same` and then by `column`.

    Rows of one number have agreed so far. What neighbours with different values share at the beginning of these counts too.
    """
    total, start = 0.0, 0
    for i in range(1, len(rows) + 1):
        agreed = i < len(rows) and same[rows[i]] == same[rows[start]]
        if agreed and values[rows[i], column] == values[rows[start], column]:
            continue
        if i - start > 1:
            total += _worth(values, rows[start:i], free, heads, starts, 1.0)
        if agreed:
            total += _shared(values[rows[start], column], values[rows[i], column], heads[column], tokens, starts)
        start = i
    return total


@kernel
def _weighed(
    values: np.ndarray, sorted_by: np.ndarray, free: np.ndarray, heads: np.ndarray, starts: np.ndarray, power: float, whole: bool
) -> list[tuple[float, float, int, int, int, int]]:
    """Return a heap of the groups of rows that share a value: (-what decides, -what decides among equals, f, from, to, rows left).

    A group is `sorted_by[f, from:to]`, rows sorted by the column `free[f]`.
    """
    heap = [(0.0, 0.0, 0, 0, 0, 0) for _ in range(0)]
    for f in range(len(free)):
        start, total, first = 0, 0.0, len(heap)
        for end in _runs(values, sorted_by[f], free[f]):
            if end - start > 1:
                worth = _worth(values, sorted_by[f, start:end], free, heads, starts, power)
                total += worth
                heap.append((-worth, 0.0, f, start, end, end - start))
            start = end
        for h in range(first, len(heap)):
            worth = heap[h][0]
            heap[h] = (-total if whole else worth, worth if whole else -total, f, heap[h][3], heap[h][4], heap[h][5])
    heapq.heapify(heap)
    return heap


@kernel
def _split(
    values: np.ndarray, rows: np.ndarray, free: np.ndarray, heads: np.ndarray, starts: np.ndarray, power: float, whole: bool,
    gone: np.ndarray,
) -> tuple[np.ndarray, list[int]]:  # fmt: skip
    """Return (rows, ends): groups that share a value, the most worth first, then, after the last end, rows that share none.

    With `whole` all groups of the column that is worth most together come first; without it that decides between groups of equal worth.
    Taking a group takes its rows from others, which are worth less then: a group is weighed again when its turn comes. `gone` is
    bool[all rows], false before and after.
    """
    sorted_by = np.empty((len(free), len(rows)), np.int64)
    for f in range(len(free)):
        sorted_by[f] = _by(values, rows, free[f])
    heap = _weighed(values, sorted_by, free, heads, starts, power, whole)
    out, ends, at = np.empty(len(rows), np.int64), [0 for _ in range(0)], 0
    while heap:
        decides, second, f, start, stop, left = heapq.heappop(heap)
        members = sorted_by[f, start:stop]
        members = members[~gone[members]]
        if len(members) < 2:
            continue
        if len(members) < left:
            worth = -_worth(values, members, free, heads, starts, power)
            heapq.heappush(heap, (decides if whole else worth, worth if whole else second, f, start, stop, len(members)))
            continue
        gone[members] = True
        out[at : at + len(members)] = members
        at += len(members)
        ends.append(at)
    out[at:] = rows[~gone[rows]]
    gone[rows] = False
    return out, ends


@kernel
def _ranked(free: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return the columns `free` in the order of `rank`."""
    return np.array([c for c in rank if (free == c).any()])


@kernel
def _agreed(values: np.ndarray, rows: np.ndarray, order: np.ndarray, used: int) -> int:
    """Put the columns in which all `rows` agree next, and return how many columns are used then."""
    for c in _free(order[rows[0]], used):
        if _alike(values, rows, c):
            _put(order, rows, used, c)
            used += 1
    return used


@kernel
def _likest(
    values: np.ndarray, rows: np.ndarray, same: np.ndarray, free: np.ndarray, heads: np.ndarray, tokens: np.ndarray, starts: np.ndarray
) -> int:
    """Return the column in which `rows`, when sorted by it, begin most alike; `same` (int64[all rows]) holds one number for all."""
    gains = np.zeros(len(free))
    for f in range(len(free)):
        gains[f] = _gain(values, _by(values, rows, free[f]), same, free, free[f], heads, tokens, starts)
    return free[np.argmax(gains)]


@kernel
def group(
    values: np.ndarray, tokens: np.ndarray, starts: np.ndarray, heads: np.ndarray, rank: np.ndarray, rows: np.ndarray, order: np.ndarray,
    depth: int, power: float, whole: bool,
) -> np.ndarray:  # fmt: skip
    """Return `rows` (int64) reordered, and fill `order[r]` (int64[all rows, columns]) with the order of row r's columns.

    `values[r, c]` is the id of a value: tokens `starts[id]` to `starts[id + 1]`, ids ascending as their tokens do in a column;
    `heads[c]` tokens more stand before it. Rows that share their beginning are a node; its columns in which all rows agree come next.
    Then it is split into groups that share a value, those of one column first (`whole`) or the most worth first (GGR); the rows that
    share none are sorted by the column in which they begin most alike. From level `depth` on columns come as `rank` has them.
    """
    rows, gone, same = rows.copy(), np.zeros(len(values), np.bool_), np.zeros(len(values), np.int64)
    nodes = [(0, len(rows), 0, 0, True)]  # from, to, columns used, level, and whether rows may share a value
    while nodes:
        lo, hi, used, level, shares = nodes.pop()
        here = rows[lo:hi]
        if level < depth and len(here) > 1:
            used = _agreed(values, here, order, used)
        free = _free(order[here[0]], used)
        if len(here) == 1 or len(free) == 0:
            for r in here:
                order[r, used:] = free if level < depth else _ranked(free, rank)
            continue
        if level < depth and shares:
            here[:], ends = _split(values, here, free, heads, starts, power, whole, gone)
        else:
            column = _likest(values, here, same, free, heads, tokens, starts) if level < depth else _ranked(free, rank)[0]
            here[:] = _by(values, here, column)
            _put(order, here, used, column)
            ends = _runs(values, here, column)
            used += 1
        start = 0
        for end in ends:
            nodes.append((lo + start, lo + end, used, level + 1, True))
            start = end
        if start < len(here):
            nodes.append((lo + start, hi, used, level, False))
    return rows


@kernel
def _nested(values: np.ndarray, rows: np.ndarray, same: np.ndarray, column: int) -> np.ndarray:
    """Return `rows` sorted by `same`, then by `column`."""
    rows = _by(values, rows, column)
    return rows[np.argsort(same[rows], kind="mergesort")]


@kernel
def one_order(
    values: np.ndarray, tokens: np.ndarray, starts: np.ndarray, heads: np.ndarray, rows: np.ndarray, depth: int, dependent: bool
) -> np.ndarray:
    """Return int64[columns]: one order for all rows, each next column the one in which neighbours that agree so far share most.

    With `dependent`, columns in which a group of rows agrees too count for it, as they may come next. After `depth` columns the
    others follow by what they would have been worth at the last choice.
    """
    columns = values.shape[1]
    order = np.empty(columns, np.int64)
    rows, same = rows.copy(), np.zeros(len(values), np.int64)  # rows with one number in `same` agree in all columns chosen so far
    used = 0
    while used < columns:
        free = _free(order, used)
        gains = np.zeros(len(free))
        for f in range(len(free)):
            counted = free if dependent else free[f : f + 1]
            gains[f] = _gain(values, _nested(values, rows, same, free[f]), same, counted, free[f], heads, tokens, starts)
        best = free[np.argsort(-gains, kind="mergesort")]
        if used >= depth:
            order[used:] = best
            break
        order[used] = best[0]
        used += 1
        rows = _nested(values, rows, same, best[0])
        number, before = -1, np.full(2, -1)
        for r in rows:
            if same[r] != before[0] or values[r, best[0]] != before[1]:
                number += 1
                before[0], before[1] = same[r], values[r, best[0]]
            same[r] = number
    return order
