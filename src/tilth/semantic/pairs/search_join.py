"""Join by searching first: only the pairs that are most alike are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tilth.semantic.asking.meter import Asks
from tilth.semantic.guarantees.share import least_share
from tilth.semantic.pairs.block_join import block_join
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts, ask_pairs


async def search_join(
    session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], near: tuple[np.ndarray, np.ndarray]
) -> Verdicts:
    """Return the verdicts on the pairs of each left row and the right rows that are `near` it, the most alike asked first.

    A match that is not among the candidates is not found: `near` (int64[left, k] right rows or -1, float64[left, k] how alike) is
    where recall is decided; see `enough_candidates`.

    Source: the search-filter join of LOTUS (Patel et al., VLDB 2025), its pairs asked many a prompt.
    """
    return await ask_pairs(session, task, left, right, promising(near), Verdicts())


def promising(near: tuple[np.ndarray, np.ndarray]) -> list[Pair]:
    """Return the pairs of (left, right) that `near` holds, the most alike first.

    >>> promising((np.array([[1, 0], [0, -1]]), np.array([[0.9, 0.2], [0.5, 0.0]])))
    [(0, 1), (1, 0), (0, 0)]
    """
    which, score = near
    lefts = np.repeat(np.arange(len(which)), which.shape[1])
    order = np.argsort(-score.ravel(), kind="stable")
    return [(n, m) for n, m in zip(lefts[order].tolist(), which.ravel()[order].tolist(), strict=True) if m >= 0]


async def enough_candidates(
    session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], which: np.ndarray, recall: float, sample: int = 64
) -> tuple[int, Verdicts]:
    """Return how many candidates of each left row hold a share of `recall` of the matches, and the verdicts on the sample that says so.

    A sample of left rows is joined with all right rows, in blocks; the answer is the least number of candidates (of those in `which`,
    int64[left, k]) that holds so many of the sample's matches that the share is above `recall` with a probability of 95 %
    (Clopper and Pearson 1934). It is 0 where the sample has too few matches, or its matches are too far apart, to say so.
    """
    chosen = np.unique(np.linspace(0, len(left) - 1, min(sample, len(left))).astype(int)).tolist()
    found = await block_join(session, replace(task, limit=0), [left[n] for n in chosen], right)
    known = Verdicts(*({(chosen[n], m): answer for (n, m), answer in part.items()} for part in (found.matches, found.unanswered)))
    ranks = sorted(int(at[0]) for n, m in known.matches if len(at := np.flatnonzero(which[n] == m)))
    for inside, rank in enumerate(ranks, 1):
        if least_share(inside, len(known.matches)) >= recall:
            return rank + 1, known
    return 0, known
