"""The blocks of a join in which matches are likely, first: what makes a limit cheap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tilth.semantic.asking.meter import Asks
from tilth.semantic.pairs.block_join import Block, block_join
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts
from tilth.semantic.pairs.search_join import promising


async def promising_block_join(
    session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], near: tuple[np.ndarray, np.ndarray]
) -> Verdicts:
    """Return the verdicts of a block join whose rows stand so that those that are `near` each other share blocks, the most alike first.

    The first prompt then shows the rows that have the best partners, together with these.
    """
    pairs = promising(near)
    lefts = list(dict.fromkeys([*(n for n, _ in pairs), *range(len(left))]))
    rights = list(dict.fromkeys([*(m for _, m in pairs), *range(len(right))]))
    alike = _alike(near, lefts, rights)

    def promise(each: Block) -> float:
        return sum(alike.get((n, m), 0.0) for n in each.left for m in each.right)

    found = await block_join(session, task, [left[n] for n in lefts], [right[m] for m in rights], promise)
    return Verdicts(*({(lefts[n], rights[m]): answer for (n, m), answer in part.items()} for part in (found.matches, found.unanswered)))


def _alike(near: tuple[np.ndarray, np.ndarray], lefts: Sequence[int], rights: Sequence[int]) -> dict[Pair, float]:
    """Return how alike pairs are, by their places in these orders."""
    which, score = near
    at1, at2 = {n: i for i, n in enumerate(lefts)}, {m: i for i, m in enumerate(rights)}
    return {(at1[n], at2[m]): float(score[n, i]) for n in range(len(which)) for i, m in enumerate(which[n].tolist()) if m >= 0}
