"""Stretches of text that may hold a number that names somebody, or a key: one pass over the bytes, exact checks only there."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel

NUMBER, TOKEN, ADDRESS, BLOCK = range(4)  # what may be there: digits in groups, a key, an address of a machine, a block of PEM
FEWEST_DIGITS, SHORTEST_TOKEN, LONGEST_WORD = 6, 16, 32

_WORD, _DIGIT, _GROUP, _JOINT, _HEX = 1, 2, 4, 8, 16
_KINDS = np.zeros(256, np.uint8)
_KINDS[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.")] = _WORD
_KINDS[list(b"0123456789")] |= _DIGIT
_KINDS[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] |= _GROUP
_KINDS[list(b" .-/")] |= _JOINT
_KINDS[list(b"0123456789ABCDEFabcdef")] |= _HEX


def stretches(offsets: Offsets, data: Bytes) -> np.ndarray:
    """Return int64[k, 4]: row, first and last byte and kind of all that may hold an identifier, by row; kinds may overlap.

    NUMBER: capitals and digits, single spaces and .-/ between them, six digits at least; TOKEN: 16 characters of keys with a digit, or
    32 without; ADDRESS: hex digits with two ":" at least; BLOCK: "-----BEGIN".
    """
    found = np.concatenate([_all(offsets, data, _KINDS, kind) for kind in (NUMBER, TOKEN, ADDRESS)])
    return found[np.argsort(found[:, 0], kind="stable")]


@kernel
def _all(offsets: Offsets, data: Bytes, kinds: np.ndarray, wanted: int) -> np.ndarray:
    found = np.empty((16, 4), np.int64)
    count = 0
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        at = begin
        while at < end:
            if wanted == NUMBER:
                kind, start, stop, at = _next_number(data, begin, at, end, kinds)
            elif wanted == TOKEN:
                kind, start, stop, at = _next_token(data, at, end, kinds)
            else:
                kind, start, stop, at = _next_address(data, at, end, kinds)
            if kind < 0:
                break
            if count == len(found):
                found = np.concatenate((found, np.empty_like(found)))
            found[count] = row, start, stop, kind
            count += 1
    return found[:count]


@kernel(allocates=False)
def _next_number(data: Bytes, begin: int, at: int, end: int, kinds: np.ndarray) -> tuple[int, int, int, int]:
    """Return (kind, start, stop, where to go on) of the next stretch with digits enough; kind -1 where there is none."""
    floor = at
    while at < end:
        if not kinds[data[at]] & _DIGIT:
            at += 1
            continue
        start, stop, digits = _grouped(data, max(begin, floor), at, end, kinds)
        if digits >= FEWEST_DIGITS:
            return NUMBER, start, stop, stop
        floor = at = stop
    return -1, end, end, end


@kernel(allocates=False)
def _grouped(data: Bytes, begin: int, at: int, end: int, kinds: np.ndarray) -> tuple[int, int, int]:
    """Return where the groups around the digit at `at` start and end, and how many digits they have."""
    start, stop, digits = at, at, 0
    while start > begin and (kinds[data[start - 1]] & _GROUP or (kinds[data[start - 1]] & _JOINT and kinds[data[start]] & _GROUP)):
        start -= 1
        digits += kinds[data[start]] & _DIGIT != 0
    while stop < end and (kinds[data[stop]] & _GROUP or (kinds[data[stop]] & _JOINT and kinds[data[stop - 1]] & _GROUP)):
        digits += kinds[data[stop]] & _DIGIT != 0
        stop += 1
    return start, stop, digits


@kernel(allocates=False)
def _next_token(data: Bytes, at: int, end: int, kinds: np.ndarray) -> tuple[int, int, int, int]:
    """Return the same of the next token or block."""
    while at < end:
        if not kinds[data[at]] & _WORD:
            at += 1
            continue
        start, met = at, np.uint8(0)
        while at < end and kinds[data[at]] & _WORD:
            met |= kinds[data[at]]
            at += 1
        if at - start >= LONGEST_WORD or (at - start >= SHORTEST_TOKEN and met & _DIGIT):
            return TOKEN, start, at, at
        if at - start >= 10 and data[at - 10] == 45 and data[at - 6] == 45 and data[at - 5] == 66 and data[at - 1] == 78:
            return BLOCK, at - 10, at, at
    return -1, end, end, end


@kernel(allocates=False)
def _next_address(data: Bytes, at: int, end: int, kinds: np.ndarray) -> tuple[int, int, int, int]:
    """Return the same of the next hex digits with two colons among them."""
    floor = at
    while at < end:
        if data[at] != 58:
            at += 1
            continue
        start, colons = at, 0
        while start > floor and kinds[data[start - 1]] & _HEX:
            start -= 1
        while at < end and (kinds[data[at]] & _HEX or data[at] == 58):
            colons += data[at] == 58
            at += 1
        if colons >= 2 and at - start > 2:
            return ADDRESS, start, at, at
        floor = at
    return -1, end, end, end
