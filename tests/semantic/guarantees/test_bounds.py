"""COUNT, SUM and AVG with bounds: they hold as often as promised, also with a proxy that misleads, and a good proxy narrows them sooner."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tilth.errors import RecipeError, StepError
from tilth.semantic.guarantees.bounds import Bound, average, count, total
from tilth.semantic.guarantees.strata import Inquiry, answered

Floats = NDArray[np.float64]


def tail(n: int, p: float, least: int) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def counted(seed: int, noise: float, calls: int | None) -> tuple[Bound, float]:
    draw = np.random.default_rng([seed, 1])
    gold = draw.random(300) < 0.2
    return answered(count(gold + draw.normal(0, noise, 300), 15, 0.1, calls=calls, seed=seed), lambda rows: gold[rows]), float(gold.sum())


def summed(seed: int, noise: float, calls: int | None) -> tuple[Bound, float]:
    draw = np.random.default_rng([seed, 1])
    gold = draw.exponential(2, 300).clip(0, 10) * (draw.random(300) < 0.7)
    guess = gold[::-1] if noise > 1 else gold + draw.normal(0, noise, 300)
    return answered(total(guess, 0, 10, 60, 0.1, calls=calls, seed=seed), lambda rows: gold[rows]), float(gold.sum())


def meant(seed: int, noise: float, calls: int | None) -> tuple[Bound, float]:
    draw = np.random.default_rng([seed, 1])
    inside = draw.random(300) < 0.4
    gold = np.where(inside, draw.beta(0.5, 0.5, 300), np.nan)
    scores = inside + draw.normal(0, noise, 300)
    return answered(average(scores, 0, 1, 0.1, 0.1, calls=calls, seed=seed), lambda rows: gold[rows]), float(np.nanmean(gold))


@pytest.mark.parametrize("question", [counted, summed, meant])
@pytest.mark.parametrize("noise", [0.1, 50.0])
def test_bounds_hold(question: Callable[[int, float, int | None], tuple[Bound, float]], noise: float) -> None:
    missed, seeds = 0, 25
    for seed in range(seeds):
        found, truth = question(seed, noise, 150 if seed % 2 else None)
        missed += not found.lower - 1e-6 <= truth <= found.upper + 1e-6
        assert found.lower <= found.estimate <= found.upper
        assert len(set(found.rows.tolist())) == found.calls <= 300
    assert tail(seeds, 0.1, missed) > 1e-4


def test_a_good_proxy_narrows_sooner() -> None:
    draw = np.random.default_rng(0)
    gold, noise = draw.random(3000) < 0.3, draw.normal(0, 1, 3000)
    good, useless = (answered(count(scores, 90), lambda rows: gold[rows]).calls for scores in (gold + 0.2 * noise, noise))
    assert good < 0.7 * useless
    figures = 10 * draw.random(3000)
    good, useless = (answered(total(guess, 0, 10, 900), lambda rows: figures[rows]).calls for guess in (figures + noise, 0 * noise))
    assert good < 0.7 * useless


def test_every_row_asked_is_exact() -> None:
    gold = np.arange(40) % 3 == 0
    found = answered(count(np.zeros(40), 0.0), lambda rows: gold[rows])
    assert (found.lower, found.estimate, found.upper, found.calls) == (14, 14, 14, 40)


@settings(max_examples=25)
@given(st.lists(st.booleans(), max_size=12), st.integers(0, 3))
def test_tiny_tables(gold: list[bool], seed: int) -> None:
    truth = np.array(gold, np.bool_)
    found = answered(count(np.zeros(len(gold)), 0.0, seed=seed), lambda rows: truth[rows])
    assert found.lower <= truth.sum() <= found.upper
    assert found.calls <= len(gold)


def test_calls_are_a_cap() -> None:
    gold = np.arange(1000) % 2 == 0
    found = answered(count(np.zeros(1000), 1.0, calls=70), lambda rows: gold[rows])
    assert found.calls == 70
    assert found.upper - found.lower > 2


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([count, total, average]), st.integers(0, 150), st.integers(0, 160), st.integers(0, 3))
def test_calls_are_never_exceeded(search: Callable[..., Inquiry[Bound]], rows: int, calls: int, seed: int) -> None:
    asked: list[int] = []
    bounds = () if search is count else (0, 1)

    def label(wanted: NDArray[np.int64]) -> Floats:
        asked.extend(wanted.tolist())
        return np.where(wanted % 5, wanted % 2, np.nan if search is average else 0.0)

    found = answered(search(np.arange(float(rows)) % 7 / 7, *bounds, 0.0, calls=calls, seed=seed), label)
    assert found.calls == len(asked) == len(set(asked)) == min(calls, rows)


def test_no_row_counts() -> None:
    found = answered(average(np.zeros(50), 0, 1, 0.01), lambda rows: np.full(len(rows), np.nan))
    assert np.isnan(found.estimate)
    assert found.calls == 50


def test_wrong_labels_and_settings_are_refused() -> None:
    with pytest.raises(StepError, match="from 0 to 1"):
        answered(total(np.zeros(50), 0, 1, 1), lambda rows: np.full(len(rows), 7.0))
    with pytest.raises(StepError, match="NaN"):
        next(count([float("nan")], 1))
    with pytest.raises(RecipeError, match="within"):
        next(count([0.5], -1))
