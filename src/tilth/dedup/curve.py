"""How likely banded MinHash is to bring a pair together, and the bands and rows for a wanted similarity."""

from __future__ import annotations

from tilth.errors import RecipeError


def probability(jaccard: float, bands: int, rows: int) -> float:
    """Return the probability that two texts of this Jaccard similarity share at least one band: 1 - (1 - J^rows)^bands.

    Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4.2.

    >>> round(probability(0.8, bands=14, rows=8), 3)
    0.924
    """
    return 1.0 - (1.0 - jaccard**rows) ** bands


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
