"""Texts folded to plain words: one table over all code points, one pass over the bytes."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, width

# The entry of a code point is kind << 29 | length << 24 | place: `length` bytes at `place` of the folded bytes stand for it. Length 0
# keeps its own bytes, except that an ASCII code point's entry holds its one folded byte instead of a place.
WORD, SPACE, DROP, DIGIT, ALONE = range(5)

_BLANK = np.uint8(32)
_ZERO = np.uint8(48)


@kernel(allocates=False)
def _code(data: Bytes, at: int) -> int:
    """Return the code point at `at`, and one of the table even where the bytes are none."""
    return min(code_point(data, at), 0x10FFFF)


@kernel(allocates=False)
def _is_point(code: int) -> bool:
    """Tell a decimal point of any script."""
    return code == 0x2E or code == 0x2C or code == 0x60C or code == 0x66B or 0x2396 <= code <= 0x2398


@kernel(allocates=False)
def _number_end(data: Bytes, at: int, end: int, entries: np.ndarray) -> int:
    """Return where the number that begins at `at` ends: digits, and once a decimal point with more digits."""
    pointed = False
    while at < end:
        code: int = _code(data, at)
        after = at + width(data[at])
        if entries[code] >> 29 != DIGIT:
            if pointed or not _is_point(code) or after >= end or entries[_code(data, after)] >> 29 != DIGIT:
                return at
            pointed = True
        at = after
    return end


@kernel(allocates=False)
def _fold(
    data: Bytes, at: np.int64, end: np.int64, entries: np.ndarray, folded: Bytes, out: Bytes, o: np.int64
) -> tuple[np.int64, np.int64]:
    """Fold the code point or number at `at` into `out[o:]`; return where it ends, and `o` behind it."""
    entry = entries[_code(data, at)]
    kind = entry >> 29
    after = min(end, at + width(data[at]))
    if kind == DIGIT:
        out[o] = _ZERO
        return _number_end(data, at, end, entries), o + 1
    if kind in (SPACE, ALONE):
        out[o] = _BLANK
        o += np.int64(out[o - 1] != _BLANK)
    if kind in (WORD, ALONE):
        length, place = np.int64(entry >> 24 & 31), np.int64(entry & 0xFFFFFF)
        for k in range(length):
            out[o + k] = folded[place + k]
        if length == 0:
            length = after - at
            for k in range(length):
                out[o + k] = data[at + k]
        o += length
    if kind == ALONE:
        out[o] = _BLANK
        o += 1
    return after, o


@kernel(allocates=False)
def _plain(data: Bytes, at: np.uint64, end: np.uint64, ascii: Bytes, out: Bytes, o: np.uint64) -> tuple[np.int64, np.int64]:
    """Fold into `out[o:]` up to the first byte that `ascii` leaves to `_fold`; return where that is, and `o` behind the rest.

    No branch hangs on the end of a word, and unsigned places spare the test for a place before the start: 4 times as fast.
    """
    one = np.uint64(1)
    apart = out[o - one] != _BLANK
    while at < end:
        letter = ascii[data[at]]
        if letter == 0:
            break
        out[o] = letter
        inside = letter != _BLANK
        o += np.uint64(inside | apart)
        apart = inside
        at += one
    return np.int64(at), np.int64(o)


@kernel
def normalise(
    offsets: Offsets, data: Bytes, ascii: Bytes, entries: np.ndarray, folded: Bytes, growth: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the folded texts as (offsets int64[n + 1], bytes): words, each followed by one space.

    `ascii` (uint8[256]) has the folded byte of what needs no more than that, else 0; `entries` (uint32[0x110000]) and `folded` say
    what becomes of every code point; none grows by more than `growth` times.
    The bytes begin with a space and end with eight, so that words can be read eight bytes at a time.
    """
    out = np.empty((offsets[-1] - offsets[0]) * growth + len(offsets) + 9, np.uint8)
    starts = np.empty(len(offsets), np.int64)
    out[0] = _BLANK
    o = np.int64(1)
    for row in range(len(offsets) - 1):
        starts[row] = o
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            at, o = _plain(data, np.uint64(at), np.uint64(end), ascii, out, np.uint64(o))
            if at < end:
                at, o = _fold(data, at, end, entries, folded, out, o)
        out[o] = _BLANK
        o += np.int64(out[o - 1] != _BLANK)
    starts[-1] = o
    out[o : o + 8] = _BLANK
    return starts, out[: o + 8]
