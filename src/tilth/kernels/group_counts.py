"""Mentions of groups, and of contexts beside them, in words."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel

_SEED = np.uint64(0)


@kernel(allocates=False)
def _lists_of(data: Bytes, start: int, stop: int, terms: np.ndarray, lists: np.ndarray) -> int:
    """Return the bits of the lists that the word data[start:stop] is in."""
    word = xxh64(data, start, stop, _SEED)
    low, high = 0, len(terms)
    while low < high:
        middle = (low + high) // 2
        if terms[middle] < word:
            low = middle + 1
        else:
            high = middle
    return int(lists[low]) if low < len(terms) and terms[low] == word else 0


@kernel
def group_counts(
    starts: np.ndarray, stops: np.ndarray, ends: np.ndarray, data: Bytes, terms: np.ndarray, lists: np.ndarray, groups: int, contexts: int,
    window: int,
) -> np.ndarray:
    """Return int64[texts, groups * (1 + contexts)]: mentions of each group, then for each group its mentions near each context.

    Text j has the words data[starts[i]:stops[i]] from ends[j] to ends[j + 1]. `terms` are XXH64 of words, ascending, `lists` (int64) the
    lists that each is in: bit g for group g, bit groups + c for context c. Near: at most `window` words away.
    """
    found = np.zeros((len(ends) - 1, groups * (1 + contexts)), np.int64)
    said = np.empty(len(starts), np.int64)
    for i in range(len(starts)):
        said[i] = _lists_of(data, starts[i], stops[i], terms, lists)
    for row in range(len(found)):
        for i in range(ends[row], ends[row + 1]):
            if not said[i] & ((1 << groups) - 1):
                continue
            near = 0
            for k in range(max(ends[row], i - window), min(ends[row + 1], i + window + 1)):
                near |= said[k] >> groups
            for group in range(groups):
                if said[i] >> group & 1:
                    found[row, group] += 1
                    for context in range(contexts):
                        found[row, groups + group * contexts + context] += near >> context & 1
    return found
