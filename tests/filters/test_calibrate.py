"""Calibration finds the scale and offset that made the data."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.filters.calibrate import platt, surprise, temperature

CHANCE = np.random.default_rng(0)


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (0.3, 1.0), (5.0, -2.0)])
def test_platt_finds_scale_and_offset(scale: float, offset: float) -> None:
    scores = CHANCE.normal(size=50_000)
    true = CHANCE.random(50_000) < 1 / (1 + np.exp(-(scale * scores + offset)))
    found = platt(scores, true)
    assert found == pytest.approx((scale, offset), abs=0.05 + 0.05 * abs(scale))


def test_platt_of_scores_that_part_the_two_is_finite_and_right() -> None:
    a, b = platt(np.linspace(-1, 1, 40), np.arange(40) >= 20)
    assert 0 < a < 101 and np.isfinite(b)
    assert 1 / (1 + np.exp(-(a + b))) > 0.9


@pytest.mark.parametrize("true", [[True, False], [True, True, True, False]])
def test_platt_of_a_few(true: list[bool]) -> None:
    a, b = platt(np.arange(len(true), dtype=float), np.array(true))
    assert np.isfinite([a, b]).all()


def test_platt_of_scores_that_are_all_one() -> None:
    a, b = platt(np.full(100, 2.0), np.arange(100) < 30)
    assert 1 / (1 + np.exp(-(a * 2.0 + b))) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("scale", [0.2, 1.0, 6.0])
@pytest.mark.parametrize("each", [False, True])
def test_temperature_is_where_the_labels_surprise_least(scale: float, each: bool) -> None:
    scores = CHANCE.normal(size=(4000, 5))
    chances = np.exp(scale * scores)
    labels = np.array([CHANCE.choice(5, p=row / row.sum()) for row in chances])
    found = temperature(scores, labels, each)
    assert surprise(found * scores, labels, each) <= min(surprise(f * found * scores, labels, each) for f in (0.9, 1.1)) + 1e-9
    if not each:
        assert found == pytest.approx(scale, rel=0.15)


def test_surprise_is_the_log_loss() -> None:
    assert surprise(np.log([[0.2, 0.8], [0.5, 0.5]]), np.array([0, 1])) == pytest.approx(-(np.log(0.2) + np.log(0.5)) / 2)
    assert surprise(np.zeros((1, 3)), np.array([1]), each=True) == pytest.approx(3 * np.log(2))
