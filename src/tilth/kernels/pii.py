"""Stretches of text that may hold an e-mail address, an IPv4 address or a phone number."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

_KINDS = np.zeros(256, np.uint8)  # 1: may stand in an e-mail address; 2: in a phone number or IPv4 address
_KINDS[list(b"!#$%&'*+-./0123456789=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~:")] = 1
_KINDS[list(b"0123456789+-./() x")] |= 2
_ONES, _LOW, _HIGH = np.uint64(0x0101010101010101), np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_ZEROS, _ATS, _TEN_OR_MORE = np.uint64(0x30) * _ONES, np.uint64(0x40) * _ONES, np.uint64(0x76) * _ONES  # 10 + 0x76 is the high bit


def windows(offsets: Offsets, data: Bytes) -> np.ndarray:
    """Return int64[k, 3]: row, first and last byte of all that may hold a match, with one character of context on either side.

    A window is a stretch of the characters of which matches consist, around an `@` or with enough digits; no match crosses its ends.
    """
    return _windows(offsets, data, _KINDS)


@kernel
def _windows(offsets: Offsets, data: Bytes, kinds: np.ndarray) -> np.ndarray:
    found = np.empty((16, 3), np.int64)
    count = 0
    for row in range(len(offsets) - 1):
        first, at = count, offsets[row]
        while True:
            start, stop, at = _next(data, offsets[row], at, offsets[row + 1], kinds)
            if start == stop:
                break
            while count > first and found[count - 1, 2] >= start:  # windows that touch are one
                count -= 1
                start = min(start, found[count, 1])
            if count == len(found):
                found = np.concatenate((found, np.empty_like(found)))
            found[count] = row, start, stop
            count += 1
    return found[:count]


@kernel(allocates=False)
def _next(data: Bytes, begin: int, at: int, end: int, kinds: np.ndarray) -> tuple[int, int, int]:
    """Return (start, stop, where to go on) of the next window from `at`, an empty one where there is none.

    This loop is a function of its own since it runs ten times as fast where nothing can be allocated.
    """
    while at < end:
        while at + 8 <= end and _plain(load64(data, at)):
            at += 8
        while at < end and (data[at] < 0x30 or (data[at] > 0x39 and data[at] != 0x40)):
            at += 1
        if at == end:
            break
        byte = data[at]
        start, stop, holds = _stretch(data, begin, at, end, kinds)
        if holds:
            first, last = _with_context(data, begin, start, stop, end)
            return first, last, stop
        at = at + 1 if byte == 0x40 else stop
    return end, end, end


@kernel(allocates=False)
def _plain(word: np.uint64) -> bool:
    """Return whether none of eight bytes is a digit or an `@`."""
    low = word & _LOW
    others = ((low ^ _ZEROS) + _TEN_OR_MORE) & ((low ^ _ATS) + _LOW) | word
    return others & _HIGH == _HIGH


@kernel(allocates=False)
def _stretch(data: Bytes, begin: int, at: int, end: int, kinds: np.ndarray) -> tuple[int, int, bool]:
    """Return (start, stop, whether it may hold a match) of the stretch around the `@` or the digit at `at`."""
    kind = 1 if data[at] == 0x40 else 2
    start, stop, digits, dots, plus = at, at, 0, 0, 0
    while start > begin and (kinds[data[start - 1]] & 1 if kind == 1 else data[start - 1] == 0x2B or data[start - 1] == 0x28):
        start -= 1
        plus |= data[start] == 0x2B
    while stop < end and kinds[data[stop]] & kind:
        digits += 0x30 <= data[stop] <= 0x39
        dots += data[stop] == 0x2E
        plus |= data[stop] == 0x2B
        stop += 1
    if kind == 1:
        holds = start < at and at + 1 < stop
        while stop < end and kinds[data[stop]] & 2:  # a number may go on where the address cannot
            stop += 1
        return start, stop, holds
    return start, stop, (digits >= 9 - plus and stop - start > digits) or (dots >= 3 and digits >= 4)


@kernel(allocates=False)
def _with_context(data: Bytes, begin: int, start: int, stop: int, end: int) -> tuple[int, int]:
    """Return the stretch with the character before and the character after it."""
    if start > begin:
        start -= 1
        while start > begin and data[start] & 0xC0 == 0x80:
            start -= 1
    if stop < end:
        stop += 1
        while stop < end and data[stop] & 0xC0 == 0x80:
            stop += 1
    return start, stop
