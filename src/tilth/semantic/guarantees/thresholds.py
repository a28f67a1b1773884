"""Cascades with guarantees: which rows a cheap proxy may decide, and which an expensive oracle must, so that a stated quality holds.

Rows with a high proxy score are accepted unseen, rows with a low one rejected unseen, those between are asked about. Targets hold for the
very rows given, all of them, with probability 1 - delta over the random choice of rows to ask about, whatever the proxy and whatever the
order of the rows. Rows asked about keep the oracle's answer. What counts as positive is what the oracle says.

- precision: of the rows returned, at least this share is positive. Nothing returned is precision 1.
- recall: of the positive rows, at least this share is returned. No positive rows at all is recall 1; but only asking about every row
  proves that there are none, so a search that finds no positive row does ask about every row (see rare.py for a way out).
- accuracy: of all rows, at least this share gets the oracle's answer.

How: labels bought by a pilot and between the cuts only *choose* the cuts; what is then accepted or rejected unseen is proved by draws
from just these rows (zones.py). Given the labels so far, the cuts are fixed and the draws are fresh, so no choice among cuts has to be
paid for. When both targets are asked for, half of delta goes to each. If a zone cannot be proved it shrinks, in the end to nothing: then
every row has been asked about, and nothing more than once.

Source: the cascade with one cut for acceptance and one for rejection is LOTUS's (Patel et al. 2024) and SUPG's (Kang et al., VLDB 2020);
betting without replacement and labels that are shared between tests are BARGAIN's (Zeighami et al., SIGMOD 2026). Testing zones that
only shrink, instead of BARGAIN's nested tests that only grow, is our own, with its argument in zones.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from tilth.semantic.guarantees.cuts import Cut, Plan, Targets, Trust, chance, pilot_size, share
from tilth.semantic.guarantees.strata import Bools, Inquiry, Ints, Strata, checked
from tilth.semantic.guarantees.zones import HOPE, draws, prove

Chosen = TypeVar("Chosen")


def precision_recall(
    scores: ArrayLike, precision: float = 0.9, recall: float = 0.9, delta: float = 0.05, *, seed: int = 0,
) -> Inquiry[Cut]:
    """Search for cuts that keep both targets, each row's `scores` (float[rows]) saying how likely it is positive.

    Yields int64 arrays of rows to label, is sent their labels (bool), returns a `Cut`. Raises RecipeError for a target outside
    (0, 1], StepError for scores that are not numbers.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.random(2000) < 0.3
    >>> cut = answered(precision_recall(gold + draw.normal(0, 0.35, 2000)), lambda rows: gold[rows])
    >>> cut.proof, cut.calls < 700, bool((cut.decide() & gold).sum() >= 0.9 * gold.sum())
    ('bets', True, True)
    """
    rows = Strata(checked(scores, "precision_recall"), seed=seed)
    return (yield from search(rows, Targets(precision, recall, delta)))


def search(rows: Strata, targets: Targets, most_accepted: int | None = None) -> Inquiry[Cut]:
    """Search for the cut of `rows` that keeps `targets`, with at most `most_accepted` strata accepted unseen."""
    yield from rows.ask(rows.pilot(pilot_size(len(rows))))
    accepts = np.arange((len(rows.size) if most_accepted is None else most_accepted) + 1)
    plan = yield from _between(rows, targets, accepts)
    accept = yield from _accepted(rows, targets, plan)
    reject = yield from _rejected(rows, targets, plan, accept)
    return Cut.of(rows, accept, reject)


def _between(rows: Strata, targets: Targets, accepts: Ints) -> Inquiry[Plan]:
    """Ask about the rows between the cuts, the most doubtful first."""
    def propose() -> tuple[Plan, Ints]:
        plan = targets.plan(rows, accepts)
        between = rows.unseen(~rows.top(plan.accept) & rows.top(plan.reject))
        return plan, between[np.argsort(np.abs(rows.rates()[rows.stratum[between]] - 0.5), kind="stable")]

    return (yield from _settled(rows, propose))


def _settled(rows: Strata, propose: Callable[[], tuple[Chosen, Ints]]) -> Inquiry[Chosen]:
    """Ask about what a proposal leaves to the oracle, first things first, and have it proposed anew after each batch, till nothing is left.

    An early proposal knows little: a batch is at most half of what it leaves, and at most as much as has been asked about before.
    """
    while True:
        chosen, wanted = propose()
        if not len(wanted):
            return chosen
        yield from rows.ask(wanted[: max(16, min(len(wanted) // 2, int((rows.answer >= 0).sum())))])


def _accepted(rows: Strata, targets: Targets, plan: Plan) -> Inquiry[Bools]:
    """Prove the zone accepted unseen: of the rows returned, at most 1 - precision are negative.

    A positive found is one more row to return; a negative found is one row less, and one wrong row less: (*) of zones.py holds.
    """
    def shrink(zone: Bools, needed: float) -> Bools:
        accepts, rejects = np.arange(int(zone.sum()) + 1), np.array([plan.reject])
        return rows.top(targets.plan(rows, accepts, rejects, (needed, math.log(2 / targets.delta))).accept)

    def allowed(zone: Bools) -> float:
        return (1 - targets.precision) * rows.returned(zone)

    return (yield from prove(rows, rows.top(plan.accept), 0, allowed, targets.delta / 2, shrink))


def _rejected(rows: Strata, targets: Targets, plan: Plan, accept: Bools) -> Inquiry[Bools]:
    """Prove the zone rejected unseen: the positives in it are at most 1 / recall - 1 of the true positives returned.

    Those are at least the share proved by `_accepted` of what is returned. Each positive found raises that and leaves one less: (*) holds.
    """
    proved = targets.precision if len(rows.unseen(accept)) else 1.0

    def shrink(zone: Bools, needed: float) -> Bools:
        accepts, rejects = np.array([int(accept.sum())]), np.arange(len(zone) - int(zone.sum()), len(zone) + 1)
        return ~rows.top(targets.plan(rows, accepts, rejects, (0.0, needed)).reject)

    def allowed(_: Bools) -> float:
        return targets.missable(max(proved * rows.returned(accept), int((rows.answer == 1).sum())))

    delta = targets.delta / 2 if plan.accept else targets.delta  # with nothing to accept unseen, nothing is at risk there
    return (yield from prove(rows, ~rows.top(plan.reject), 1, allowed, delta, shrink))


def recall(scores: ArrayLike, recall: float = 0.9, delta: float = 0.05, *, calls: int = 400, seed: int = 0) -> Inquiry[Cut]:
    """Search for the highest cut that keeps `recall`, for about `calls` labels; all above it is accepted unseen.

    What precision that gives is not promised. A quarter of `delta` guards a lower bound on the positives above the cut, the rest the proof
    that few enough lie below. For rare positives see rare.py.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.random(2000) < 0.3
    >>> cut = answered(recall(gold + draw.normal(0, 0.35, 2000)), lambda rows: gold[rows])
    >>> bool(cut.decide().mean() < 0.5), bool((cut.decide() & gold).sum() >= 0.9 * gold.sum())
    (True, True)
    """
    share(recall=recall)
    chance(delta)
    rows = Strata(checked(scores, "recall"), seed=seed)
    yield from rows.ask(rows.pilot(min(max(pilot_size(len(rows)), calls // 4), len(rows))))
    place, wrong = _highest(rows, recall, delta, calls)
    accept = yield from prove(rows, rows.top(place), 0, lambda _: wrong, delta / 4, lambda zone, _: zone)
    least = max(0.0, len(rows.unseen(accept)) - wrong) + int((rows.answer == 1).sum())  # what was proved: never more than it is

    def allowed(_: Bools) -> float:
        return (1 / recall - 1) * max(least, int((rows.answer == 1).sum()))

    reject = yield from prove(rows, ~rows.top(place), 1, allowed, 0.75 * delta, lambda zone, _: zone)
    return Cut.of(rows, accept, reject)


def _highest(rows: Strata, recall: float, delta: float, calls: int) -> tuple[int, float]:
    """Return a cut, in strata from the top, and how many wrong rows above it the first of its two proofs is to allow.

    The highest cut that `calls` should be enough for; if there is none, the one that needs fewest.
    """
    rates, (left, ones) = rows.rates(), rows.counts()
    above, true = np.r_[0, np.cumsum(left)][:, None], np.r_[0.0, np.cumsum(left * rates)][:, None]
    least = true * np.array([[0.5, 0.7, 0.8, 0.9, 0.95]])  # of the positives above the cut, so many are to be proved
    first = draws(above, above - true, above - least, math.log(4 / delta))
    second = draws(above[-1] - above, true[-1] - true, (1 / recall - 1) * (ones.sum() + least), math.log(4 / 3 / delta))
    cost = first + second
    fits = cost <= max(calls - (rows.answer >= 0).sum(), calls // 4)
    place = int(np.argmax(fits.any(axis=1))) if fits.any() else int(np.argmin(cost.min(axis=1)))
    return place, float((above - least)[place, np.argmin(cost[place])])


def precision(scores: ArrayLike, precision: float = 0.9, delta: float = 0.05, *, calls: int = 400, seed: int = 0) -> Inquiry[Cut]:
    """Search for the lowest cut above which all may be accepted unseen with `precision`, for about `calls` labels; the rest is rejected.

    Every positive among the labels bought is returned too. What recall that gives is not promised.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.random(2000) < 0.3
    >>> cut = answered(precision(gold + draw.normal(0, 0.4, 2000)), lambda rows: gold[rows])
    >>> bool(gold[cut.decide()].mean() >= 0.9), bool((cut.decide() & gold).sum() > 0.5 * gold.sum())
    (True, True)
    """
    share(precision=precision)
    chance(delta)
    rows = Strata(checked(scores, "precision"), seed=seed)
    yield from rows.ask(rows.pilot(min(max(pilot_size(len(rows)), calls // 4), len(rows))))

    def shrink(zone: Bools, needed: float) -> Bools:  # by asking about what leaves it, so that (*) holds as in _accepted
        rates, (left, ones) = rows.rates(), rows.counts()
        accepted, true = np.cumsum(left), np.cumsum(left * rates)
        spent = int((rows.answer >= 0).sum())
        cost = draws(accepted, accepted - true, (1 - precision) * (accepted + ones.sum()), needed)
        hopeful = accepted - true <= HOPE * (1 - precision) * (accepted + ones.sum())
        fits = hopeful & ((cost <= max(calls - spent, calls // 4)) | (np.arange(len(left)) == zone.sum() - 1))
        return rows.top(int(np.flatnonzero(fits).max(initial=-1)) + 1)

    first = shrink(rows.top(len(rows.size)), math.log(1 / delta))
    accept = yield from prove(rows, first, 0, lambda zone: (1 - precision) * rows.returned(zone), delta, shrink)
    return Cut.of(rows, accept, ~accept)


def accuracy(
    confidence: ArrayLike, expected: ArrayLike, accuracy: float = 0.9, delta: float = 0.05, *, seed: int = 0,
) -> Inquiry[Trust]:
    """Search for the confidence above which a proxy's class `expected` (int[rows]) may stand, one for each class.

    Labels sent are the oracle's classes (int). Of all rows, at least `accuracy` get the oracle's class.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> sure = draw.random(2000)
    >>> gold = draw.integers(0, 3, 2000)
    >>> guess = np.where(draw.random(2000) < sure, gold, (gold + 1) % 3)
    >>> trust = answered(accuracy(sure, guess), lambda rows: gold[rows])
    >>> trust.calls < 1800, bool((trust.decide() == gold).mean() >= 0.9)
    (True, True)
    """
    share(accuracy=accuracy)
    chance(delta)
    given = np.asarray(expected, np.int64)
    rows = Strata(checked(confidence, "accuracy"), given, seed=seed)
    yield from rows.ask(rows.pilot(2 * pilot_size(len(rows))))
    allowed = (1 - accuracy) * len(rows)

    def shrink(zone: Bools, needed: float) -> Bools:
        wrong, left = 1 - rows.rates(), rows.counts()[0]
        order = np.argsort(np.where(zone, wrong, np.inf), kind="stable")  # within a class the errors rise, so each class gets one threshold
        trusted, errors = np.r_[0, np.cumsum(left[order])], np.r_[0.0, np.cumsum((left * wrong)[order])]
        cost = trusted[-1] - trusted + draws(trusted, errors, np.full(len(trusted), allowed), needed)
        kept = np.zeros(len(zone), np.bool_)
        kept[order[: int(np.argmin(cost))]] = True
        return kept

    def propose() -> tuple[Bools, Ints]:
        zone = shrink(np.ones(len(rows.size), np.bool_), math.log(1 / delta))
        asked = rows.unseen(~zone)
        return zone, asked[np.argsort(rows.rates()[rows.stratum[asked]], kind="stable")]

    zone = yield from _settled(rows, propose)
    trusted = yield from prove(rows, zone, 0, lambda _: allowed, delta, shrink)
    return Trust.of(rows, given, trusted)
