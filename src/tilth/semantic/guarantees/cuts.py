"""A cut of rows by proxy score, and the plan for one: which cut is likely to cost the fewest calls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tilth.errors import RecipeError
from tilth.semantic.guarantees.betting import Floats
from tilth.semantic.guarantees.strata import Bools, Ints, Strata
from tilth.semantic.guarantees.zones import HOPE, draws

_MARGIN = 0.5  # nats that a test loses to not knowing the best stake, in plans


@dataclass(frozen=True, eq=False)
class Cut:
    """What a search found: thresholds on the score, and the labels that it bought.

    A row that was asked about has the oracle's answer; of the others, a score of at least `accept_above` accepts, a score below
    `reject_below` rejects, and none lies between. `rows` (int64) and `answers` (bool) are the labels bought, rows ascending.
    `proof` is "bets" if something is decided unseen on the strength of a test, "oracle" if every row was asked about.
    """

    accept_above: float
    reject_below: float
    scores: Floats
    rows: Ints
    answers: Bools
    proof: Literal["bets", "oracle"]

    @property
    def calls(self) -> int:
        """How many rows the oracle was asked about; deciding the rows searched takes no more."""
        return len(self.rows)

    def decide(self) -> Bools:
        """Return for each row whether it is accepted."""
        decided = self.scores >= self.accept_above
        decided[self.rows] = self.answers
        return decided

    @classmethod
    def of(cls, rows: Strata, accept: Bools, reject: Bools) -> Cut:
        """Return the cut that accepts and rejects what is unseen in two zones, each of neighbouring strata."""
        asked = np.sort(rows.order[rows.answer >= 0])
        answers = np.empty(len(rows), np.bool_)
        answers[rows.order] = rows.answer == 1
        scores = np.empty(len(rows))
        scores[rows.order] = rows.scores
        above = rows.scores[accept[rows.stratum]].min(initial=math.inf)
        kept = rows.scores[~reject[rows.stratum]].min(initial=math.inf)
        below = min(kept, above) if reject.any() else -math.inf
        return cls(float(above), float(below), scores, asked, answers[asked], "bets" if len(asked) < len(rows) else "oracle")


@dataclass(frozen=True, eq=False)
class Trust:
    """From which confidence on each class of a proxy is trusted, and the labels bought: a row asked about keeps the oracle's label.

    `above` holds a (class, confidence) for each class that the proxy gave; `rows` and `labels` (int64) are the labels bought, rows
    ascending. No row is left that is neither trusted nor asked about.
    """

    above: tuple[tuple[int, float], ...]
    expected: Ints
    rows: Ints
    labels: Ints
    proof: Literal["bets", "oracle"]

    @property
    def calls(self) -> int:
        """How many rows the oracle was asked about."""
        return len(self.rows)

    def decide(self) -> Ints:
        """Return the class of each row."""
        decided = self.expected.copy()
        decided[self.rows] = self.labels
        return decided

    @classmethod
    def of(cls, rows: Strata, expected: Ints, trusted: Bools) -> Trust:
        """Return what is trusted in a zone that holds, of each class, the first strata."""
        asked = np.flatnonzero(rows.answer >= 0)
        asked = asked[np.argsort(rows.order[asked])]
        inside = trusted[rows.stratum]
        least = [float(rows.scores[inside & (rows.groups == group)].min(initial=math.inf)) for group in np.unique(rows.groups)]
        above = tuple(zip(np.unique(expected).tolist(), least, strict=True))
        return cls(above, expected, rows.order[asked], rows.label[asked], "bets" if len(asked) < len(rows) else "oracle")


@dataclass(frozen=True)
class Plan:
    """Two cuts, counted in strata from the top: [0, accept) is accepted unseen, [reject, end) rejected unseen; and the calls expected."""

    accept: int
    reject: int
    cost: float


@dataclass(frozen=True)
class Targets:
    """Shares of precision and recall to keep, with probability 1 - delta; up to `overlook` positives may be missed whatever their share."""

    precision: float
    recall: float
    delta: float
    overlook: int = 0

    def __post_init__(self) -> None:
        share(precision=self.precision, recall=self.recall)
        chance(self.delta)
        if self.overlook < 0:
            raise RecipeError(f"overlook is {self.overlook!r}.", where="semantic cascade", why="it is a number of rows", fix="overlook=0")

    def missable(self, true: float) -> float:
        """Return how many positives may be missed beside `true` ones that are returned: this rises by at most what `true` rises."""
        return max((1 / self.recall - 1) * true, self.overlook)

    def plan(
        self, rows: Strata, accepts: Ints | None = None, rejects: Ints | None = None, needed: tuple[float, float] | None = None,
    ) -> Plan:
        """Return the cheapest of the cuts after `accepts` and before `rejects` strata (default: all), by the rates estimated so far.

        `needed` is how far the logarithms of the two tests' capitals have to go; by default from the start.
        """
        places = np.arange(len(rows.size) + 1)
        pairs = np.meshgrid(places if accepts is None else accepts, places if rejects is None else rejects, indexing="ij")
        a, r = (each[pairs[0] <= pairs[1]] for each in pairs)
        to_accept, to_reject = needed or (math.log(2 / self.delta),) * 2
        rates, (left, ones) = rows.rates(), rows.counts()
        before, positive = np.r_[0, np.cumsum(left)], np.r_[0.0, np.cumsum(left * rates)]
        accepted, unseen = before[a] > 0, before[a]
        true = ones.sum() + positive[r] - positive[a]
        returned = true + unseen
        negative, allowed = unseen - positive[a], (1 - self.precision) * returned
        accepting = np.where(negative > HOPE * allowed, np.inf, draws(unseen, negative, allowed, to_accept + _MARGIN))
        missable = np.maximum((1 / self.recall - 1) * np.maximum(np.where(accepted, self.precision, 1.0) * returned, true), self.overlook)
        refusing = to_reject - np.where(accepted | (needed is not None), 0.0, math.log(2.0)) + _MARGIN  # alone it has all of delta
        rejecting = draws(before[-1] - before[r], positive[-1] - positive[r], missable, refusing)
        cost = before[r] - before[a] + np.where(accepted, accepting, 0.0) + rejecting
        best = int(np.argmin(cost))
        return Plan(int(a[best]), int(r[best]), float(cost[best]))


def pilot_size(rows: int) -> int:
    """Return how many of `rows` to label before the first plan; more teach the plan more than they cost only where rows are few."""
    return min(rows, max(20, round(math.sqrt(rows))))


def share(**targets: float) -> None:
    """Raise RecipeError for a target that is not in (0, 1]."""
    for name, target in targets.items():
        if not 0 < target <= 1:
            raise RecipeError(f"{name} is {target!r}.", where="semantic cascade", why="it is a share in (0, 1]", fix=f"{name}=0.9")


def chance(delta: float) -> None:
    """Raise RecipeError for a `delta` that is not in (0, 1)."""
    if not 0 < delta < 1:
        why = "it is the chance that the promise fails, between 0 and 1"
        raise RecipeError(f"delta is {delta!r}.", where="semantic cascade", why=why, fix="delta=0.05")
