"""The rows most alike by the sum of products of their sparse features: a matrix by postings, and the best of each row of it."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel


@kernel(allocates=False)
def _keep(score: float, row: int, best: np.ndarray, which: np.ndarray) -> None:
    """Put a row among the best, which stand in order, if it is one; of equal ones the smaller row stays before."""
    last = len(best) - 1
    if score > best[last] or (score == best[last] and row < which[last]):
        at = last
        while at > 0 and (best[at - 1] < score or (best[at - 1] == score and which[at - 1] > row)):
            best[at], which[at] = best[at - 1], which[at - 1]
            at -= 1
        best[at], which[at] = score, row


@kernel
def nearest(
    offsets: np.ndarray, features: np.ndarray, weights: np.ndarray,
    starts: np.ndarray, rows: np.ndarray, values: np.ndarray, count: int, k: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return (int64[n, k], float64[n, k]): the `k` of `count` rows with the greatest products with each query, best first; -1 for none.

    Query i has `features[offsets[i]:offsets[i + 1]]` (int32) with `weights` (float64); feature f is in
    `rows[starts[f]:starts[f + 1]]` (int32) with `values` (float64). A row that shares no feature is never among them.
    """
    queries = len(offsets) - 1
    which, best = np.full((queries, k), -1, np.int64), np.zeros((queries, k))
    scores, seen = np.zeros(count), np.empty(count, np.int32)
    for query in range(queries):
        found = 0
        for i in range(offsets[query], offsets[query + 1]):
            feature, weight = features[i], weights[i]
            for j in range(starts[feature], starts[feature + 1]):
                row = rows[j]
                if scores[row] == 0.0:
                    seen[found] = row
                    found += 1
                scores[row] += weight * values[j]
        for i in range(found):
            _keep(scores[seen[i]], seen[i], best[query], which[query])
            scores[seen[i]] = 0.0
    return which, best
