"""The distribution of a column, folded batch by batch: how often each value came, values rounded down to 13 significant bits.

So every share is right, a value is off by less than 1/4096 of itself (whole numbers up to 8192 are exact), and memory does not
grow with the rows. Source: the idea of DDSketch (Masson, Rim and Lee, VLDB 2019), buckets of a fixed relative width, with the bits
of the number itself as the bucket.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

FRESH = 1 << 17  # values that wait to be counted
BITS = 12  # of the 52 of a fraction, those that are kept


@dataclass
class Sketch:
    """Counts by rounded value, and how many values were unknown (null, NaN or infinite).

    >>> sketch = Sketch()
    >>> sketch.add(np.array([1.0, 2.0, 2.0, 4.0, np.nan]))
    >>> sketch.values.tolist(), sketch.counts.tolist(), sketch.unknown, sketch.quantile(0.5)
    ([1.0, 2.0, 4.0], [1, 2, 1], 1, 2.0)
    """

    unknown: int = 0
    least: float = np.inf
    most: float = -np.inf
    _values: np.ndarray = field(default_factory=lambda: np.zeros(0))
    _counts: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    _fresh: list[np.ndarray] = field(default_factory=list)
    bits: int = BITS  # fewer make it smaller and coarser: values are off by less than 1 / 2**bits of themselves
    wait: int = FRESH

    def add(self, values: np.ndarray) -> None:
        """Count float64 values, NaN for null."""
        known = values[np.isfinite(values)]
        self.unknown += len(values) - len(known)
        if not len(known):
            return
        self.least, self.most = min(self.least, float(known.min())), max(self.most, float(known.max()))
        self._fresh.append(rounded(known, self.bits))
        if sum(map(len, self._fresh)) > self.wait:
            self._settle()

    @property
    def values(self) -> np.ndarray:
        """The rounded values that came, float64, ascending, each once."""
        self._settle()
        return self._values

    @property
    def counts(self) -> np.ndarray:
        """How often each of `values` came, int64."""
        self._settle()
        return self._counts

    def _settle(self) -> None:
        if self._fresh:
            fresh, counts = np.unique(np.concatenate(self._fresh), return_counts=True)
            self._values, at = np.unique(np.concatenate([self._values, fresh]), return_inverse=True)
            self._counts = np.bincount(at, weights=np.concatenate([self._counts, counts])).astype(np.int64)
            self._fresh = []

    def positive(self) -> Sketch:
        """Return the same of the values above zero alone."""
        above = self.values > 0
        return Sketch(0, max(self.least, 0.0), self.most, self.values[above], self.counts[above], bits=self.bits)

    @property
    def known(self) -> int:
        return int(self.counts.sum())

    def quantile(self, q: float) -> float:
        """Return the value that a share `q` of the known values does not exceed; NaN where nothing is known."""
        if not len(self.values):
            return float("nan")
        at = np.searchsorted(np.cumsum(self.counts), q * self.known)
        return float(self.values[min(int(at), len(self.values) - 1)])

    def histogram(self, edges: np.ndarray) -> np.ndarray:
        """Return int64[len(edges) - 1], values per bin; what lies beyond the ends is counted in the bins at the ends."""
        at = np.clip(np.searchsorted(edges, self.values, side="right") - 1, 0, len(edges) - 2)
        return np.bincount(at, weights=self.counts, minlength=len(edges) - 1).astype(np.int64)


def rounded(values: np.ndarray, bits: int = BITS) -> np.ndarray:
    """Return float64 values with all but `bits` bits of their fraction cut off, towards zero.

    >>> rounded(np.array([0.1, -3.0, 8191.0, 123456.0])).tolist()
    [0.0999..., -3.0, 8191.0, 123456.0]
    """
    cut = np.int64(52 - bits)
    return ((np.ascontiguousarray(values, np.float64) + 0.0).view(np.int64) >> cut << cut).view(np.float64)
