"""How a distribution is shown: on which scale, from where to where, in which bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tilth.sketch import Sketch

BINS = 48
EDGE = 0.001  # of the values on each side lie in the bins at the ends
FEW = 40  # whole numbers over a range up to this get a bin each


@dataclass(frozen=True)
class Bins:
    """Rows per bin between ascending edges; on a log scale those at zero stand apart, in front.

    `whole` says that every value is a whole number, and each has its own bin or more.
    """

    edges: np.ndarray  # float64[n + 1]
    counts: np.ndarray  # int64[n]
    log: bool = False
    zeros: int | None = None
    whole: bool = False

    def place(self, value: float) -> float:
        """Return where a value stands between the first edge (0.0) and the last (1.0), beyond which it is clipped."""
        first, last = float(self.edges[0]), float(self.edges[-1])
        if self.log:
            return float(np.clip(math.log(max(value, first) / first) / math.log(last / first), 0, 1))
        return float(np.clip((value - first) / (last - first), 0, 1))


def binned(sketch: Sketch, marks: Sequence[float] = ()) -> Bins:
    """Return the bins to draw; `marks` (thresholds) lie between the edges. The outermost 0.1% are in the bins at the ends."""
    least, most = sketch.quantile(EDGE), sketch.quantile(1 - EDGE)
    if not sketch.known:
        least, most = 0.0, 1.0
    low, high = min([least, *marks]), max([most, *marks])
    if _asks_for_log(sketch, high, marks):
        return _logarithmic(sketch, high, [mark for mark in marks if mark > 0])
    whole = bool(np.all(sketch.values == np.rint(sketch.values))) and sketch.known > 0
    if whole and high - low <= FEW:
        edges = np.arange(math.floor(low), math.ceil(high) + 2) - 0.5
        return Bins(edges, sketch.histogram(edges), whole=True)
    edges = np.linspace(*_rounded_ends(low, high), BINS + 1)
    return Bins(edges, sketch.histogram(edges))


def _asks_for_log(sketch: Sketch, high: float, marks: Sequence[float]) -> bool:
    """Counts of which half would crowd into the first tenth; fractions only where that hides a threshold."""
    part = sketch.positive()
    if sketch.least < 0 or not part.known or part.quantile(EDGE) * 4 > high:
        return False
    if high <= 1.5:
        return any(0 < mark < high / 30 for mark in marks)
    return part.quantile(0.5) < high / 10 and high / part.quantile(0.02) > 50


def _logarithmic(sketch: Sketch, high: float, marks: list[float]) -> Bins:
    part = sketch.positive()
    low = max(min([part.quantile(EDGE), *marks]), high * 1e-12)
    edges = np.geomspace(low, high * (1 + 2**-12), BINS + 1)
    if low >= 1 and np.all(part.values == np.rint(part.values)):  # no bin between two neighbouring whole numbers
        edges = np.unique(np.concatenate([np.ceil(edges[:-1]), edges[-1:]]))
    return Bins(edges, part.histogram(edges), log=True, zeros=sketch.known - part.known or None)


def _rounded_ends(low: float, high: float) -> tuple[float, float]:
    """Fractions are shown from 0 to 1 where they fill the half of it; else the ends have some room."""
    if low >= 0 and 0.5 < high <= 1.01:
        return 0.0, 1.0
    if high - low <= 1e-12 * max(1.0, abs(low), abs(high)):  # one value, up to rounding
        return low - 0.5, low + 0.5
    room = (high - low) * 0.02
    return (0.0 if 0 <= low <= (high - low) / 4 else low - room), high + room


def ticks(bins: Bins, most: int = 5) -> list[float]:
    """Return round values between the edges, at most `most` of them: powers of ten on a log scale, else steps of 1, 2, 2.5 or 5.

    >>> ticks(Bins(np.array([0.0, 1.0]), np.array([3])))
    [0.0, 0.25, 0.5, 0.75, 1.0]
    >>> ticks(Bins(np.array([3.0, 200_000.0]), np.array([3]), log=True))
    [10.0, 100.0, 1000.0, 10000.0, 100000.0]
    """
    first, last = float(bins.edges[0]), float(bins.edges[-1])
    if bins.log:
        powers = range(math.ceil(math.log10(first) - 1e-9), math.floor(math.log10(last) + 1e-9) + 1)
        found = [10.0**power for power in powers]
        if len(found) < 2:
            found = [m * 10.0**power for power in range(powers.start - 1, powers.stop) for m in (1, 2, 5)]
            found = [value for value in found if first <= value <= last]
        return found[:: math.ceil(len(found) / most) or 1] if found else []
    for step in _steps((last - first) / most):
        if bins.whole and step < 1:
            continue
        found = [float(f"{step * n:.15g}") for n in range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)]
        if len(found) <= most:
            return found
    return []


def _steps(least: float) -> list[float]:
    power = math.floor(math.log10(least))
    return [m * 10.0**p for p in (power, power + 1) for m in (1, 2, 2.5, 5)]
