"""Two cuts on a proxy's score that hold for a corpus of which only a sample was seen: chosen on one half, proved on the other.

A pilot of labels suggests cuts, from daring to cautious. Fresh draws then test each of them: the returned rows' precision and the
recall of the positives are means of bounded figures of a row, and a bettor who bets that they miss their targets loses (betting.py). Each
of the suggestions has its share of delta, so that the first that passes may be taken. If none does, the oracle decides every row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tilth.semantic.betting import FINE, Capital, Floats
from tilth.semantic.strata import Bools, Inquiry, Ints

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
    scores: Floats, population: int, precision: float = 0.9, recall: float = 0.9, delta: float = 0.05, labels: int = 2000
) -> Inquiry[Cuts]:
    """Search for cuts that keep both targets over `population` rows; those with these `scores` are a uniform sample, in random order.

    Yields int64 arrays of rows of the sample to label (at most `labels` in all), is sent their labels (bool), returns `Cuts`.

    Source: tests by betting, Waudby-Smith and Ramdas (JRSS-B 2024), without replacement as in its section 5.

    >>> from tilth.semantic.strata import answered
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
    return _negative(impure, precision, population, delta / 2) and _negative(missing, recall, population, delta / 2)


def _negative(figures: Floats, most: float, population: int, delta: float) -> bool:
    """Whether the draws refute that the mean over the population is 0 or more; each figure is at most `most`."""
    capital, total = Capital(stakes=FINE), 0.0
    for n, figure in enumerate(figures):
        rest = -total / max(1, population - n)  # what the mean of the rows not drawn yet would have to be
        capital.bet((most - figure) / (most - rest) if rest < most else 1.0)
        total += figure
    return capital.refutes(delta)


def rows_in_random_order(ranks: np.ndarray) -> Ints:
    """Return the order of a bottom-k sample by its hashes: that of draws without replacement."""
    return np.argsort(ranks, kind="stable").astype(np.int64)
