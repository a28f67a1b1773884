"""Cosines of unit vectors in whole numbers: sums of products that no order, block or machine changes.

A unit vector is int16[dim], each component times 2**14; a dot product of two fits int32 (Cauchy and Schwarz) and is the cosine times
2**28, to about 1e-4.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel

ONE = 1 << 28  # the dot product of a vector with itself
_SCALE = 16384.0
_BLOCK = 256  # vectors that stay in the first caches while others pass by


@kernel
def units(vectors: np.ndarray) -> np.ndarray:
    """Return int16[n, dim]: each vector (float32) at length one, or zeros where it has no length or is not finite."""
    out = np.zeros(vectors.shape, np.int16)
    for row in range(len(vectors)):
        total = 0.0
        for x in vectors[row]:
            total += np.float64(x) * np.float64(x)
        if total > 0.0 and total < np.inf:
            factor = _SCALE / np.sqrt(total)
            for j in range(vectors.shape[1]):
                out[row, j] = np.int16(np.rint(vectors[row, j] * factor))
    return out


@kernel(allocates=False)
def dot(a: np.ndarray, b: np.ndarray) -> np.int32:
    """Return the dot product of two unit vectors."""
    total = np.int32(0)
    for j in range(len(a)):
        total = np.int32(total + np.int32(np.int32(a[j]) * np.int32(b[j])))
    return total


@kernel
def nearest(vectors: np.ndarray, centres: np.ndarray, probes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `probes` nearest centres of each vector, nearest first, the lower number first where two are as near.

    (int32[n, probes], int32[n, probes]): their numbers, and the dot products with them.
    """
    which = np.zeros((len(vectors), probes), np.int32)
    best = np.full((len(vectors), probes), np.int32(-(2**31)), np.int32)
    for row in range(len(vectors)):
        vector, numbers, dots = vectors[row], which[row], best[row]
        for number in range(len(centres)):
            near = dot(vector, centres[number])
            if near > dots[probes - 1]:
                at = probes - 1
                while at > 0 and dots[at - 1] < near:
                    dots[at], numbers[at] = dots[at - 1], numbers[at - 1]
                    at -= 1
                dots[at], numbers[at] = near, number
    return which, best


@kernel
def sums(vectors: np.ndarray, which: np.ndarray, centres: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (int64[centres] how many vectors go to each, int64[centres, dim] their sums)."""
    counts, totals = np.zeros(centres, np.int64), np.zeros((centres, vectors.shape[1]), np.int64)
    for row in range(len(vectors)):
        counts[which[row]] += 1
        total = totals[which[row]]
        for j in range(len(total)):
            total[j] += vectors[row, j]
    return counts, totals


@kernel(allocates=False)
def _next(vectors: np.ndarray, i: int, start: int, stop: int, least: int) -> int:
    """Return the first of the vectors `start` to `stop` that has a dot product of `least` with vector `i`, or `stop`."""
    vector = vectors[i]
    for j in range(start, stop):
        if dot(vector, vectors[j]) >= least:
            return j
    return stop


@kernel
def alike(vectors: np.ndarray, least: int, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (later int64[m], earlier int64[m], dot int32[m]): for each vector the first `most` before it with a dot product of `least`.

    Costs n**2 / 2 products where none is alike, and needs no memory but the answer: blocks of earlier vectors stay in the cache
    while a block of later ones passes by.
    """
    found = np.zeros(len(vectors), np.int64)
    left, right, dots = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.int32)
    size = 0
    for high in range(0, len(vectors), _BLOCK):
        for low in range(0, high + 1, _BLOCK):
            for i in range(high, min(high + _BLOCK, len(vectors))):
                stop = min(low + _BLOCK, i)
                j = low if found[i] < most else stop
                while j < stop:
                    j = _next(vectors, i, j, stop, least)
                    if j < stop:
                        if size == len(left):
                            left, right = np.concatenate((left, left)), np.concatenate((right, right))
                            dots = np.concatenate((dots, dots))
                        left[size], right[size], dots[size] = i, j, dot(vectors[i], vectors[j])
                        size += 1
                        found[i] += 1
                        j = j + 1 if found[i] < most else stop
    return left[:size].copy(), right[:size].copy(), dots[:size].copy()


@kernel
def spread(vectors: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Return the places (int64[k], k <= len(draws)) of vectors far from each other: k-means++.

    `draws` are float64 in [0, 1): each picks a vector with a chance in proportion to its squared distance from the nearest that is
    picked already. Fewer where all vectors are equal to a picked one.
    """
    picked = np.empty(len(draws), np.int64)
    far = np.full(len(vectors), np.int64(4 * ONE), np.int64)
    for k in range(len(draws)):
        total = np.int64(0)
        for i in range(len(vectors)):
            total += far[i]
        if total == 0:
            return picked[:k].copy()
        left, at = np.int64(draws[k] * total), 0
        while left >= far[at]:
            left -= far[at]
            at += 1
        picked[k] = at
        far[at] = 0
        for i in range(len(vectors)):
            apart = np.int64(0)
            for j in range(vectors.shape[1]):
                step = np.int64(vectors[i, j]) - np.int64(vectors[at, j])
                apart += step * step
            far[i] = min(far[i], apart)
    return picked
