"""Rows in strata by their proxy score, with the answers bought so far: what a search for a cut looks at, buys and estimates."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tilth.errors import StepError
from tilth.semantic.guarantees.betting import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Result = TypeVar("Result")
Inquiry = Generator[Ints, ArrayLike, Result]  # yields the rows whose labels it wants next, is sent these labels, returns what it found


def answered(inquiry: Inquiry[Result], labels: Callable[[Ints], ArrayLike]) -> Result:
    """Run an inquiry to its end against `labels`, which answers an array of row numbers with an array of labels.

    >>> from tilth.semantic.guarantees.thresholds import precision_recall
    >>> gold = np.arange(400) < 150
    >>> cut = answered(precision_recall(-np.arange(400.0)), lambda rows: gold[rows])
    >>> cut.calls < 300, bool((cut.decide() & gold).sum() >= 135)
    (True, True)
    """
    try:
        wanted = next(inquiry)
        while True:
            wanted = inquiry.send(labels(wanted))
    except StopIteration as end:
        result: Result = end.value
        return result


def checked(scores: ArrayLike, where: str) -> Floats:
    """Return `scores` as float64[rows]; raises StepError if they are not one finite number a row."""
    found = np.asarray(scores, np.float64)
    if found.ndim != 1 or np.isnan(found).any():
        why = f"they have {found.ndim} dimensions" if found.ndim != 1 else f"{int(np.isnan(found).sum())} of {len(found)} are NaN"
        raise StepError("Proxy scores must be one number a row.", where=where, why=why, fix="give a row that has no score the lowest one")
    return found


class Strata:
    """Rows from the highest score to the lowest, cut into about `most` strata; equal scores stay together.

    With `expected`, the class that a proxy gives each row, the classes come one after the other, and an answer is 1 where the label is
    the class expected. Everything here counts in ranks: rank 0 is the highest score of the first class. `order[rank]` is the row.
    """

    def __init__(self, scores: Floats, expected: Ints | None = None, *, most: int = 128, seed: int = 0) -> None:
        groups = np.zeros(len(scores), np.int64) if expected is None else np.unique(expected, return_inverse=True)[1]
        self.order = np.lexsort((np.arange(len(scores)), -scores, groups)).astype(np.int64)
        self.scores, self.groups, self.expected = scores[self.order], groups[self.order], expected
        self.answer = np.full(len(scores), -1, np.int8)  # of each rank: -1 not asked, else 0 or 1
        self.label = np.full(len(scores), -1, np.int64)  # of each rank: what the oracle said
        self.random = np.random.default_rng(seed)
        self.stratum = self._cut(most)
        self.size = np.bincount(self.stratum)
        self.group = self.groups[np.searchsorted(self.stratum, np.arange(len(self.size)))]

    def _cut(self, most: int) -> Ints:
        """Return the stratum of each rank: by the place of the first rank of equal score, so that ties never part."""
        starts = np.r_[True, (np.diff(self.scores) != 0) | (np.diff(self.groups) != 0)][: len(self.scores)]
        first = np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0))
        width = max(1, -(-len(starts) // most))
        return np.unique(self.groups * (len(starts) + 1) + first // width, return_inverse=True)[1].astype(np.int64)

    def __len__(self) -> int:
        return len(self.answer)

    def top(self, strata: int) -> Bools:
        """Return the zone of the first `strata` strata (bool a stratum)."""
        return np.arange(len(self.size)) < strata

    def unseen(self, zone: Bools) -> Ints:
        """Return the ranks in the strata of `zone` (bool a stratum) that nobody has asked about."""
        return np.flatnonzero(zone[self.stratum] & (self.answer < 0))

    def returned(self, accept: Bools) -> int:
        """Return how many rows are returned if `accept` is accepted unseen: those, and all that were answered 1."""
        return len(self.unseen(accept)) + int((self.answer == 1).sum())

    def ask(self, ranks: Ints) -> Inquiry[None]:
        """Buy the answers of `ranks`."""
        self.answer[ranks] = yield from self.quote(ranks)

    def quote(self, ranks: Ints) -> Generator[Ints, ArrayLike, Bools]:
        """Buy the answers of `ranks` and return them, without entering them yet."""
        if not len(ranks):
            return np.zeros(0, np.bool_)
        labels = np.asarray((yield self.order[ranks]))
        if labels.shape != ranks.shape:
            raise StepError(
                "The labels sent do not fit the rows asked for.", where="semantic.thresholds",
                why=f"{labels.size} labels came for {len(ranks)} rows", fix="send one label a row, in the order asked",
            )
        if self.expected is None:
            return np.asarray(labels == 1)  # no answer (None, NaN) is not positive, as in SQL's WHERE
        self.label[ranks] = labels
        return np.asarray(labels == self.expected[self.order[ranks]])

    def pilot(self, count: int) -> Ints:
        """Return `count` ranks spread evenly over all, each at random within its share."""
        edges = np.linspace(0, len(self), min(count, len(self)) + 1).astype(np.int64)
        return np.asarray(self.random.integers(edges[:-1], edges[1:]), np.int64) if len(self) else np.zeros(0, np.int64)

    def counts(self) -> tuple[Ints, Ints]:
        """Return, of each stratum, the rows not asked about and the rows answered 1."""
        strata = len(self.size)
        return np.bincount(self.stratum[self.answer < 0], minlength=strata), np.bincount(self.stratum[self.answer == 1], minlength=strata)

    def rates(self) -> Floats:
        """Return the estimated share of 1 in each stratum, falling within each class. Only plans rest on it, never a guarantee."""
        left, ones = self.counts()
        found = np.empty(len(self.size))
        for group in np.unique(self.group):
            inside = self.group == group
            found[inside] = fitted(self.size[inside], ones[inside], (self.size - left)[inside])
        return found


_TRUST = 2.0  # labels that the curve is worth in each stratum, against the labels bought there


def fitted(size: Ints, ones: Floats | Ints, seen: Floats | Ints) -> Floats:
    """Return falling rates for strata of `size` rows, `ones` of `seen` labels: a logistic curve of the rank, corrected by what was seen."""
    middle = (np.cumsum(size) - size / 2) / size.sum()
    curve = logistic(np.log(middle / (1 - middle)), ones, seen)
    return falling(np.asarray(ones + _TRUST * curve), np.asarray(seen + _TRUST, np.float64))


def logistic(x: Floats, ones: Floats | Ints, seen: Floats | Ints) -> Floats:
    """Return the chances of 1 along `x`, by a logistic regression with a weak ridge (Newton's method)."""
    zeros = seen - ones
    centre = (x @ ones / max(ones.sum(), 1) + x @ zeros / max(zeros.sum(), 1)) / 2  # near where the curve turns
    terms, ridge, weights = np.stack([np.ones_like(x), x - centre], axis=1), np.diag([0.05, 0.05]), np.zeros(2)
    for _ in range(20):
        chance = 1 / (1 + np.exp(-np.clip(terms @ weights, -30, 30)))
        slope = terms.T @ (ones - seen * chance) - ridge @ weights
        bend = ridge + (terms.T * (seen * chance * (1 - chance))) @ terms
        weights = weights + np.clip(np.linalg.solve(bend, slope), -2, 2)
    return np.asarray(1 / (1 + np.exp(-np.clip(terms @ weights, -30, 30))))


def falling(ones: Floats, seen: Floats) -> Floats:
    """Return the best falling fit to `ones` of `seen` (> 0) at each place: neighbours that rise are pooled (pool adjacent violators).

    >>> falling(np.array([9.0, 0.0, 5.0, 0.0]), np.array([9.0, 3.0, 9.0, 9.0])).round(2).tolist()
    [1.0, 0.42, 0.42, 0.0]
    """
    pools: list[tuple[float, float, int]] = []  # ones, seen, how many places
    for one, weight in zip(ones.tolist(), seen.tolist(), strict=True):
        pool = (one, weight, 1)
        while pools and pools[-1][0] * pool[1] <= pool[0] * pools[-1][1]:
            last = pools.pop()
            pool = (pool[0] + last[0], pool[1] + last[1], pool[2] + last[2])
        pools.append(pool)
    return np.repeat([one / weight for one, weight, _ in pools], [places for _, _, places in pools])
