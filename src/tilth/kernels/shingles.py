"""The sets of n-grams of words of texts, and how far two sets agree.

Texts come as `kernels.normalise` leaves them: words, each followed by one space.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64, xxh64
from tilth.kernels.jit import kernel

_SEED = np.uint64(0x2545F4914F6CDD1D)
_BASE = np.uint64(0xD6E8FEB86659FD93)


@kernel
def shingles(offsets: Offsets, text: Bytes, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the n-grams of each text as hashes, ascending and each once: (offsets int64[rows + 1], uint64[*]).

    A text of fewer than n words is one n-gram, a text of none has none.
    """
    words = np.empty(offsets[-1] - offsets[0], np.uint64)
    out_offsets, out, size = np.zeros(len(offsets), np.int64), np.empty(offsets[-1] - offsets[0], np.uint64), 0
    for row in range(len(offsets) - 1):
        at, count = offsets[row], 0
        while at < offsets[row + 1]:
            stop = at
            while text[stop] != 32:
                stop += 1
            words[count] = xxh64(text, at, stop, _SEED)
            count, at = count + 1, stop + 1
        grams = np.empty(max(1, count - n + 1) if count else 0, np.uint64)
        for i in range(len(grams)):
            gram = np.uint64(0)
            for k in range(i, min(i + n, count)):
                gram = gram * _BASE + words[k]
            grams[i] = mix64(gram)
        grams.sort()
        for i in range(len(grams)):
            if i == 0 or grams[i] != grams[i - 1]:
                out[size] = grams[i]
                size += 1
        out_offsets[row + 1] = size
    return out_offsets, out[:size].copy()


@kernel
def jaccard(left_offsets: np.ndarray, left: np.ndarray, right_offsets: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return float64[rows]: the share that each two sets, ascending, have in common of what they have together; 0 where both are empty."""
    out = np.zeros(len(left_offsets) - 1)
    for row in range(len(out)):
        i, j, common = left_offsets[row], right_offsets[row], 0
        while i < left_offsets[row + 1] and j < right_offsets[row + 1]:
            common += left[i] == right[j]
            before = left[i]
            i += before <= right[j]
            j += right[j] <= before
        union = left_offsets[row + 1] - left_offsets[row] + right_offsets[row + 1] - right_offsets[row] - common
        if union:
            out[row] = common / union
    return out
