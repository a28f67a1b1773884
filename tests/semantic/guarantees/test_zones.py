"""The proof of a zone: wrong in at most delta of the runs where it only just must not succeed, whatever shrinks and is weighted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tilth.semantic.guarantees.strata import Bools, Strata, answered
from tilth.semantic.guarantees.zones import draws, prove


def tail(n: int, p: float, least: int) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def proved(gold: Bools, allowed: float, seed: int, shrinking: bool, delta: float = 0.1) -> tuple[bool, int]:
    """Whether more positives are left unseen than allowed, and how many rows were asked about; the scores tell nothing."""
    rows = Strata(np.arange(len(gold), dtype=float), most=20, seed=seed)

    def shrink(zone: Bools, needed: float) -> Bools:  # an adversary: gives up where most was lost
        if not shrinking or needed < 3 or zone.sum() < 2:
            return zone
        ones = np.bincount(rows.stratum[rows.answer == 1], minlength=len(zone))
        return zone & (np.arange(len(zone)) != np.argmax(np.where(zone, ones, -1)))

    everything = np.ones(len(rows.size), np.bool_)
    zone = answered(_run(rows, everything, allowed, delta, shrink), lambda wanted: gold[wanted])
    unseen = rows.unseen(zone)
    return bool(gold[rows.order[unseen]].sum() > allowed), int((rows.answer >= 0).sum())


def _run(rows, zone, allowed, delta, shrink):  # type: ignore[no-untyped-def]
    yield from rows.ask(rows.pilot(30))  # known before the proof begins
    return (yield from prove(rows, zone, 1, lambda _: allowed, delta, shrink))


@pytest.mark.parametrize("shrinking", [False, True])
@pytest.mark.parametrize("clumped", [False, True])
def test_what_is_false_is_proved_no_more_often_than_delta(shrinking: bool, clumped: bool) -> None:
    gold = np.zeros(150, np.bool_)
    gold[:13] = True
    if not clumped:
        gold = np.random.default_rng(0).permutation(gold)
    missed = sum(proved(gold, 12, seed, shrinking)[0] for seed in range(200))
    assert tail(200, 0.1, missed) > 1e-4


def test_what_is_true_is_proved_with_few_labels() -> None:
    gold = np.random.default_rng(0).permutation(np.arange(1000) < 5)
    asked = [proved(gold, 60, seed, False)[1] for seed in range(20)]
    assert max(asked) < 250


def test_nothing_allowed_asks_about_every_row() -> None:
    assert proved(np.zeros(50, np.bool_), 0, 0, False) == (False, 50)


def test_plans_expect_about_what_proofs_take() -> None:
    gold = np.random.default_rng(0).permutation(np.arange(1000) < 20)
    asked = np.mean([proved(gold, 60, seed, False, 0.025)[1] for seed in range(30)])
    expected = float(draws(np.array([1000]), np.array([20.0]), np.array([60.0]), math.log(40))[0])
    assert 0.5 < asked / expected < 2
