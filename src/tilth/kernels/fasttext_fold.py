"""Two layers made one, and vectors made bytes: what makes a trained model small."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel


@kernel
def fold_layers(vectors: np.ndarray, toward: np.ndarray, scale: np.float32, offset: np.float32) -> np.ndarray:
    """Return `scale * vectors @ toward.T + offset`, float32[rows, len(toward)], of float32[rows, dim] and float32[k, dim]."""
    folded = np.empty((len(vectors), len(toward)), np.float32)
    for i in range(len(vectors)):
        for k in range(len(toward)):
            total = np.float32(0)
            for j in range(vectors.shape[1]):
                total += vectors[i, j] * toward[k, j]
            folded[i, k] = scale * total + offset
    return folded


@kernel
def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the nearest of at most 256 centroids float32[k, width] for each point float32[n, width], the first of several; uint8[n]."""
    codes = np.empty(len(points), np.uint8)
    for i in range(len(points)):
        best, least = 0, np.float32(np.inf)
        for c in range(len(centroids)):
            far = np.float32(0)
            for j in range(points.shape[1]):
                apart = points[i, j] - centroids[c, j]
                far += apart * apart
            if far < least:
                best, least = c, far
        codes[i] = best
    return codes


@kernel
def means(points: np.ndarray, codes: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the mean of the points of each centroid, float32[k, width]; one that has none stays where it is."""
    totals, counts = np.zeros(centroids.shape, np.float64), np.zeros(len(centroids), np.int64)
    for i in range(len(points)):
        counts[codes[i]] += 1
        for j in range(points.shape[1]):
            totals[codes[i], j] += points[i, j]
    found = centroids.copy()
    for c in range(len(centroids)):
        if counts[c]:
            for j in range(points.shape[1]):
                found[c, j] = np.float32(totals[c, j] / counts[c])
    return found
