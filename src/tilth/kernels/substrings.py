"""Spans of texts that occur twice: windows sampled by their content, and what is equal around two of them.

A text is a row of units (`kernels.units`). Of every `length` units in a row, the window of `size` units with the least hash is an
anchor, the last of equals (winnowing: Schleimer, Wilkerson and Aiken, SIGMOD 2003; minimizers: Roberts et al., 2004). It depends on those
units alone, so two equal spans of `length` have an anchor at the same place. Around an anchor lies its context: all spans of `length`
that hold it, `length - size` units before it and `length` from it on, less where the text ends.

Hashes are polynomials modulo 2**61 - 1 (Karp and Rabin, 1987): two different spans of n units have one value for at most n of the
2**61 bases.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import TOP_BIT, mix64
from tilth.kernels.jit import kernel
from tilth.kernels.units import split

PRIME = np.uint64((1 << 61) - 1)
_BASE = np.uint64(0x0DA3B195E6F41C87)
_CHECK_BASE = np.uint64(0x15C4E88D2B7A6F03)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint64(0)

KEY, CONTEXT, CHECK, DOCUMENT, FIRST, LAST = range(6)  # columns of anchors


@intrinsic
def times(typingctx: Any, a: Any, b: Any) -> Any:
    """Return a * b modulo 2**61 - 1 for two numbers of at most 61 bits."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, word = cgutils.ir.IntType(128), cgutils.ir.IntType(64)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        prime = cgutils.ir.Constant(word, int(PRIME))
        low = builder.and_(builder.trunc(product, word), prime)
        total = builder.add(low, builder.trunc(builder.lshr(product, cgutils.ir.Constant(wide, 61)), word))
        return builder.select(builder.icmp_unsigned(">=", total, prime), builder.sub(total, prime), total)

    return types.uint64(types.uint64, types.uint64), emit


@kernel(allocates=False, inline=True)
def _plus(a: np.uint64, b: np.uint64) -> np.uint64:
    total = a + b
    return total - PRIME if total >= PRIME else total


@kernel(allocates=False)
def _sum_up(values: np.ndarray, count: int) -> None:
    """Turn the units values[1 : count + 1] into the hashes of all prefixes, in place."""
    values[0] = _NONE
    for i in range(1, count + 1):
        values[i] = _plus(times(values[i - 1], _BASE), values[i])


@kernel(allocates=False)
def _sum_up_twice(values: np.ndarray, count: int, checks: np.ndarray) -> None:
    """Turn the units into the hashes of all prefixes by both bases, one of them in place: neither waits for the other."""
    total, check = _NONE, _NONE
    values[0] = checks[0] = _NONE
    for i in range(1, count + 1):
        value = values[i]
        total = _plus(times(total, _BASE), value)
        check = _plus(times(check, _CHECK_BASE), value)
        values[i], checks[i] = total, check


@kernel(allocates=False, inline=True)
def _hash(sums: np.ndarray, start: int, end: int, power: np.uint64) -> np.uint64:
    """Return the hash of the units from `start` to `end`; `power` is the base to the power of how many they are."""
    return _plus(sums[end], PRIME - times(sums[start], power))


@kernel
def powers(base: np.uint64, most: int) -> np.ndarray:
    """Return base**0 to base**most, uint64[most + 1]."""
    found = np.ones(most + 1, np.uint64)
    for i in range(most):
        found[i + 1] = times(found[i], base)
    return found


@kernel(allocates=False)
def _anchors(sums: np.ndarray, count: int, length: int, size: int, power: np.uint64, ring: np.ndarray, out: np.ndarray) -> int:
    """Write where the anchors of a text begin into `out`, in order; return how many. `ring` has a power of two places, over `length`."""
    mask, slack = len(ring) - 1, length - size
    best, least, found = -1, _NONE, 0
    for at in range(count - size + 1):
        order = _hash(sums, at, at + size, power) * _ODD
        ring[at & mask] = order
        if best < 0 or order <= least:
            best, least = at, order
        elif best < at - slack:
            best, least = at, order
            for before in range(at - 1, at - slack - 1, -1):
                if ring[before & mask] < least:
                    best, least = before, ring[before & mask]
        if at >= slack and (found == 0 or out[found - 1] != best):
            out[found] = best
            found += 1
    return found


@kernel(allocates=False)
def _describe(
    sums: np.ndarray, checks: np.ndarray, count: int, length: int, size: int, power: np.ndarray, check_power: np.ndarray, document: int,
    places: np.ndarray, found: int, out: np.ndarray, filled: int,
) -> int:
    """Write the anchors of a text to `out[filled:]`; return where they end.

    Of anchors in a row that agree with their contexts, as in a text that is one character over and over, the first is one row and all
    others are another, from FIRST to LAST.
    """
    begin = filled
    for i in range(found):
        at = places[i]
        low, high = max(0, at - length + size), min(count, at + length)
        row = out[filled]
        row[KEY] = mix64(_hash(sums, at, at + size, power[size])) | TOP_BIT
        row[CONTEXT] = mix64(_hash(sums, low, high, power[high - low]) + np.uint64(at - low) * _ODD)
        row[CHECK] = _hash(checks, low, high, check_power[high - low])
        row[DOCUMENT], row[FIRST], row[LAST] = document, at, at
        if filled > begin + 1 and _same(out, filled, filled - 1) and _same(out, filled, filled - 2):
            out[filled - 1, LAST] = at
        else:
            filled += 1
    return filled


