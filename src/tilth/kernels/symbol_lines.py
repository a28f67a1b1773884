"""Lines that are nothing but symbols, taken out of texts."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, copy_bytes, peek, width
from tilth.kernels.text_classes import LINE_BREAK, SPACE, WORDLIKE, Classes


@kernel
def without_symbol_lines(offsets: Offsets, data: Bytes, instead: Bytes, classes: Classes) -> tuple[Offsets, Bytes]:
    """Return (offsets int64[n + 1], data uint8[*]) of the texts, each run of symbol lines replaced by the line `instead`, if not empty."""
    lines = (offsets[-1] - offsets[0]) // 2 + len(offsets)  # a symbol line has a byte and a break
    out = np.empty(offsets[-1] - offsets[0] + lines * len(instead), np.uint8)
    ends = np.zeros(len(offsets), np.int64)
    size = np.int64(0)
    for row in range(len(offsets) - 1):
        size = _edit(data, offsets[row], offsets[row + 1], instead, classes, out, size)
        ends[row + 1] = size
    return ends, out[:size]


@kernel(allocates=False)
def _edit(data: Bytes, at: int, end: int, instead: Bytes, classes: Classes, out: Bytes, size: int) -> int:
    """Write one text to `out` from `size` on; returns where it ends."""
    begin, written, removed = size, False, False
    while at < end:
        stop, after = _line_end(data, at, end, classes)
        symbols = _is_symbols(data, at, stop, classes)
        if not symbols or (not removed and len(instead) > 0):
            if written or size > begin:
                out[size] = 10
                size += 1
            if symbols:
                size = copy_bytes(instead, np.int64(0), len(instead), out, size)
            else:
                size = copy_bytes(data, at, stop - at, out, size)
            written = True
        removed = symbols
        at = after
    return size


@kernel(allocates=False)
def _line_end(data: Bytes, at: int, end: int, classes: Classes) -> tuple[int, int]:
    """Return where the line ends, and where the next one starts, as `str.splitlines` cuts."""
    while at < end:
        point = code_point(data, at)
        after = at + width(peek(data, at))
        if classes[point] & LINE_BREAK:
            return at, after + (point == 13 and after < end and data[after] == 10)
        at = after
    return end, end


@kernel(allocates=False)
def _is_symbols(data: Bytes, at: int, end: int, classes: Classes) -> bool:
    """Return whether data[at:end] is spaces and symbols, and not white space alone."""
    blank = True
    while at < end:
        point = code_point(data, at)
        if point != 32 and classes[point] & WORDLIKE:
            return False
        blank = blank and classes[point] & SPACE != 0
        at += width(peek(data, at))
    return not blank
