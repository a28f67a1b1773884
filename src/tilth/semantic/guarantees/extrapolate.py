"""Two cuts on a proxy's score that hold for a corpus of which only a sample was seen: chosen on one half, proved on the other.

A pilot of labels suggests cuts, from daring to cautious. Fresh draws then test each of them: the returned rows' precision and the
recall of the positives are means of bounded figures of a row, and a bettor who bets that they miss their targets loses (betting.py). Each
of the suggestions has its share of delta, so that the first that passes may be taken. If none does, the oracle decides every row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tilth.semantic.guarantees.betting import FINE, Capital, Floats
from tilth.semantic.guarantees.strata import Bools, Inquiry, Ints

MARGINS = (0.35, 0.6, 1.0)  # how much of the allowed share of errors a suggestion uses up on the pilot; tried from the last to the first


@dataclass(frozen=True)
class Cuts:
    """Rows with a score of at least `accept_above` are accepted, below `reject_below` rejected; the oracle is asked about all others."""

    accept_above: float = math.inf
    reject_below: float = -math.inf
    labels: int = 0

    def zones(self, scores: Floats) -> tuple[Bools, Bools]:
        """Return which rows are accepted and which rejected unseen."""
        return scores >= self.accept_above, scores < self.reject_below


def extrapolate(
    scores: Floats, population: int, precision: float = 0.9, recall: float = 0.9, delta: float = 0.05, labels: int = 2000,
    accept: bool = True,
) -> Inquiry[Cuts]:
    """Search for cuts that keep both targets over `population` rows; those with these `scores` are a uniform sample, in random order.

    Yields int64 arrays of rows of the sample to label (at most `labels` in all), is sent their labels (bool), returns `Cuts`. Without
    `accept` nothing is accepted unseen, and all of delta is left for the recall.

    Source: tests by betting, Waudby-Smith and Ramdas (JRSS-B 2024), without replacement as in its section 5.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.random(3000) < 0.3
    >>> cuts = answered(extrapolate(gold + draw.normal(0, 0.2, 3000), 1_000_000), lambda rows: gold[rows])
    >>> 0.2 < cuts.reject_below <= cuts.accept_above < 0.7
    True
    """
    size = min(labels, len(scores))
    pilot, fresh = np.arange(size // 2, dtype=np.int64), np.arange(size // 2, size, dtype=np.int64)
    first = np.asarray((yield pilot), bool)
    suggested = [_suggested(scores[pilot], first, precision, recall, margin) for margin in reversed(MARGINS)]
    suggested = suggested if accept else [replace(cuts, accept_above=math.inf) for cuts in suggested]
    second = np.asarray((yield fresh), bool)
    for cuts in suggested:
        if _proved(cuts, scores[fresh], second, population - len(pilot), precision, recall, delta / len(suggested)):
            return Cuts(cuts.accept_above, cuts.reject_below, size)
    return Cuts(labels=size)


def _suggested(scores: Floats, labels: Bools, precision: float, recall: float, margin: float) -> Cuts:
    """The widest zones whose errors on the pilot, and half an error more, are `margin` of what the targets allow."""
    order = np.argsort(-scores, kind="stable")
    falls, hits = scores[order], labels[order]
    positives, returned = int(hits.sum()), np.cumsum(np.ones(len(hits)))
    wrong = np.cumsum(~hits) + 0.5
    fits = wrong <= margin * (1 - precision) * np.maximum(returned, positives)
    accept = float(falls[np.flatnonzero(fits)[-1]]) if fits.any() else math.inf
    missed = np.cumsum(hits[::-1])[::-1] + 0.5
    light = missed <= margin * (1 - recall) * positives
    reject = float(falls[np.flatnonzero(light)[0]]) if light.any() else -math.inf
    return Cuts(accept, min(reject, accept))


def _proved(cuts: Cuts, scores: Floats, labels: Bools, population: int, precision: float, recall: float, delta: float) -> bool:
    accept, reject = cuts.zones(scores)
    returned = accept | (~reject & labels)
    impure = (accept & ~labels) - (1 - precision) * returned
    missing = (reject & labels) - (1 - recall) * labels
    if not accept.any() and math.isinf(cuts.accept_above):  # what the oracle accepts is right
        return _negative(missing, recall, population, delta)
    return _negative(impure, precision, population, delta / 2) and _negative(missing, recall, population, delta / 2)


def _negative(figures: Floats, most: float, population: int, delta: float) -> bool:
    """Whether the draws refute that the mean over the population is 0 or more; each figure is at most `most`."""
    capital, total = Capital(stakes=FINE), 0.0
    for n, figure in enumerate(figures):
        rest = -total / max(1, population - n)  # what the mean of the rows not drawn yet would have to be
        capital.bet((most - figure) / (most - rest) if rest < most else 1.0)
        total += figure
    return capital.refutes(delta)


def extrapolate_accuracy(
    confidence: Floats, expected: Ints, population: int, accuracy: float = 0.9, delta: float = 0.05, labels: int = 2000
) -> Inquiry[tuple[tuple[int, float], ...]]:
    """Search for the confidence from which on a proxy's class `expected` may stand, one for each class, over `population` rows.

    The rows given are a uniform sample of them, in random order. Labels sent are the oracle's classes (int). Returns a (class,
    confidence) for each class that may ever stand; none where nothing can be proved.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> sure, gold = draw.random(4000), draw.integers(0, 2, 4000)
    >>> guess = np.where(draw.random(4000) < sure**0.2, gold, 1 - gold)
    >>> [number for number, _ in answered(extrapolate_accuracy(sure, guess, 10**6), lambda rows: gold[rows])]
    [0, 1]
    """
    size = min(labels, len(confidence))
    pilot, fresh = np.arange(size // 2, dtype=np.int64), np.arange(size // 2, size, dtype=np.int64)
    wrong = np.asarray((yield pilot)) != expected[pilot]
    suggested = [_trusted(confidence[pilot], expected[pilot], wrong, margin * (1 - accuracy)) for margin in reversed(MARGINS)]
    wrong = np.asarray((yield fresh)) != expected[fresh]
    for above in suggested:
        cuts = dict(above)
        stands = confidence[fresh] >= np.array([cuts.get(int(number), math.inf) for number in expected[fresh]])
        if _negative((stands & wrong) - (1 - accuracy), accuracy, population - len(pilot), delta / len(suggested)):
            return above
    return ()


def _trusted(confidence: Floats, expected: Ints, wrong: Bools, allowed: float) -> tuple[tuple[int, float], ...]:
    """The cuts with most rows above, such that on the pilot at most a share of `allowed` of all rows stands and is wrong."""
    best: tuple[tuple[int, float], ...] = ()
    for rate in np.linspace(0, 1, 51)[1:]:  # of wrong rows among those that stand, in each class
        above, errors = [], 0.0
        for number in np.unique(expected):
            order = np.flatnonzero(expected == number)
            order = order[np.argsort(-confidence[order], kind="stable")]
            total = np.cumsum(wrong[order]) + 0.5
            fits = np.flatnonzero(total <= rate * np.arange(1, len(order) + 1))
            if len(fits):
                above.append((int(number), float(confidence[order[fits[-1]]])))
                errors += total[fits[-1]]
        if errors > allowed * len(wrong):
            return best
        best = tuple(above)
    return best
