"""LIMIT: the order in which to ask when a few positives are enough, and when to stop."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from tilth.semantic.guarantees.strata import Inquiry, Ints, checked

_WIDEST = 8  # times the rows of the batch before: what is bought beyond need stays in proportion


def limit(scores: ArrayLike, rows: int) -> Inquiry[Ints]:
    """Find `rows` positives, or all if there are fewer: the highest scores first, in batches as large as the rate so far calls for.

    Yields int64 arrays of rows to label, is sent bools, returns the first `rows` positive rows in the order asked. Every row returned was
    verified; equal scores are asked about in the order of the rows.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> answered(limit([0.1, 0.9, 0.8, 0.7], 2), lambda rows: rows != 1).tolist()
    [2, 3]
    """
    order = np.argsort(-checked(scores, "limit"), kind="stable").astype(np.int64)
    found, asked, size = np.zeros(0, np.int64), 0, rows
    while len(found) < rows and asked < len(order):
        batch = order[asked : asked + size]
        found = np.r_[found, batch[np.asarray((yield batch)).astype(np.bool_)]]
        asked += len(batch)
        needed = (rows - len(found)) * (asked + 2) / (len(found) + 1)
        size = max(1, min(math.ceil(needed), _WIDEST * len(batch)))
    return found[:rows]
