"""Rare positives: recall holds, precision is 1, and what no method can beat is not far away."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tilth.errors import RecipeError
from tilth.semantic.guarantees.rare import rare
from tilth.semantic.guarantees.strata import answered


def tail(n: int, p: float, least: int) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


@pytest.mark.parametrize("share", [0.005, 0.02, 0.05])
def test_recall_holds_and_every_row_returned_was_verified(share: float) -> None:
    missed, seeds = 0, 40
    for seed in range(seeds):
        draw = np.random.default_rng([seed, 1])
        gold = draw.random(600) < share
        cut = answered(rare(1.5 * gold + draw.normal(0, 1, 600), delta=0.1, seed=seed), lambda rows, gold=gold: gold[rows])
        decided = cut.decide()
        assert not (decided & ~gold).any()
        missed += (decided & gold).sum() < 0.9 * gold.sum() - 1e-9
    assert tail(seeds, 0.1, missed) > 1e-4


def test_many_rows_with_a_good_proxy_cost_little_more_than_they_must() -> None:
    draw = np.random.default_rng(0)
    gold = draw.random(20_000) < 0.02
    scores = gold + draw.normal(0, 0.2, 20_000)
    calls = [answered(rare(scores, seed=seed), lambda rows: gold[rows]).calls for seed in range(4)]
    hidden = gold.sum() // 9
    least = (1 - 0.05 ** (1 / (hidden + 1))) * (~gold).sum() + gold.sum()
    assert np.mean(calls) < 2 * least


def test_no_positives_at_all_costs_every_row_unless_some_may_be_overlooked() -> None:
    none = np.zeros(3000, np.bool_)
    scores = np.random.default_rng(0).random(3000)
    assert answered(rare(scores), lambda rows: none[rows]).proof == "oracle"
    assert answered(rare(scores, overlook=30), lambda rows: none[rows]).calls < 600


def test_what_may_be_overlooked_is_not_passed() -> None:
    missed = 0
    for seed in range(60):
        draw = np.random.default_rng([seed, 1])
        gold = draw.permutation(np.arange(500) < 11)  # the scores tell nothing
        cut = answered(rare(draw.random(500), delta=0.1, overlook=10, seed=seed), lambda rows, gold=gold: gold[rows])
        lost = (gold & ~cut.decide()).sum()
        missed += lost > 10 and lost > 0.1 * gold.sum()
    assert tail(60, 0.1, missed) > 1e-4


def test_a_negative_overlook_is_refused() -> None:
    with pytest.raises(RecipeError, match="overlook"):
        next(rare([0.5], overlook=-1))
