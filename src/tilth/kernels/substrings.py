"""What is equal around anchors (`kernels.anchors`) of one hash, and spans of it in units, bytes and code points."""

from __future__ import annotations

import numpy as np

from tilth.kernels.anchors import slots, with_room
from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64
from tilth.kernels.jit import kernel
from tilth.kernels.karp_rabin import BASE, powers, sum_up, unit_at, window
from tilth.kernels.units import longest, split


@kernel
def contexts(
    offsets: Offsets, data: Bytes, unit: int, kinds: Bytes, document: np.ndarray, place: np.ndarray, length: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the contexts of anchors (sorted by document) as (offsets int64[n + 1], bytes, units before the anchor int64[n])."""
    most = longest(offsets)
    values, starts = np.empty(most + 1, np.uint64), np.empty(most + 1, np.int64)
    slices, left = np.empty((len(place), 2), np.int64), np.empty(len(place), np.int64)
    now, count, total = -1, 0, 0
    for i in range(len(place)):
        if document[i] != now:
            now = document[i]
            count = split(data, offsets[now], offsets[now + 1], unit, kinds, values, starts)
        low = max(0, place[i] - length + size)
        left[i] = place[i] - low
        slices[i, 0], slices[i, 1] = starts[low], starts[min(count, place[i] + length)]
        total += slices[i, 1] - slices[i, 0]
    ends, out = np.zeros(len(place) + 1, np.int64), np.empty(total, np.uint8)
    for i in range(len(place)):
        ends[i + 1] = ends[i] + slices[i, 1] - slices[i, 0]
        out[ends[i] : ends[i + 1]] = data[slices[i, 0] : slices[i, 1]]
    return ends, out, left


@kernel
def compare(
    groups: np.ndarray, members: np.ndarray, offsets: Offsets, data: Bytes, left: np.ndarray, unit: int, kinds: Bytes, length: int,
    size: int, every: bool,
) -> np.ndarray:
    """Return the spans of contexts that an earlier context of their group has too, and with `every` a later one.

    `members` are contexts, group by group, and `groups` (int64[g + 1]) says where each begins; `left` is how many units each context
    has before its anchor. A span is (context, first and last unit relative to the anchor, the context that has it too), int64[n, 4].
    Units are compared, not hashes alone. Memory grows with the largest group, 8 bytes a unit.
    """
    most, units = 0, 0
    for g in range(len(groups) - 1):
        held = 0
        for i in range(groups[g], groups[g + 1]):
            held += offsets[members[i] + 1] - offsets[members[i]] + 1
        most, units = max(most, groups[g + 1] - groups[g]), max(units, held)
    sums, none = np.empty(units, np.uint64), np.empty(0, np.int64)
    bounds, runs = np.zeros(most + 1, np.int64), np.empty((most, 3), np.int64)
    table, stamp = np.full((slots(2 * most), 2), -1, np.int64), 0
    power = powers(BASE, length)[length]
    out, filled = np.empty((1024, 4), np.int64), 0
    for g in range(len(groups) - 1):
        group = members[groups[g] : groups[g + 1]]
        for i in range(len(group)):
            here = sums[bounds[i] :]
            count = split(data, offsets[group[i]], offsets[group[i] + 1], unit, kinds, here, none)
            sum_up(here, count)
            bounds[i + 1] = bounds[i] + count + 1
        runs[: len(group)] = -1
        for shift in range(size - length, 1):
            out = with_room(out, filled, 2 * len(group))
            stamp += 1
            filled = _compare_at(shift, group, bounds, sums, left, length, power, table, stamp, every, runs, out, filled)
        out = with_room(out, filled, len(group))
        for i in range(len(group)):
            filled = _close(i, group, length, runs, out, filled)
    return out[:filled]


@kernel(allocates=False)
def _compare_at(
    shift: int, group: np.ndarray, bounds: np.ndarray, sums: np.ndarray, left: np.ndarray, length: int, power: np.uint64,
    table: np.ndarray, stamp: int, every: bool, runs: np.ndarray, out: np.ndarray, filled: int,
) -> int:
    """Look for spans of `length` units that begin `shift` from the anchor, among the contexts of one group; return `filled` after it."""
    mask = slots(2 * len(group)) - 1
    for i in range(len(group)):
        start = bounds[i] + left[group[i]] + shift
        if start < bounds[i] or start + length > bounds[i + 1] - 1:
            continue
        slot = np.int64(mix64(window(sums, start, start + length, power)) & np.uint64(mask))
        while table[slot, 0] == stamp:
            other = table[slot, 1]
            if _equal(sums, start, bounds[other] + left[group[other]] + shift, length):
                break
            slot = (slot + 1) & mask
        if table[slot, 0] != stamp:
            table[slot, 0], table[slot, 1] = stamp, i
            continue
        other = table[slot, 1]
        filled = _note(i, other, shift, group, length, runs, out, filled)
        if every:
            filled = _note(other, i, shift, group, length, runs, out, filled)
    return filled


@kernel(allocates=False)
def _equal(sums: np.ndarray, a: int, b: int, length: int) -> bool:
    """Compare units, which the hashes of neighbouring prefixes tell."""
    same = 0
    while same < length and unit_at(sums, a + same) == unit_at(sums, b + same):
        same += 1
    return same == length


@kernel(allocates=False)
def _note(i: int, other: int, shift: int, group: np.ndarray, length: int, runs: np.ndarray, out: np.ndarray, filled: int) -> int:
    """Add the span at `shift` to the run of spans of member `i` that is under way; one that ended before goes to `out`."""
    run = runs[i]
    if run[2] >= 0 and shift - 1 <= run[1]:
        run[1] = shift
        return filled
    filled = _close(i, group, length, runs, out, filled)
    run[0], run[1], run[2] = shift, shift, group[other]
    return filled


@kernel(allocates=False)
def _close(i: int, group: np.ndarray, length: int, runs: np.ndarray, out: np.ndarray, filled: int) -> int:
    run = runs[i]
    if run[2] < 0:
        return filled
    out[filled, 0], out[filled, 1], out[filled, 2], out[filled, 3] = group[i], run[0], run[1] + length, run[2]
    return filled + 1


@kernel
def merge(row: np.ndarray, start: np.ndarray, end: np.ndarray, of: np.ndarray) -> int:
    """Unite spans of one row that touch, in place; spans are sorted by row and start. Return how many are left."""
    kept = 0
    for i in range(len(row)):
        if kept and row[kept - 1] == row[i] and start[i] <= end[kept - 1]:
            end[kept - 1] = max(end[kept - 1], end[i])
        else:
            row[kept], start[kept], end[kept], of[kept] = row[i], start[i], end[i], of[i]
            kept += 1
    return kept


@kernel
def in_bytes(offsets: Offsets, data: Bytes, unit: int, kinds: Bytes, document: np.ndarray, start: np.ndarray, end: np.ndarray) -> None:
    """Turn spans in units, sorted by document, into spans in bytes of their texts, in place."""
    most = longest(offsets)
    values, starts = np.empty(most + 1, np.uint64), np.empty(most + 1, np.int64)
    now, count = -1, 0
    for i in range(len(document)):
        if document[i] != now:
            now = document[i]
            count = split(data, offsets[now], offsets[now + 1], unit, kinds, values, starts)
        start[i], end[i] = starts[max(0, start[i])] - offsets[now], starts[min(count, end[i])] - offsets[now]


@kernel
def trim(offsets: Offsets, data: Bytes, document: np.ndarray, start: np.ndarray, end: np.ndarray) -> None:
    """Cut spans in bytes of their texts back to whole code points, in place."""
    for i in range(len(document)):
        first, last = offsets[document[i]], offsets[document[i] + 1]
        while start[i] < end[i] and data[first + start[i]] & 0xC0 == 0x80:
            start[i] += 1
        while start[i] < end[i] < last - first and data[first + end[i]] & 0xC0 == 0x80:
            end[i] -= 1
