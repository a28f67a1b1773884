"""The one proof that every cascade rests on: of the rows in a zone that nobody asks about, at most so many are wrong.

A zone is a set of strata. Rows are drawn from it at random and without replacement, and each draw is a bet against the claim "more than
`allowed` of the unseen rows are wrong" (betting.py). The zone may *shrink* while the test goes on, and `allowed` may grow, for free: if
too many are wrong in what is left, then too many were wrong in all that was there before, as long as

    (wrong rows unseen) - allowed   never rises when rows are asked about.                                     (*)

So as long as the claim holds now, every bet so far was a bet on a claim that held, and the capital up to now is a supermartingale: the
chance to call a zone good while it is not is at most delta, however the zone was chosen from labels seen before, and with no union over
the cuts that were considered. Each user of `prove` says why its `allowed` keeps (*).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import ArrayLike

from tilth.semantic.guarantees.betting import BOLD, Capital, Floats, ticket, whole
from tilth.semantic.guarantees.strata import Bools, Ints, Strata

_SHARES = (np.arange(10) + 0.5) / 10  # of a zone, at which the speed of a test is estimated
EVEN = (1.0, 0.8, 0.6, 0.4)  # shares of a draw's chance that may be spread evenly; the rest goes where wrong rows are expected
HOPE = 0.9  # a plan counts on no proof where more than this share of the allowed rows is expected to be wrong
LEAST = 8  # rows in a batch: below it, waiting costs more than what a batch overshoots


def prove(
    rows: Strata, zone: Bools, wrong: int, allowed: Callable[[Bools], float], delta: float, shrink: Callable[[Bools, float], Bools],
) -> Generator[Ints, ArrayLike, Bools]:
    """Ask about rows of `zone` until at most `allowed(zone)` of its unseen rows can have the answer `wrong`; return what is left of it.

    `shrink(zone, needed)` returns the zone to go on with, a part of it; `needed` is how far the logarithm of the capital has still to go.
    """
    capital = Capital()
    while True:
        needed = -math.log(delta) - float(capital.now)
        if not capital.refutes(delta):
            smaller = zone & shrink(zone, needed)
            yield from rows.ask(rows.unseen(zone & ~smaller))
            zone = smaller
        unseen = rows.unseen(zone)
        if capital.refutes(delta) or whole(allowed(zone)) >= len(unseen):
            return zone
        chance = _chances(rows, unseen, wrong)
        expected = float(chance.sum())
        hopeful = expected < allowed(zone)  # a bettor who expects to lose waits: that is a choice made before the draw
        weight = _weights(chance, whole(allowed(zone)) + 1)
        drawn = pick(rows.random, weight, min(len(unseen), _batch(rows, len(unseen), expected, allowed(zone), needed)))
        answers = yield from rows.quote(unseen[drawn])
        total, least = float(weight.sum()), float(weight.min())
        for nth, (place, answer) in enumerate(zip(drawn, answers, strict=True)):
            if hopeful:
                estimate = total / weight[place] if answer == wrong else 0.0
                capital.bet(ticket(estimate, total / least, len(unseen) - nth, allowed(zone)))
            total -= weight[place]
            rows.answer[unseen[place]] = answer


def _chances(rows: Strata, ranks: Ints, wrong: int) -> Floats:
    """Return how likely each of `ranks` is wrong, as estimated so far."""
    rates = rows.rates()[rows.stratum[ranks]]
    return rates if wrong else 1 - rates


def _weights(chance: Floats, refuted: int) -> Floats:
    """Return the weights to draw with: the mixture of even and the root of `chance` (Neyman 1934) by which capital should grow fastest."""
    best, fastest = np.ones(len(chance)), -math.inf
    if refuted >= len(chance):
        return best
    for even in EVEN:
        weight = np.sqrt(chance / chance.mean()) * (1 - even) + even
        share, most = weight / weight.sum(), float(weight.sum() / weight.min())
        right, wrong = refuted / (most - refuted), (refuted - 1 / share) / (most - refuted)  # what a ticket wins
        for stake in BOLD:
            growth = float((share * ((1 - chance) * np.log1p(stake * right) + chance * np.log1p(stake * wrong))).sum())
            if growth > fastest:
                best, fastest = weight, growth
    return best


def pick(random: np.random.Generator, weight: Floats, count: int) -> Ints:
    """Return `count` places one after the other, each drawn from those left with chances as `weight` (Efraimidis, Spirakis 2006)."""
    keys = random.exponential(size=len(weight)) / weight
    return np.argsort(keys)[:count]


def _batch(rows: Strata, unseen: int, wrong: float, allowed: float, needed: float) -> int:
    """Return how many rows to draw at once: half of what is expected to be needed, and no more than were asked about before."""
    expected = float(draws(np.array([unseen]), np.array([wrong]), np.array([allowed]), needed)[0])
    return max(LEAST, min(math.ceil(expected / 2), int((rows.answer >= 0).sum())))


def draws(unseen: Floats | Ints, wrong: Floats, allowed: Floats, needed: float | Floats) -> Floats:
    """Return about how many draws `prove` takes to gain `needed` in the logarithm of capital: what plans are made with.

    The capital grows with each draw by the divergence of the true from the refuted rate (Kelly 1956), and the refuted rate rises as rows
    are taken out: after a share s it is (allowed + 1) / (1 - s) of the unseen.

    >>> draws(np.array([1000, 1000, 1000]), np.array([0.0, 20.0, 80.0]), np.array([60.0, 60.0, 60.0]), 3.0).round().tolist()
    [45.0, 129.0, 1000.0]
    """
    unseen, wrong, allowed = np.broadcast_arrays(unseen, wrong, allowed)
    left = np.maximum(unseen, 1.0)[..., None]
    true = np.clip(wrong[..., None] / left, 1e-9, 1 - 1e-9)
    refuted = (np.floor(np.maximum(allowed, 0.0) + 1e-9)[..., None] + 1) / left / (1 - _SHARES)
    at = np.clip(refuted, 1e-9, 1 - 1e-9)
    speed = np.where(at > true, true * np.log(true / at) + (1 - true) * np.log((1 - true) / (1 - at)), 0.0)
    gained = np.cumsum(np.where(refuted < 1, speed * left / len(_SHARES), 1e6), axis=-1)  # so many cannot be wrong: proved
    before = np.concatenate([np.zeros_like(gained[..., :1]), gained[..., :-1]], axis=-1)
    part = np.clip((np.asarray(needed)[..., None] - before) / np.maximum(gained - before, 1e-12), 0.0, 1.0)  # of each tenth
    hopeless = wrong > HOPE * np.maximum(allowed, 1.0)
    return np.where(np.floor(allowed + 1e-9) >= unseen, 0.0, np.where(hopeless, unseen, part.mean(axis=-1) * unseen))
