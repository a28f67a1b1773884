"""Thresholds that a corpus itself proposes: so many standard deviations from the mean, or the middle share of the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow.types as pt

from tilth.errors import RecipeError
from tilth.fates import stream_trail
from tilth.run import Run
from tilth.signals import Dropped, Signal, add_kept, signals_of
from tilth.sketch import BITS, Sketch
from tilth.stats.rules import types_of
from tilth.store import Store


@dataclass(frozen=True)
class Proposal:
    """Bounds for one signal of `rows` rows, and how many of these lie below and above them, or are unknown: the rule drops them all."""

    signal: str
    rows: int
    lower: float
    upper: float
    below: int
    above: int
    unknown: int

    @property
    def rule(self) -> str:
        """The bounds as the rule of a Filter."""
        ends = (int(end) if end == int(end) else end for end in (self.lower, self.upper))
        return f"{self.signal} between {' and '.join(map(repr, ends))}"

    @property
    def dropped(self) -> int:
        return self.below + self.above + self.unknown


def measured(run: Run) -> list[Signal]:
    """Return every signal, counted over all rows that it was measured on, kept or dropped."""
    signals = signals_of(run)
    add_kept(run, signals)
    dropped = Dropped(signals, [stage["offset"] for stage in run.data["stages"]])
    for batch in stream_trail(Store(run.out), "audit", ["step", "signals"]):
        dropped.add(batch)
    return signals


def proposals(run: Run, k: float | None = None, share: float | None = None) -> tuple[Proposal, ...]:
    """Return bounds for every number that was measured: the mean and `k` standard deviations, or the middle `share` of the rows.

    Of the rows on which a signal was measured, those that a run dropped are counted too, so the bounds do not tighten from run to run.
    The counts are exact for the bounds as they are printed. Raises RecipeError unless one of `k` > 0 and 0 < `share` <= 1 is given.
    Source: k-sigma as in Data-Juicer (Chen et al., 2024), whose recipes set thresholds at 3 sigma of each corpus.
    """
    if (k is None) == (share is None) or not (math.isfinite(k) and k > 0 if k is not None else 0 < (share or 0) <= 1):
        raise RecipeError(
            "A proposal needs one number.", where=f"proposals(k={k}, share={share})", why="k is above 0, share is above 0 and at most 1",
            fix="tilth stats RUN --propose k=3, or --propose share=0.9",
        )
    numbers = [signal for signal in measured(run) if signal.kind == "number" and signal.sketch.known]
    types = types_of(run)
    return tuple(proposal(signal.name, signal.sketch, k, share, pt.is_integer(types[signal.name])) for signal in numbers)


def proposal(name: str, sketch: Sketch, k: float | None, share: float | None, whole: bool = False) -> Proposal:
    """Return the bounds for one distribution, of `whole` numbers or any, in as few digits as tell the same rows apart.

    >>> sketch = Sketch()
    >>> sketch.add(np.arange(100.0))
    >>> proposal("words", sketch, None, 0.9, whole=True)
    Proposal(signal='words', rows=100, lower=5.0, upper=94.0, below=5, above=5, unknown=0)
    >>> proposal("words", sketch, 1, None, whole=True).rule
    'words between 21 and 78'
    """
    first, last = _within_sigmas(sketch, k) if k is not None else _middle(sketch, share or 1.0)
    values, counts = sketch.values, sketch.counts
    before = _far(values[first - 1], 1, whole) if first else -math.inf
    after = _far(values[last + 1], -1, whole) if last + 1 < len(values) else math.inf
    lower = shortest(before, max(_far(values[first], -1, whole), sketch.least), closed="right")
    upper = shortest(min(_far(values[last], 1, whole), sketch.most), after, closed="left")
    below, above = int(counts[:first].sum()), int(counts[last + 1 :].sum())
    return Proposal(name, sketch.known + sketch.unknown, lower, upper, below, above, sketch.unknown)


def _within_sigmas(sketch: Sketch, k: float) -> tuple[int, int]:
    """The first and the last of the sketch's values within `k` standard deviations of the mean."""
    values, shares = sketch.values, sketch.counts / sketch.known
    mean = float((values * shares).sum())
    reach = k * math.sqrt(float(((values - mean) ** 2 * shares).sum())) + 1e-9 * abs(mean)
    inside = np.flatnonzero(np.abs(values - mean) <= reach)
    nearest = int(np.abs(values - mean).argmin())
    return (int(inside[0]), int(inside[-1])) if len(inside) else (nearest, nearest)


def _middle(sketch: Sketch, share: float) -> tuple[int, int]:
    """The first and the last of the values that are left when at most half of what is not kept goes at either end."""
    rises = np.cumsum(sketch.counts)
    spare = (1 - share) / 2 * sketch.known + 1e-9
    first = int(np.searchsorted(rises, spare, side="right"))
    last = len(rises) - 1 - int(np.searchsorted(np.cumsum(sketch.counts[::-1]), spare, side="right"))
    return min(first, len(rises) - 1), max(last, first)


def _far(value: float, side: int, whole: bool) -> float:
    """The lowest (-1) or highest (1) number, of `whole` ones or any, that a sketch rounds to `value`."""
    if value == 0 or (value > 0) != (side > 0):
        return float(value)
    bits = (np.array([value], np.float64).view(np.int64) >> np.int64(52 - BITS)) + 1
    beyond = float((bits << np.int64(52 - BITS)).view(np.float64)[0])
    if whole:
        return math.ceil(beyond) - 1.0 if side > 0 else math.floor(beyond) + 1.0
    return float(np.nextafter(beyond, 0.0))


def shortest(low: float, high: float, closed: str) -> float:
    """Return the number of fewest digits between two, the end at `closed` ("left" or "right") included and preferred.

    >>> shortest(0.6499023, 0.6523, "right"), shortest(12.0, 13.0, "left")
    (0.65, 12.0)
    """
    end, other = (low, high) if closed == "left" else (high, low)
    for digits in range(1, 17):
        for near in (end, (low + high) / 2 if math.isfinite(other) else end):
            found = float(f"{near:.{digits}g}")
            if (low <= found < high) if closed == "left" else (low < found <= high):
                return found
    return float(end)