@kernel(allocates=False, inline=True)
def _same(rows: np.ndarray, a: int, b: int) -> bool:
    return rows[a, KEY] == rows[b, KEY] and rows[a, CONTEXT] == rows[b, CONTEXT] and rows[a, CHECK] == rows[b, CHECK]


@kernel
def anchors(offsets: Offsets, data: Bytes, unit: int, kinds: Bytes, length: int, size: int) -> np.ndarray:
    """Return the anchors of all texts, uint64[n, 6]: the hash of the window, two of its context, text, first and last place."""
    longest = _longest(offsets)
    sums, checks = np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.uint64)
    places, none = np.empty(longest + 1, np.int64), np.empty(0, np.int64)
    power, check_power = powers(_BASE, 2 * length), powers(_CHECK_BASE, 2 * length)
    ring = np.empty(_slots(length + 1), np.uint64)
    out, filled = np.empty((64 + 3 * (offsets[-1] - offsets[0]) // (length - size + 2), 6), np.uint64), 0
    for document in range(len(offsets) - 1):
        count = split(data, offsets[document], offsets[document + 1], unit, kinds, sums, none)
        if count < length:
            continue
        _sum_up_twice(sums, count, checks)
        found = _anchors(sums, count, length, size, power[size], ring, places)
        out = _with_room(out, filled, found)
        filled = _describe(sums, checks, count, length, size, power, check_power, document, places, found, out, filled)
    return out[:filled]


@kernel(allocates=False)
def _longest(offsets: Offsets) -> int:
    longest = np.int64(0)
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return longest


@kernel(allocates=False)
def _slots(least: int) -> int:
    slots = 16
    while slots < least:
        slots *= 2
    return slots


@kernel
def _with_room(rows: np.ndarray, filled: int, more: int) -> np.ndarray:
    """Return `rows` with room for `more` behind the first `filled`."""
    if filled + more <= len(rows):
        return rows
    wider = np.empty((max(2 * len(rows), filled + more), rows.shape[1]), rows.dtype)
    wider[:filled] = rows[:filled]
    return wider


@kernel
def may_repeat(keys: np.ndarray) -> np.ndarray:
    """Return bool[n]: true for all keys that occur more than once, and for one in eight of the others, which sorting then tells.

    Most keys of a corpus occur once; not to sort those takes a tenth of the time.
    """
    seen = np.zeros(_slots(8 * len(keys)), np.uint8)
    mask, found = np.uint64(len(seen) - 1), np.empty(len(keys), np.bool_)
    for i in range(len(keys)):
        slot = keys[i] & mask
        seen[slot] = min(seen[slot] + 1, 2)
    for i in range(len(keys)):
        found[i] = seen[keys[i] & mask] > 1
    return found


@kernel
def contexts(
    offsets: Offsets, data: Bytes, unit: int, kinds: Bytes, document: np.ndarray, place: np.ndarray, length: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the contexts of anchors (sorted by document) as (offsets int64[n + 1], bytes, units before the anchor int64[n])."""
    longest = _longest(offsets)
    values, starts = np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.int64)
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
    table, stamp = np.full((_slots(2 * most), 2), -1, np.int64), 0
    power = powers(_BASE, length)[length]
    out, filled = np.empty((1024, 4), np.int64), 0
    for g in range(len(groups) - 1):
        group = members[groups[g] : groups[g + 1]]
        for i in range(len(group)):
            here = sums[bounds[i] :]
            count = split(data, offsets[group[i]], offsets[group[i] + 1], unit, kinds, here, none)
            _sum_up(here, count)
            bounds[i + 1] = bounds[i] + count + 1
        runs[: len(group)] = -1
        for shift in range(size - length, 1):
            out = _with_room(out, filled, 2 * len(group))
            stamp += 1
            filled = _compare_at(shift, group, bounds, sums, left, length, power, table, stamp, every, runs, out, filled)
        out = _with_room(out, filled, len(group))
        for i in range(len(group)):
            filled = _close(i, group, length, runs, out, filled)
    return out[:filled]


@kernel(allocates=False)
def _compare_at(
    shift: int, group: np.ndarray, bounds: np.ndarray, sums: np.ndarray, left: np.ndarray, length: int, power: np.uint64,
    table: np.ndarray, stamp: int, every: bool, runs: np.ndarray, out: np.ndarray, filled: int,
) -> int:
    """Look for spans of `length` units that begin `shift` from the anchor, among the contexts of one group; return `filled` after it."""
    mask = _slots(2 * len(group)) - 1
    for i in range(len(group)):
        start = bounds[i] + left[group[i]] + shift
        if start < bounds[i] or start + length > bounds[i + 1] - 1:
            continue
        slot = np.int64(mix64(_hash(sums, start, start + length, power)) & np.uint64(mask))
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
    while same < length and _unit(sums, a + same) == _unit(sums, b + same):
        same += 1
    return same == length


@kernel(allocates=False, inline=True)
def _unit(sums: np.ndarray, at: int) -> np.uint64:
    return _plus(sums[at + 1], PRIME - times(sums[at], _BASE))


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
    longest = _longest(offsets)
    values, starts = np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.int64)
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
