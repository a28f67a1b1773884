"""Hashes of n-grams of words, each once a passage with how often it stands there."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import TOP_BIT, mix64, xxh64
from tilth.kernels.jit import kernel

_SEED, _BASE = np.uint64(0), np.uint64(0xD6E8FEB86659FD93)


@kernel
def ngram_counts(starts: np.ndarray, stops: np.ndarray, ends: np.ndarray, data: Bytes, n: int, least: int) -> tuple[np.ndarray, ...]:
    """Return (gram uint64[k], passage int64[k], times int64[k], sizes int64[passages]) of words data[starts[i]:stops[i]].

    Passage j has the words ends[j] to ends[j + 1]; fewer than `n` of them, but at least `least`, are one n-gram. `sizes` counts the n-grams
    of each passage, repeats included. A gram has its top bit set.
    """
    words = np.empty(len(starts), np.uint64)
    for i in range(len(starts)):
        words[i] = mix64(xxh64(data, starts[i], stops[i], _SEED))
    found, passages, times = np.empty(len(words), np.uint64), np.empty(len(words), np.int64), np.empty(len(words), np.int64)
    sizes, k = np.zeros(len(ends) - 1, np.int64), 0
    for passage in range(len(sizes)):
        first, many = ends[passage], ends[passage + 1] - ends[passage]
        size = min(n, many)
        if many == 0 or size < least:
            continue
        sizes[passage] = many - size + 1
        _hash(words, first, size, found[k : k + sizes[passage]])
        found[k : k + sizes[passage]].sort()
        k = _count(found, k, k + sizes[passage], passage, passages, times)
    return found[:k].copy(), passages[:k].copy(), times[:k].copy(), sizes


@kernel(allocates=False)
def _hash(words: np.ndarray, first: int, size: int, out: np.ndarray) -> None:
    """Fill `out` with the hashes of the n-grams of `size` words from words[first] on: a polynomial, rolled on from one to the next."""
    top, gram = np.uint64(1), np.uint64(0)
    for i in range(size):
        gram = gram * _BASE + words[first + i]
        top *= _BASE
    for i in range(len(out)):
        out[i] = mix64(gram + np.uint64(size)) | TOP_BIT
        gram = gram * _BASE + words[first + i + size] - top * words[first + i] if i + 1 < len(out) else gram


@kernel(allocates=False)
def _count(found: np.ndarray, at: int, end: int, passage: int, passages: np.ndarray, times: np.ndarray) -> int:
    """Leave of the sorted found[at:end] each value once, with how often it stands there; return their end."""
    k = at - 1
    for i in range(at, end):
        if i == at or found[i] != found[i - 1]:
            k += 1
            found[k], passages[k], times[k] = found[i], passage, 0
        times[k] += 1
    return k + 1
