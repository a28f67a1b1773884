"""Anytime-valid tests and confidence bounds by betting: who bets fairly against a truth does not grow rich.

A bettor starts with one unit. Each draw offers a ticket whose payoff is never negative and is worth at most 1 on average if the claim to
be refuted is true; part of the capital buys tickets, the rest stays cash. If the claim is true, the capital is a nonnegative
supermartingale, so that the chance that it *ever* reaches 1/delta is at most delta (Ville 1939): one may look after every draw, and
stop when one likes. Rows are drawn without replacement, which only enters the price of a ticket.

Source: I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 86 (2024), sections 4 and 5 (capital,
hedging, without replacement), B.6 (a mixture over fixed bets, in place of one tuned bet); Ville's inequality as in its section 2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BOLD = (0.97, 0.8, 0.5)  # shares of the capital at stake on "few are wrong": the best share is 1 - true rate / refuted rate
FINE = tuple(2.0**-k for k in range(1, 7))  # on a mean, where the best share shrinks with the distance that is left to prove
_HUGE = 1e300  # stands for infinite: refutes at any delta, and stays a number


class Capital:
    """What a bettor has made of one unit, split evenly over fixed shares at stake; claims may be many, each with its own capital.

    >>> capital = Capital()
    >>> for _ in range(50):
    ...     capital.bet(1 / 0.9)  # a claim "at most 9 of 10 are right" pays 1/0.9 for each that is right
    >>> capital.refutes(0.05), capital.refutes(0.0001)
    (True, False)
    """

    def __init__(self, shape: tuple[int, ...] = (), stakes: tuple[float, ...] = BOLD) -> None:
        self._stakes = np.array(stakes)
        self._log = np.full((*shape, len(stakes)), -math.log(len(stakes)))
        self.now = np.zeros(shape)  # the log of the capital
        self.best = np.zeros(shape)  # the log of the most it ever was: what has been refuted stays refuted

    def bet(self, payoff: float | Floats) -> None:
        """Stake on a ticket that paid `payoff` (>= 0, at most 1 on average if the claim holds; infinite if it cannot hold)."""
        with np.errstate(divide="ignore"):
            change = np.log1p(self._stakes * (np.minimum(payoff, _HUGE)[..., None] - 1.0))
        self._log = self._log + change
        self.now = np.logaddexp.reduce(self._log, axis=-1)
        self.best = np.maximum(self.best, self.now)

    def refutes(self, delta: float) -> bool:
        """Return whether the claim (each of them) is refuted at error probability `delta`."""
        return bool(np.all(self.best >= -math.log(delta)))


def whole(allowed: float) -> int:
    """Return how many whole rows `allowed` rows are; 9 * (1 / 0.9 - 1) is 1, whatever its last bit says."""
    return math.floor(allowed + 1e-9)


def ticket(estimate: float, most: float, unseen: int, allowed: float) -> float:
    """Return what a draw pays against the claim "more than `allowed` of the `unseen` rows are wrong".

    `estimate` is the draw's unbiased estimate of how many are wrong: 0 for a right row, 1 over its chance for a wrong one; it could have
    been at most `most`. For uniform draws `most` is `unseen`.

    >>> ticket(0, 100, 100, 9.5), ticket(100, 100, 100, 9.5), ticket(5, 5, 5, 7)
    (1.1111111111111112, 0.0, inf)
    """
    refuted = whole(allowed) + 1  # rows are whole: more than 9.5 is 10 or more
    if refuted > unseen:
        return math.inf
    if most - refuted < 1e-6:  # the claim is that every row is wrong
        return math.inf if estimate == 0 else 1.0
    return max(0.0, most - estimate) / (most - refuted)


class Interval:
    """Bounds for an unknown total that hold at every moment at once, with probability 1 - `delta`, from unbiased looks at it.

    `low` and `high` enclose the total for certain; `resolution` is the number of values between them that are tested. Half of `delta`
    guards each side. `whole` says that the total is a whole number, so that bounds may be rounded inwards.

    >>> interval = Interval(0, 100, delta=0.05, whole=True)
    >>> for n in range(60):
    ...     interval.look(30.0 if n % 2 else 34.0, 0, 100)
    >>> interval.lower, interval.upper
    (27.0, 42.0)
    """

    def __init__(self, low: float, high: float, *, delta: float, resolution: int = 500, whole: bool = False) -> None:
        self.lower, self.upper, self._delta, self._whole = float(low), float(high), delta, whole
        steps = min(resolution, round(high - low)) if whole else resolution
        self.claimed = np.round(np.linspace(low, high, max(steps, 1) + 1)) if whole else np.linspace(low, high, resolution + 1)
        self._above, self._below = (Capital(self.claimed.shape, FINE) for _ in range(2))

    def look(self, seen: float, least: float, most: float) -> None:
        """Bet on one unbiased estimate of the total that could have been anything from `least` to `most`, and narrow the bounds."""
        self.weigh(self.claimed - least, self.claimed - seen, self.claimed - most)

    def weigh(self, from_least: Floats, from_seen: Floats, from_most: Floats) -> None:
        """Bet on one draw against each claim, given how far the claim lies above the least, the seen and the most it could be."""
        with np.errstate(divide="ignore", invalid="ignore"):
            above = np.where(from_least > 0, (from_least - from_seen) / from_least, np.inf)
            below = np.where(from_most < 0, (from_most - from_seen) / from_most, np.inf)
        above[from_least == 0] = 1.0  # no evidence: exactly the least is possible
        below[from_most == 0] = 1.0
        self._above.bet(np.maximum(above, 0.0))
        self._below.bet(np.maximum(below, 0.0))
        self._narrow()

    def enclose(self, low: float, high: float) -> None:
        """Take in what is certain: the total lies from `low` to `high`."""
        self.lower, self.upper = max(self.lower, low), min(self.upper, high)

    def _narrow(self) -> None:
        """Move the bounds to the last refuted claims; a refuted whole number is itself out."""
        wealth = -np.log(self._delta / 2)
        too_low = self.claimed[self._above.best >= wealth]  # "the total is at most this" is refuted
        too_high = self.claimed[self._below.best >= wealth]
        step = 1.0 if self._whole else 0.0
        if len(too_low):
            self.lower = max(self.lower, float(too_low.max()) + step)
        if len(too_high):
            self.upper = min(self.upper, float(too_high.min()) - step)
