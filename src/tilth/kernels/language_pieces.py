"""Texts cut into pieces of about a sentence, in any script."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, width

_ENDS = np.array(sorted(map(ord, "!?…。！？．।॥۔؟።၊။។༎։։՜՞᠃⸮")), np.uint32)  # of a sentence; a full stop needs a space behind it


@kernel(allocates=False)
def _is_end(text: Bytes, at: np.int64, end: np.int64, code: np.uint32) -> bool:
    if code == 10:
        return True
    if code == 46:
        return at + 1 >= end or text[at + 1] <= 32
    if code < 33:
        return False
    place = np.searchsorted(_ENDS, code)
    return place < len(_ENDS) and _ENDS[place] == code


@kernel
def pieces(offsets: Offsets, text: Bytes, least: int, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (offsets int64[n + 1], owner int64[n], size int64[n]): where each piece begins, its text, its characters that are no space.

    A piece ends where a line or a sentence does and it has `least` such characters; at a space, once it has `most`; with its text; and
    where it has twice `most`. Pieces lie side by side and make up all of the bytes.
    """
    whole = offsets[len(offsets) - 1] - offsets[0]
    room = whole // max(1, least) + len(offsets)
    starts, owners, sizes = np.empty(room + 1, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    starts[0], have = offsets[0], 0
    for i in range(len(offsets) - 1):
        at, end, size = offsets[i], offsets[i + 1], 0
        while at < end:
            code, wide = code_point(text, at), width(text[at])
            space = code <= 32
            size += not space
            done = (size >= least and _is_end(text, at, end, code)) or (size >= most and space) or size >= 2 * most
            at = min(end, at + wide)
            if done or at == end:
                owners[have], sizes[have], starts[have + 1] = i, size, at
                have += 1
                size = 0
    return starts[: have + 1].copy(), owners[:have].copy(), sizes[:have].copy()
