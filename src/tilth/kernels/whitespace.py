"""Whitespace made plain, texts to texts."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel


@kernel
def tidy(offsets: Offsets, data: Bytes, blank_lines: int) -> tuple[Offsets, Bytes]:
    """Return (offsets int64[n + 1], data uint8[*]) of the tidied texts, which are never longer."""
    out = np.empty(offsets[-1] - offsets[0], np.uint8)
    ends = np.zeros(len(offsets), np.int64)
    size = 0
    for row in range(len(offsets) - 1):
        size = _tidy(data, offsets[row], offsets[row + 1], blank_lines, out, size)
        ends[row + 1] = size
    return ends, out[:size]


@kernel(allocates=False)
def _tidy(data: Bytes, at: int, end: int, blank_lines: int, out: Bytes, size: int) -> int:
    """Write the text from `at` to `end` to `out` from `size` on; return where it ends."""
    begin, breaks = size, 0  # line ends not yet written: nothing comes of those before and after all text
    while at < end:
        byte = data[at]
        if byte == 0x0D or byte == 0x0A:
            at += 1 + (byte == 0x0D and at + 1 < end and data[at + 1] == 0x0A)
            breaks += 1
            continue
        width = _blank(data, at, end)
        if width:
            start = at
            while at < end and _blank(data, at, end):
                at += _blank(data, at, end)
            if at == end or data[at] == 0x0A or data[at] == 0x0D:
                continue
            at = start
        if size > begin:
            for _ in range(min(breaks, blank_lines + 1)):
                out[size] = 0x0A
                size += 1
        breaks = 0
        out[size] = 0x20 if width == 2 else byte
        size += 1
        at += max(width, 1)
    return size


@kernel(allocates=False)
def _blank(data: Bytes, at: int, end: int) -> int:
    """Return the bytes of the space, tab or no-break space (U+00A0) that begins here, 0 where none does."""
    if data[at] == 0x20 or data[at] == 0x09:
        return 1
    return 2 if data[at] == 0xC2 and at + 1 < end and data[at + 1] == 0xA0 else 0
