"""COUNT, SUM and AVG by a few labels: bounds that hold at every moment, so that one may stop as soon as they are tight enough.

All draws are from the very rows given, without replacement. A row that was asked about counts with its label, the others with what the
proxy makes of them plus the proxy's error as the draws show it (the difference estimator): however wrong the proxy is, the bounds hold,
with probability 1 - delta; how good it is only decides how soon they are tight.

Source: W. G. Cochran, Sampling Techniques (1977), 7.9 (difference estimator); A. Angelopoulos et al., "Prediction-powered inference",
Science 2023 (the same with a model's predictions); bounds by betting as in betting.py, with a proxy that may be refitted after each batch,
since the draws to come are still fresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tilth.errors import RecipeError, StepError
from tilth.semantic.guarantees.betting import Floats, Interval
from tilth.semantic.guarantees.cuts import chance
from tilth.semantic.guarantees.strata import Inquiry, Ints, Strata, checked, fitted
from tilth.semantic.guarantees.zones import pick

_BATCH = 32


@dataclass(frozen=True, eq=False)
class Bound:
    """An answer with its bounds, and the labels bought for it: `rows` (int64) in the order asked, `labels` (float64)."""

    estimate: float
    lower: float
    upper: float
    rows: Ints
    labels: Floats

    @property
    def calls(self) -> int:
        """How many rows the oracle was asked about."""
        return len(self.rows)


def count(scores: ArrayLike, within: float, delta: float = 0.05, *, calls: int | None = None, seed: int = 0) -> Inquiry[Bound]:
    """Bound how many rows are positive, until the bounds are at most 2 * `within` rows apart, or `calls` labels are bought.

    `scores` (float[rows]) need not be probabilities: what they mean is fitted to the labels as they come. For a share of the rows divide
    by their number. Yields int64 arrays of rows to label, is sent bools.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.random(5000) < 0.3
    >>> found = answered(count(gold + draw.normal(0, 0.3, 5000), within=200), lambda rows: gold[rows])
    >>> bool(found.lower <= gold.sum() <= found.upper), found.calls < 700
    (True, True)
    """
    _sensible(within, delta)
    rates = _Rates(checked(scores, "count"))
    interval = Interval(0, len(rates.stratum), delta=delta, resolution=1000, whole=True)
    return (yield from _narrowed(rates, (0.0, 1.0), interval, within, calls, seed, len(rates.stratum)))


def total(
    guesses: ArrayLike, low: float, high: float, within: float, delta: float = 0.05, *, calls: int | None = None, seed: int = 0,
) -> Inquiry[Bound]:
    """Bound the sum of a figure that the oracle gives each row, from `guesses` (float[rows]) at it; each lies from `low` to `high`.

    A row that does not count (SQL's WHERE, or a null) is labelled 0 or NaN. For the mean of all rows divide by their number. Raises
    StepError for a label outside its bounds.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.uniform(0, 10, 4000)
    >>> found = answered(total(gold + draw.normal(0, 0.5, 4000), 0, 10, within=800), lambda rows: gold[rows])
    >>> bool(found.lower <= gold.sum() <= found.upper), found.calls < 600
    (True, True)
    """
    _sensible(within, delta)
    bounds = (min(low, 0.0), max(high, 0.0))
    given = np.clip(checked(guesses, "total"), *bounds)
    interval = Interval(len(given) * bounds[0], len(given) * bounds[1], delta=delta, resolution=1000)

    def guess(asked: Ints, labels: Floats) -> Floats:
        return given if len(asked) < _BATCH else np.clip(_line(given[asked], labels, given), *bounds)

    return (yield from _narrowed(guess, bounds, interval, within, calls, seed, len(given)))


def average(
    scores: ArrayLike, low: float, high: float, within: float, delta: float = 0.05, *, calls: int | None = None, seed: int = 0,
) -> Inquiry[Bound]:
    """Bound the mean of a figure from `low` to `high` over the rows that count; rows that likely count, by their score, are asked more.

    The oracle labels a row that does not count NaN. Where no row counts, the answer and its bounds are NaN, when all were asked about.
    For each value a that the mean could have, it is a bet on the sum of (figure - a) over the rows that count being 0.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> counts = draw.random(4000) < 0.3
    >>> gold = np.where(counts, draw.uniform(2, 5, 4000), np.nan)
    >>> found = answered(average(counts + draw.normal(0, 0.2, 4000), 0, 10, within=0.4), lambda rows: gold[rows])
    >>> bool(found.lower <= np.nanmean(gold) <= found.upper), found.calls < 800
    (True, True)
    """
    _sensible(within, delta)
    rates, random = _Rates(checked(scores, "average")), np.random.default_rng(seed)
    interval = Interval(low, high, delta=delta)
    labels, asked = np.full(len(rates.stratum), np.nan), np.zeros(0, np.int64)
    claims = interval.claimed
    most = len(labels) if calls is None else min(len(labels), calls)
    while len(asked) < most and interval.upper - interval.lower > 2 * within:
        unseen = np.setdiff1d(np.arange(len(labels)), asked)
        chances = rates(asked, (~np.isnan(labels[asked])).astype(np.float64))[unseen]
        weight = 0.5 + 0.5 * chances / chances.mean()
        drawn = pick(random, weight, min(_BATCH, most - len(asked)))
        bought = yield from _bought(unseen[drawn], low, high)
        left, least = float(weight.sum()), float(weight.min())
        for place, label in zip(drawn, bought, strict=True):
            sums = np.nansum(labels[asked]) - claims * np.count_nonzero(~np.isnan(labels[asked]))
            look = 0.0 if np.isnan(label) else (label - claims) * left / weight[place]
            interval.weigh(-(sums + (low - claims) * left / least), -(sums + look), -(sums + (high - claims) * left / least))
            left -= weight[place]
            labels[unseen[place]] = label
            asked = np.append(asked, unseen[place])
    mean = float(np.nanmean(labels)) if not np.isnan(labels).all() else np.nan
    exact = len(asked) == len(labels)
    lower, upper = (mean, mean) if exact else (interval.lower, interval.upper)
    return Bound(float(np.clip(mean, lower, upper)), lower, upper, asked, labels[asked])


class _Rates:
    """Scores made into chances, by a falling fit to the labels so far."""

    def __init__(self, scores: Floats) -> None:
        rows = Strata(scores)
        self.stratum, self.size = np.empty_like(rows.stratum), rows.size
        self.stratum[rows.order] = rows.stratum

    def __call__(self, asked: Ints, labels: Floats) -> Floats:
        place = self.stratum[asked]
        ones, seen = (np.bincount(place, weights, len(self.size)) for weights in (labels, None))
        return fitted(self.size, ones, seen)[self.stratum] if len(self.size) else np.zeros(0)


def _narrowed(
    guess: Callable[[Ints, Floats], Floats], bounds: tuple[float, float], interval: Interval, within: float, calls: int | None, seed: int,
    rows: int,
) -> Inquiry[Bound]:
    """Ask about rows in random order until `interval` is narrow; a label says how far off all guesses still in use are."""
    low, high = bounds
    order, labels = np.random.default_rng(seed).permutation(rows), np.zeros(0)
    most = rows if calls is None else min(rows, calls)
    while True:
        asked, unseen = order[: len(labels)], order[len(labels) :]
        guesses, seen = guess(asked, labels), float(labels.sum())
        interval.enclose(seen + len(unseen) * low, seen + len(unseen) * high)
        if interval.upper - interval.lower <= 2 * within or len(labels) >= most:
            estimate = float(np.clip(seen + guesses[unseen].sum(), interval.lower, interval.upper))
            return Bound(estimate, interval.lower, interval.upper, asked, labels)
        batch = unseen[: min(_BATCH, most - len(labels))]
        bought = np.nan_to_num((yield from _bought(batch, low, high)))
        for nth, (row, label) in enumerate(zip(batch, bought, strict=True)):
            rest = guesses[unseen[nth:]]
            sure, left = seen + float(rest.sum()), len(rest)
            interval.look(sure + left * (label - guesses[row]), sure + left * (low - rest.max()), sure + left * (high - rest.min()))
            seen += label
        labels = np.r_[labels, bought]


def _bought(rows: Ints, low: float, high: float) -> Inquiry[Floats]:
    """Buy the labels of `rows`; raise StepError for one that is not from `low` to `high` (NaN is)."""
    labels = np.asarray((yield rows), np.float64)
    if labels.shape != rows.shape or (labels < low).any() or (labels > high).any():
        why = f"{labels.size} labels for {len(rows)} rows" if labels.shape != rows.shape else f"{labels.min()} to {labels.max()} were sent"
        raise StepError(f"A label must be one number from {low} to {high}.", where="semantic.bounds", why=why, fix="widen low and high")
    return labels


def _line(x: Floats, y: Floats, at: Floats) -> Floats:
    """Return the least-squares line through (x, y) at `at`."""
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if spread else 0.0
    return np.asarray(y.mean() + slope * (at - x.mean()))


def _sensible(within: float, delta: float) -> None:
    chance(delta)
    if within < 0:
        raise RecipeError(f"within is {within!r}.", where="semantic.bounds", why="it is half the width of the bounds", fix="within=10")
