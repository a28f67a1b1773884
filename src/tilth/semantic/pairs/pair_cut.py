"""Which of very many pairs to believe in: a search over all pairs of two tables, of which only the likely ones have scores.

The candidates have scores and are held; all other pairs are known by their number alone, so that memory grows with the candidates. Above
one cut candidates are accepted unseen, as far as precision is proved (thresholds.py), or asked about. All pairs below it, candidates or
not, are one zone, in which uniform draws without replacement bet against "more matches than recall allows are in here" (zones.py).

What no method can beat: to prove that fewer than h matches hide among some pairs takes at least a share 1 - delta^(1/h) of them (rare.py).
With 10,000 rows on each side, as many matches and recall 0.9, h is about 1,000 and 0.3 % of all pairs are read; with 1,000 rows it is 3 %.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tilth.semantic.guarantees.betting import Capital, Floats, ticket, whole
from tilth.semantic.guarantees.cuts import Targets, pilot_size
from tilth.semantic.guarantees.strata import Inquiry, Ints, Result, Strata
from tilth.semantic.guarantees.thresholds import precision_recall
from tilth.semantic.guarantees.zones import draws

_LEAST, _MOST = 64, 1 << 14  # draws in a batch


@dataclass(frozen=True, eq=False)
class PairCut:
    """The numbers of the pairs accepted unseen, and whether the targets are proved; if not, every pair is to be asked about."""

    accepted: Ints
    proved: bool


def pair_cut(
    codes: Ints, scores: Floats, population: int, precision: float, recall: float, delta: float, most: int, *, seed: int = 0
) -> Inquiry[PairCut]:
    """Search for the pairs to accept unseen, among `population` pairs numbered from 0; `codes` (different, rising) have `scores`.

    Yields numbers of pairs to label, some of them twice, is sent bools. With probability 1 - `delta`, of the pairs accepted or labelled
    true at least `precision` are matches, and at least `recall` of all matches are among them. It gives up where it would take more than
    about `most` labels.

    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> likely = np.sort(draw.choice(10**6, 6000, replace=False))
    >>> gold = draw.random(6000) < 0.5
    >>> matches = set(likely[gold].tolist())
    >>> search = pair_cut(likely, gold + draw.normal(0, 0.2, 6000), 10**6, 0.9, 0.9, 0.05, most=50_000)
    >>> found = answered(search, lambda wanted: [code in matches for code in wanted.tolist()])
    >>> found.proved, bool(np.mean([code in matches for code in found.accepted.tolist()]) > 0.9)
    (True, True)
    """
    spare = 1 / Targets(precision, recall, delta).recall - 1
    first = Strata(scores, seed=seed)
    pilot = first.pilot(min(4 * pilot_size(len(first)), max(20, most // 20)))
    labels = yield from _of(first.ask(pilot), first, codes, pilot)
    place, cost = _place(first, population, spare, math.log(2 / delta))
    if cost > most:
        return PairCut(np.zeros(0, np.int64), False)
    above = first.order[first.stratum < place]
    cut = yield from _numbered(precision_recall(scores[above], precision, 1.0, delta / 2, seed=seed + 1), codes[above])
    unseen = np.ones(len(above), np.bool_)
    unseen[cut.rows] = False
    accepted = codes[above[unseen & cut.decide()]]
    true = max(precision * (len(accepted) + int(cut.answers.sum())), int(cut.answers.sum()))
    below = {code: label for code, label in labels.items() if code not in set(codes[above].tolist())}
    zone = _Zone(population, np.r_[codes[above], np.array(list(below), np.int64)], seed + 2)
    proved = yield from _empty(zone, true + sum(below.values()), spare, delta / 2, most - cut.calls)
    return PairCut(accepted, proved)


def _of(asking: Inquiry[None], rows: Strata, codes: Ints, ranks: Ints) -> Generator[Ints, ArrayLike, dict[int, bool]]:
    """Ask, and return what was said by the numbers of pairs."""
    yield from _numbered(asking, codes)
    return dict(zip(codes[rows.order[ranks]].tolist(), (rows.answer[ranks] == 1).tolist(), strict=True))


def _numbered(inquiry: Inquiry[Result], codes: Ints) -> Inquiry[Result]:
    """The same inquiry, asking for the numbers of pairs instead of places among them."""
    try:
        wanted = next(inquiry)
        while True:
            wanted = inquiry.send((yield codes[wanted]))
    except StopIteration as end:
        result: Result = end.value
        return result


def _place(rows: Strata, population: int, spare: float, needed: float) -> tuple[int, float]:
    """Return the cut, in strata from the top, that is likely to cost the fewest labels, and how many."""
    rates = rows.rates()
    above, true = np.r_[0, np.cumsum(rows.size)], np.r_[0.0, np.cumsum(rows.size * rates)]
    cost = above + draws(population - above, true[-1] - true, spare * true, needed)
    cost = np.where(spare * true < 1, population, cost)
    place = int(np.argmin(cost))
    return place, float(cost[place])


class _Zone:
    """All pairs but some, by their numbers, drawn one after the other and none twice."""

    def __init__(self, population: int, without: Ints, seed: int) -> None:
        self.population, self.gone, self.random = population, np.sort(without), np.random.default_rng(seed)

    def __len__(self) -> int:
        return self.population - len(self.gone)

    def draw(self, count: int) -> Ints:
        """Return `count` pairs, each drawn evenly from those left: pairs drawn from all, but for those that are gone."""
        drawn = np.zeros(0, np.int64)
        count = min(count, len(self))
        while len(drawn) < count:
            more = self.random.integers(self.population, size=int(1.2 * (count - len(drawn)) * self.population / len(self)) + 16)
            drawn = np.r_[drawn, more[~_among(more, self.gone)]]
            drawn = drawn[np.sort(np.unique(drawn, return_index=True)[1])]
        self.gone = np.sort(np.r_[self.gone, drawn[:count]])
        return drawn[:count]


def _among(values: Ints, rising: Ints) -> np.ndarray:
    places = np.minimum(np.searchsorted(rising, values), max(0, len(rising) - 1))
    return rising[places] == values if len(rising) else np.zeros(len(values), np.bool_)


def _empty(zone: _Zone, true: float, spare: float, delta: float, most: int) -> Generator[Ints, ArrayLike, bool]:
    """Draw pairs until there can be at most `spare` times as many matches in the zone as are returned; False where that is too much to ask.

    A match found is one more to return, and one less in the zone: (*) of zones.py holds.
    """
    capital, enough, drawn, found = Capital(), -math.log(delta), 0, 0
    while True:
        left, allowed = len(zone), spare * (true + found)
        if capital.refutes(delta) or whole(allowed) >= left:
            return True
        hidden = left * max(0.0, found - 2 * math.sqrt(found)) / max(1, drawn)  # at least about so many, as far as the draws show
        more = float(draws(np.array([left]), np.array([hidden]), np.array([allowed]), enough - float(capital.best))[0])
        if drawn + more > most:
            return False
        batch = zone.draw(int(min(max(_LEAST, more / 2 + 1), _MOST)))
        for label in np.asarray((yield batch), np.bool_).tolist():
            capital.bet(ticket(float(left) if label else 0.0, left, left, spare * (true + found)))
            left, found, drawn = left - 1, found + label, drawn + 1
