"""The one loop in which both scoring and training spend most of their time."""

from __future__ import annotations

import numpy as np

from tilth.kernels.fasttext_words import Int
from tilth.kernels.jit import kernel


@kernel(allocates=False)
def add_rows(weights: np.ndarray, rows: np.ndarray, first: Int, end: Int, vector: np.ndarray) -> None:
    """Add the vectors `rows[first:end]` of `weights` float32[*, dim] to `vector` float32[dim], each in its turn.

    Eight are added in one loop, and a lone number in none, for the sum to stay in the processor.
    """
    i = first
    if len(vector) == 1:
        alone = vector[0]
        for k in range(first, end):
            alone += weights[rows[k], 0]
        vector[0], i = alone, end
    while i + 8 <= end:
        a, b, c, d = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        e, f, g, h = rows[i + 4], rows[i + 5], rows[i + 6], rows[i + 7]
        for j in range(len(vector)):
            half = vector[j] + weights[a, j] + weights[b, j] + weights[c, j] + weights[d, j]
            vector[j] = half + weights[e, j] + weights[f, j] + weights[g, j] + weights[h, j]
        i += 8
    for k in range(i, end):
        for j in range(len(vector)):
            vector[j] += weights[rows[k], j]
