"""The nearest of many unit vectors, of those that are near at all: products estimated in blocks, and made whole where they may count."""

from __future__ import annotations

import numpy as np

from tilth.kernels.cosine import dot
from tilth.kernels.jit import kernel

_ROWS, _BLOCK = 128, 4096  # their products, 2 MB, are read while they are in the cache
_ROUNDING = 32.0  # a float32 sum of d products is off by d * 2**-24 of 2**28 at most, which is 16 d: twice that


@kernel
def _keep(
    vectors: np.ndarray, others: np.ndarray, estimates: np.ndarray, row: int, other: int, least: int, which: np.ndarray, best: np.ndarray
) -> None:
    """Take the pairs of a block whose estimate may be `least`, or more than the worst that is kept, into `which` and `best`."""
    slack, probes = _ROUNDING * vectors.shape[1], which.shape[1]
    for i in range(len(estimates)):
        numbers, dots = which[row + i], best[row + i]
        bound = np.float32(max(least, dots[probes - 1]) - slack)
        for j in range(estimates.shape[1]):
            if estimates[i, j] < bound:
                continue
            near = dot(vectors[row + i], others[other + j])
            if near < least or near <= dots[probes - 1]:
                continue
            at = probes - 1
            while at > 0 and dots[at - 1] < near:
                dots[at], numbers[at] = dots[at - 1], numbers[at - 1]
                at -= 1
            dots[at], numbers[at] = near, other + j
            bound = np.float32(max(least, dots[probes - 1]) - slack)


def nearest_above(vectors: np.ndarray, others: np.ndarray, wide: np.ndarray, probes: int, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what `cosine.nearest` does of those whose dot product is `least` or more; the places of others have a product below 0.

    `vectors` int16[n, dim], `others` int16[m, dim] and the same as float32 in `wide`. Answers are whole numbers of whole numbers, so they
    depend neither on blocks nor on the library that multiplies them; `least` is above -2**31.

    >>> a = np.array([[16384, 0]], np.int16)
    >>> nearest_above(a, np.array([[0, 16384], [11585, 11585]], np.int16), np.float32([[0, 16384], [11585, 11585]]), 1, 1)[0]
    array([[1]], dtype=int32)
    """
    which, best = np.zeros((len(vectors), probes), np.int32), np.full((len(vectors), probes), -(2**31), np.int32)
    for row in range(0, len(vectors), _ROWS):
        some = vectors[row : row + _ROWS].astype(np.float32)
        for other in range(0, len(others), _BLOCK):
            _keep(vectors, others, some @ wide[other : other + _BLOCK].T, row, other, least, which, best)
    return which, best
