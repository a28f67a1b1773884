"""The n-grams of words of texts, and how far two sets of them agree.

Texts come as `kernels.normalise` leaves them: words, each followed by one space.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.minhash import gram_of, hash_words


@kernel
def shingles(offsets: Offsets, text: Bytes, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the n-grams of each text in turn, as hashes: (offsets int64[rows + 1], uint64[*]).

    A text of fewer than n words is one n-gram, a text of none has none.
    """
    longest = np.diff(offsets).max() if len(offsets) > 1 else 0
    words = np.empty(longest // 2 + 1, np.uint64)
    out_offsets, out, size = np.zeros(len(offsets), np.int64), np.empty((offsets[-1] - offsets[0]) // 2 + 1, np.uint64), 0
    for row in range(len(offsets) - 1):
        _, have = hash_words(text, offsets[row], offsets[row + 1], words, 0)
        for i in range(max(min(1, have), have - n + 1)):
            out[size] = gram_of(words, i, min(n, have))
            size += 1
        out_offsets[row + 1] = size
    return out_offsets, out[:size]


@kernel
def distinct(offsets: np.ndarray, grams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the same with each n-gram once; each text's are ascending."""
    out_offsets, out, size = np.zeros(len(offsets), np.int64), np.empty_like(grams), 0
    for row in range(len(offsets) - 1):
        for i in range(offsets[row], offsets[row + 1]):
            out[size] = grams[i]
            size += i == offsets[row] or grams[i] != grams[i - 1]
        out_offsets[row + 1] = size
    return out_offsets, out[:size]


@kernel
def jaccard(offsets: np.ndarray, sets: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return float64[pairs]: the share that the sets `left[i]` and `right[i]`, ascending, have in common of what they have together.

    0 where both are empty.
    """
    out = np.zeros(len(left))
    for pair in range(len(out)):
        i, j, common = offsets[left[pair]], offsets[right[pair]], 0
        i_end, j_end = offsets[left[pair] + 1], offsets[right[pair] + 1]
        union = i_end - i + j_end - j
        while i < i_end and j < j_end:
            a, b = sets[i], sets[j]
            common += a == b
            i += a <= b
            j += b <= a
        if union:
            out[pair] = common / (union - common)
    return out
