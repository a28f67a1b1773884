"""Windows of a text sampled by their content: two texts that share `length` units in a row sample the same window of them.

A text is a row of units (`kernels.units`). Of every `length` units in a row, the window of `size` units with the least hash is an
anchor, the last of equals (winnowing: Schleimer, Wilkerson and Aiken, SIGMOD 2003; minimizers: Roberts et al., 2004). It depends on those
units alone, so two equal spans of `length` have an anchor at the same place. Around an anchor lies its context: all spans of `length`
that hold it, `length - size` units before it and `length` from it on, less where the text ends.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import TOP_BIT, mix64
from tilth.kernels.jit import kernel
from tilth.kernels.karp_rabin import BASE, CHECK_BASE, powers, sum_up_twice, window
from tilth.kernels.units import longest, split

KEY, CONTEXT, CHECK, DOCUMENT, FIRST, LAST = range(6)  # columns of anchors
_ODD = np.uint64(0x9E3779B97F4A7C15)


@kernel(allocates=False)
def _anchors(sums: np.ndarray, count: int, length: int, size: int, power: np.uint64, ring: np.ndarray, out: np.ndarray) -> int:
    """Write where the anchors of a text begin into `out`, in order; return how many. `ring` has a power of two places, over `length`."""
    mask, slack = len(ring) - 1, length - size
    best, least, found = -1, np.uint64(0), 0
    for at in range(count - size + 1):
        order = window(sums, at, at + size, power) * _ODD
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
        row[KEY] = mix64(window(sums, at, at + size, power[size])) | TOP_BIT
        row[CONTEXT] = mix64(window(sums, low, high, power[high - low]) + np.uint64(at - low) * _ODD)
        row[CHECK] = window(checks, low, high, check_power[high - low])
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
    most = longest(offsets)
    sums, checks = np.empty(most + 1, np.uint64), np.empty(most + 1, np.uint64)
    places, none = np.empty(most + 1, np.int64), np.empty(0, np.int64)
    power, check_power = powers(BASE, 2 * length), powers(CHECK_BASE, 2 * length)
    ring = np.empty(slots(length + 1), np.uint64)
    out, filled = np.empty((64 + 3 * (offsets[-1] - offsets[0]) // (length - size + 2), 6), np.uint64), 0
    for document in range(len(offsets) - 1):
        count = split(data, offsets[document], offsets[document + 1], unit, kinds, sums, none)
        if count < length:
            continue
        sum_up_twice(sums, count, checks)
        found = _anchors(sums, count, length, size, power[size], ring, places)
        out = with_room(out, filled, found)
        filled = _describe(sums, checks, count, length, size, power, check_power, document, places, found, out, filled)
    return out[:filled]


@kernel(allocates=False)
def slots(least: int) -> int:
    slots = 16
    while slots < least:
        slots *= 2
    return slots


@kernel
def with_room(rows: np.ndarray, filled: int, more: int) -> np.ndarray:
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
    seen = np.zeros(slots(8 * len(keys)), np.uint8)
    mask, found = np.uint64(len(seen) - 1), np.empty(len(keys), np.bool_)
    for i in range(len(keys)):
        slot = keys[i] & mask
        seen[slot] = min(seen[slot] + 1, 2)
    for i in range(len(keys)):
        found[i] = seen[keys[i] & mask] > 1
    return found
