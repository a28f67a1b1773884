"""Windows of texts, and how much of one sparse set of features another holds."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel


@kernel
def windows(offsets: Offsets, data: Bytes, size: int, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (row, start, end: bytes of `data`, int64 each) of windows of about `size` words, a new one every `step` words.

    A word is what bytes of white space or 16 letters beyond ASCII part, so that scripts without spaces have windows too.
    """
    row, start, end = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    begins, found = np.empty(size // step + 2, np.int64), 0
    for text in range(len(offsets) - 1):
        first, words, inside, wide = np.int64(0), 0, False, 0
        for at in range(offsets[text], offsets[text + 1] + 1):
            last = at == offsets[text + 1]
            gap = last or data[at] <= 32
            if not gap and data[at] & 0xC0 == 0x80:
                continue
            wide = wide + 1 if not gap and data[at] >= 0xE0 else 0
            starts = not gap and (not inside or wide >= 2)
            inside = not gap
            if starts:
                if words % step == 0:
                    begins[words // step % len(begins)] = at
                words += 1
            full = starts and words > size and (words - 1 - size) % step == 0
            if full or (last and words > 0):
                if found == len(row):
                    row, start, end = np.concatenate((row, row)), np.concatenate((start, start)), np.concatenate((end, end))
                row[found], start[found], end[found] = text, begins[first % len(begins)], at
                found += 1
                first += 1
    return row[:found].copy(), start[:found].copy(), end[:found].copy()


@kernel
def contained(
    offsets: np.ndarray, buckets: np.ndarray, counts: np.ndarray, which: np.ndarray, item_offsets: np.ndarray, item_buckets: np.ndarray,
    item_counts: np.ndarray, item: np.ndarray, weights: np.ndarray,
) -> np.ndarray:
    """Return float64[pairs]: the part of each item's features, by weight, that the text has; buckets ascend (`kernels.features`)."""
    out = np.zeros(len(which))
    for pair in range(len(which)):
        at, stop = offsets[which[pair]], offsets[which[pair] + 1]
        whole, held = 0.0, 0.0
        for k in range(item_offsets[item[pair]], item_offsets[item[pair] + 1]):
            bucket = item_buckets[k]
            while at < stop and buckets[at] < bucket:
                at += 1
            whole += weights[bucket] * item_counts[k]
            if at < stop and buckets[at] == bucket:
                held += weights[bucket] * min(counts[at], item_counts[k])
        if whole > 0.0:
            out[pair] = held / whole
    return out
