"""The best k of many by comparing pairs: quicksort of the parts that reach into the first k places, a batch of prompts a round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tilth.semantic.pairs.compare import Referee


@dataclass(frozen=True)
class Part:
    """Rows known to stand together in the order, and how many stand before them."""

    rows: list[int]
    before: int = 0


async def best(referee: Referee, rows: Sequence[int], k: int, rank: Callable[[int], tuple[float, int]]) -> list[int]:
    """Return the best `k` of `rows`, best first, with about 2n + k log k comparisons.

    `rank` orders rows where the model does not: the smaller stays before. It also picks the pivot: in a part that the k-th place
    cuts, the row which `rank` puts there, so that a good guess of the order makes it nearly n comparisons. Rows that tie with a pivot
    are left aside and put between the others at the end, by comparing them with those whose order is known; if a pivot ties with more
    than half of its part the model is guessing, and `rank` decides.

    Source: quickselect (Hoare 1961); by a model's comparisons, sem_topk of LOTUS (Patel et al., VLDB 2025).
    """
    parts, aside = [Part(sorted(rows, key=rank))], list[int]()
    while any(_open(part, k) for part in parts):
        pivots = [part.rows[_pivot(part, k)] if _open(part, k) else -1 for part in parts]
        pairs = [(row, pivot) for part, pivot in zip(parts, pivots, strict=True) if pivot >= 0 for row in part.rows if row != pivot]
        said = dict(zip(pairs, await referee.compare(pairs), strict=True))
        parts = _split(parts, pivots, said, aside, rank)
    order = [row for part in parts for row in part.rows][:k]
    return await _put_in(referee, order, aside, k, rank) if aside else order


def _open(part: Part, k: int) -> bool:
    return len(part.rows) > 1 and part.before < k


def _pivot(part: Part, k: int) -> int:
    """The place of the pivot: the k-th where it lies inside this part, else the middle."""
    wanted = k - part.before
    return wanted - 1 if 1 < wanted < len(part.rows) else len(part.rows) // 2


def _split(
    parts: list[Part], pivots: list[int], said: dict[tuple[int, int], int], aside: list[int], rank: Callable[[int], tuple[float, int]]
) -> list[Part]:
    done: list[Part] = []
    before = 0
    for part, pivot in zip(parts, pivots, strict=True):
        pieces = [part.rows]
        if pivot >= 0:
            told = {row: said[row, pivot] for row in part.rows if row != pivot}
            tied = [row for row, which in told.items() if which == 0]
            if 2 * len(tied) > len(told) > 1 or len(told) == 1:
                told |= {row: 1 if rank(row) < rank(pivot) else -1 for row in tied}
            else:
                aside += tied
            pieces = [[row for row in told if told[row] > 0], [pivot], [row for row in told if told[row] < 0]]
        for piece in filter(None, pieces):
            done.append(Part(piece, before))
            before += len(piece)
    return done


async def _put_in(referee: Referee, order: list[int], aside: list[int], k: int, rank: Callable[[int], tuple[float, int]]) -> list[int]:
    """Return the first `k` of `order` with the rows `aside` put in where they belong.

    Each looks for its place by halving; where it ties with a row of the order, that row's neighbours are asked instead.
    """
    places = await _places(referee, order, aside, rank)
    done: list[int] = []
    for place in range(len(order) + 1):
        here = [row for row, at in places.items() if at == place]
        if here and len(done) < k:
            done += await best(referee, here, min(len(here), k - len(done)), rank)
        done += order[place : place + 1]
    return done[:k]


async def _places(referee: Referee, order: list[int], aside: list[int], rank: Callable[[int], tuple[float, int]]) -> dict[int, int]:
    spans = {row: (0, len(order)) for row in aside}
    tied: dict[int, set[int]] = {row: set() for row in aside}
    while open_rows := [row for row, (low, high) in spans.items() if low < high]:
        asked = [(row, at) for row in open_rows if (at := _nearest_untied(*spans[row], tied[row])) >= 0]
        said = await referee.compare((row, order[at]) for row, at in asked)
        for row in set(open_rows) - {row for row, _ in asked}:  # all that is left ties with it
            low, high = spans[row]
            at = low + sum(rank(order[n]) < rank(row) for n in range(low, high))
            spans[row] = (at, at)
        for (row, at), which in zip(asked, said, strict=True):
            low, high = spans[row]
            if which == 0:
                tied[row].add(at)
            else:
                spans[row] = (low, at) if which > 0 else (at + 1, high)
    return {row: low for row, (low, _) in spans.items()}


def _nearest_untied(low: int, high: int, tied: set[int]) -> int:
    """Return the place nearest the middle that is not known to tie, -1 where there is none."""
    middle = (low + high) // 2
    return min((at for at in range(low, high) if at not in tied), key=lambda at: (abs(at - middle), at), default=-1)
