"""The promise of a precision is kept as often as it says; and what cannot be shown is an error."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth import CorpusError, RecipeError, StepError, evaluate
from tilth.select import PrecisionThreshold
from tilth.select.precision import at_least
from tilth.testing import check


def labelled(count: int, seed: int) -> pa.Table:
    """Scores in (0, 1), each right with the probability of its score."""
    chance = np.random.default_rng(seed)
    scores = chance.random(count)
    right = chance.random(count) < scores
    return pa.table({"text": ["t"] * count, "score": scores, "label": np.where(right, "good", "bad")})


def test_the_precision_is_kept_as_often_as_promised() -> None:
    broken = found = 0
    for seed in range(200):
        try:
            rule = PrecisionThreshold("score", "label", "good", 0.8, 0.9)
            threshold = float(evaluate([rule], labelled(1500, seed)).executed[-1].rule.split()[-1])
        except StepError:
            continue
        found += 1
        broken += (1 + threshold) / 2 < 0.8  # above a threshold t the true precision is the mean score, (1 + t) / 2
    assert found > 150  # there is something to be found: every threshold above 0.6 will do
    assert broken <= 200 * 0.1 + 3 * (200 * 0.1 * 0.9) ** 0.5  # the share that may break it, and three standard errors


def test_little_is_given_away() -> None:
    few, many = (
        float(evaluate([PrecisionThreshold("score", "label", "good", 0.8)], labelled(n, 5)).executed[-1].rule.split()[-1])
        for n in (2_000, 100_000)
    )
    assert abs(few - 0.6) < 0.15 and abs(many - 0.6) < 0.02  # 0.6 is what would do if all were known


def test_what_cannot_be_shown_is_an_error() -> None:
    with pytest.raises(StepError, match=r"best of 1000 labelled rows"):
        evaluate([PrecisionThreshold("score", "label", "good", 0.999)], labelled(1000, 1))
    with pytest.raises(CorpusError, match="empty"):
        nobody = pa.table({"text": ["a"], "score": [0.5], "label": pa.nulls(1, pa.string())})
        evaluate([PrecisionThreshold("score", "label", "good")], nobody)
    with pytest.raises(CorpusError, match="no column 'label'"):
        evaluate([PrecisionThreshold("score", "label", "good")], pa.table({"text": ["a"], "score": [0.5]}))
    with pytest.raises(RecipeError):
        PrecisionThreshold("score", "label", "good", 1.0)


def test_the_laws_hold_and_the_state_is_bounded() -> None:
    check(PrecisionThreshold("score", "label", "good", 0.6), labelled(400, 3))
    small = PrecisionThreshold("score", "label", "good", 0.6, most=50)
    check(small, labelled(400, 3))


def test_the_tail_of_the_binomial_is_exact() -> None:
    assert at_least(0, 10, 0.3) == pytest.approx(1.0)
    assert at_least(10, 10, 0.3) == pytest.approx(0.3**10)
    assert at_least(5, 8, 0.5) == pytest.approx((56 + 28 + 8 + 1) / 256)
