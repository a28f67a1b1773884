"""How likely banded MinHash is to bring a pair together, and the bands and rows for a wanted similarity."""

from __future__ import annotations

import math

import numpy as np

from tilth.errors import RecipeError


def probability(jaccard: float, bands: int, rows: int, least: int = 0) -> float:
    """Return the probability that two texts of this Jaccard similarity share at least one band: 1 - (1 - J^rows)^bands.

    With `least` they must also agree on that many values in all, as `NearDuplicates` checks; the two are not independent, since a shared
    band is `rows` agreements.

    Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4.2.

    >>> round(probability(0.8, bands=14, rows=8), 3), round(probability(0.8, bands=14, rows=8, least=82), 3)
    (0.924, 0.904)
    """
    if least <= 0:
        return 1.0 - (1.0 - jaccard**rows) ** bands
    return _at_least(_agreements(jaccard, rows), bands, least) - _at_least(_agreements(jaccard, rows)[:-1], bands, least)


def _agreements(jaccard: float, rows: int) -> np.ndarray:
    """Return the probabilities of 0 to `rows` agreements in a band."""
    return np.array([math.comb(rows, k) * jaccard**k * (1.0 - jaccard) ** (rows - k) for k in range(rows + 1)])


def _at_least(band: np.ndarray, bands: int, least: int) -> float:
    """Return the probability that `bands` bands, each with these chances for 0, 1, ... agreements, have `least` in all."""
    total = np.ones(1)
    for _ in range(bands):
        total = np.convolve(total, band)
    return float(total[least:].sum())


def bands(jaccard: float, recall: float = 0.9, values: int = 112) -> tuple[int, int]:
    """Return (bands, rows) of at most `values` MinHash values that bring pairs of this similarity together with at least `recall`.

    Most rows first, for they keep other pairs apart; then as many bands as the values allow. Raises RecipeError where none reaches it.

    >>> bands(0.8), bands(0.9)
    ((14, 8), (8, 13))
    """
    for rows in range(values, 0, -1):
        if probability(jaccard, values // rows, rows) >= recall:
            return values // rows, rows
    raise RecipeError(
        f"No bands bring {recall:.0%} of the pairs of similarity {jaccard} together.", where=f"bands({jaccard}, {recall}, {values})",
        why=f"{values} values are too few: one row in {values} bands finds {probability(jaccard, values, 1):.1%}",
        fix="ask for less recall, or give more values",
    )  # fmt: skip
