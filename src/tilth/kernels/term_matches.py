"""Words of texts that are in a table of hashes."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel

_SEED = np.uint64(0)


@kernel
def term_matches(starts: np.ndarray, stops: np.ndarray, data: Bytes, hashes: np.ndarray) -> np.ndarray:
    """Return int64[k, 2]: i of each word data[starts[i]:stops[i]] whose XXH64 is in `hashes` (uint64, ascending), and its place there."""
    at = np.full(len(starts), -1, np.int64)
    many = 0
    for i in range(len(starts)):
        word = xxh64(data, starts[i], stops[i], _SEED)
        place = np.searchsorted(hashes, word)
        if place < len(hashes) and hashes[place] == word:
            at[i] = place
            many += 1
    found = np.empty((many, 2), np.int64)
    k = 0
    for i in range(len(starts)):
        if at[i] >= 0:
            found[k, 0], found[k, 1] = i, at[i]
            k += 1
    return found


@kernel
def word_hashes(starts: np.ndarray, stops: np.ndarray, data: Bytes) -> np.ndarray:
    """Return uint64[words]: the XXH64 of each word data[starts[i]:stops[i]]."""
    found = np.empty(len(starts), np.uint64)
    for i in range(len(starts)):
        found[i] = xxh64(data, starts[i], stops[i], _SEED)
    return found
