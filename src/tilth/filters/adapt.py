"""A threshold for one language out of one for another: the four methods of FineWeb-2, on distributions of a signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

UNIT = 1000  # values are kept to three decimals, as the thresholds are


class Distribution(NamedTuple):
    """How often each value of a signal was seen: `values` float64 ascending, `counts` int64."""

    values: np.ndarray
    counts: np.ndarray

    @property
    def mean(self) -> float:
        return float(np.average(self.values, weights=self.counts))

    @property
    def std(self) -> float:
        return float(np.sqrt(np.average((self.values - self.mean) ** 2, weights=self.counts)))

    def quantile(self, share: float) -> float:
        """Return the smallest value that at least this share of all is not above.

        >>> Distribution(np.array([1.0, 2.0, 9.0]), np.array([5, 4, 1])).quantile(0.9)
        2.0
        """
        reached = np.cumsum(self.counts) >= share * self.counts.sum() * (1 - 1e-12)
        return float(self.values[min(int(np.argmax(reached)), len(self.values) - 1)])

    def share(self, value: float) -> float:
        """Return the share of all that is not above `value`."""
        return float(self.counts[self.values <= value].sum() / self.counts.sum())


def mean_std(threshold: float, known: Distribution, own: Distribution) -> float:
    """Return the threshold as many standard deviations from the mean; the same one where the known signal never varies."""
    return threshold if known.std == 0 else own.mean + (threshold - known.mean) / known.std * own.std


def quantile(threshold: float, known: Distribution, own: Distribution) -> float:
    """Return the threshold at the same quantile."""
    return own.quantile(known.share(threshold))


def median_ratio(threshold: float, known: Distribution, own: Distribution) -> float:
    """Return the threshold that is to the median as the known one is; the same one where that median is 0."""
    median = known.quantile(0.5)
    return threshold if median == 0 else threshold * own.quantile(0.5) / median


METHODS: dict[str, Callable[[float, Distribution, Distribution], float]] = {
    "mean_std": mean_std, "quantile": quantile, "median_ratio": median_ratio,
}
TAIL = "tail"  # the fourth: no known threshold, but the share of documents to go


def language_score(scores: Distribution) -> float:
    """Return the score that a text of a language must have: the median less a standard deviation, between 0.3 and 0.9.

    Source: Penedo et al. 2025 (FineWeb2, arXiv 2506.20920), language identification.
    """
    return min(0.9, max(0.3, scores.quantile(0.5) - scores.std))
