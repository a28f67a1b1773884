"""Which steps changed of whom a corpus speaks, by more than dropping as many rows at random would."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from tilth.stats.spoken import Spoken, Sums, shares

ENOUGH = 10  # rows with any mention, of those that went and of those that stayed: below, the normal distribution is no guide
LEVEL = 0.05
ALL = "all steps"


@dataclass(frozen=True)
class Shift:
    """What one step did to the share of one signal: of a group's mentions in those of all groups, or of those near a context in its own.

    `chance`: 95 of 100 random choices of as many rows would change it by less. `p` is of so large a change by chance, corrected for all
    comparisons of the run (Holm); both are None where too few rows speak of anyone. `place` is that of the step, -1 for all together.
    """

    place: int
    step: str
    signal: str
    rows: int
    before: float
    after: float
    chance: float | None
    p: float | None

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def beyond_chance(self) -> bool:
        return self.p is not None and self.p < LEVEL


def shifts(of: Spoken | None) -> tuple[Shift, ...]:
    """Return what each step that dropped counted rows did to each share, and what all of them did together, in the order of the run.

    What a step did is known, not estimated: the question is what it means. A row goes or stays as a whole, with all its mentions, and
    some rows have many; so rows are what is dealt out, and the variance of a share under random dropping is that of a ratio in sampling
    without replacement. Counting mentions as if each came alone finds bias in a third to two thirds of steps that chose at random
    (docs/bias.md).

    Source: ratio estimates of Cochran, Sampling Techniques, 3rd ed. 1977, sections 2.11 and 6.4; Holm, A Simple Sequentially Rejective
    Multiple Test Procedure, 1979.
    """
    if of is None:
        return ()
    now, found, total = of.kept, list[Shift](), None
    for place, gone in reversed(of.gone.items()):
        found = _of_step(of, place, now, gone) + found
        now, total = now.plus(gone), gone if total is None else total.plus(gone)
    if total is not None and len(of.gone) > 1:
        found += _of_step(of, -1, of.kept, total)
    return corrected(found)


def _of_step(of: Spoken, place: int, left: Sums, gone: Sums) -> list[Shift]:
    step, before, found = ALL if place < 0 else of.steps[place], left.plus(gone), []
    for at, share in enumerate(shares(of.names)):
        whole, squares, mixed, whole_squares, _ = before.moments[:, at].tolist()
        rest = float(left.moments[0, at])
        if not rest:
            continue
        ratio = int(before.mentions[share.part]) / whole
        after = int(left.mentions[share.part]) / rest
        spread = _spread(squares - 2 * ratio * mixed + ratio**2 * whole_squares, left.rows, gone.rows) / rest
        sure = min(left.moments[4, at], gone.moments[4, at]) >= ENOUGH and spread > 0
        p = 2 * NormalDist().cdf(-abs(after - ratio) / spread) if sure else None
        chance = NormalDist().inv_cdf(1 - LEVEL / 2) * spread if sure else None
        found.append(Shift(place, step, of.names[share.part], gone.rows, ratio, after, chance, p))
    return found


def _spread(residuals: float, left: int, gone: int) -> float:
    """Return the standard deviation of the residuals' sum over the rows that stay, for squares that add up to `residuals` over all."""
    rows = left + gone
    return math.sqrt(max(0.0, residuals) * left * gone / (rows * (rows - 1))) if rows > 1 else 0.0


def corrected(found: Sequence[Shift]) -> tuple[Shift, ...]:
    """Return the shifts with their p for all comparisons together.

    >>> [one.p for one in corrected([Shift(0, "", "", 1, 0.5, 0.4, 0.1, p) for p in (0.01, None, 0.04, 0.03)])]
    [0.03, None, 0.06, 0.06]
    """
    order = sorted((at for at, one in enumerate(found) if one.p is not None), key=lambda at: found[at].p or 0.0)
    result, most = list(found), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, (len(order) - rank) * (found[at].p or 0.0)))
        result[at] = replace(found[at], p=most)
    return tuple(result)
