"""Betting: a true claim is seldom refuted, however often one looks; a false one soon."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.semantic.guarantees.betting import Capital, Interval, ticket, whole


def tail(n: int, p: float, least: int) -> float:
    """The chance of at least `least` of `n`, each with chance `p`."""
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def refuted(wrong: int, rows: int, allowed: int, seed: int, delta: float) -> bool:
    """Whether "more than `allowed` are wrong" is ever refuted in one random order of the rows; all looks count."""
    draws = np.random.default_rng(seed).permutation(np.arange(rows) < wrong)
    capital = Capital()
    for nth, is_wrong in enumerate(draws[:-1]):
        unseen = rows - nth
        left = allowed - int(draws[:nth].sum())  # of the same claim, about the rows that are left
        if left < 0:
            break
        capital.bet(ticket(unseen if is_wrong else 0, unseen, unseen, left))
    return capital.refutes(delta)


@pytest.mark.parametrize(("rows", "allowed"), [(60, 3), (60, 20), (200, 2)])
def test_a_claim_that_only_just_holds_is_refuted_no_more_often_than_delta(rows: int, allowed: int) -> None:
    missed = sum(refuted(allowed + 1, rows, allowed, seed, 0.1) for seed in range(400))
    assert tail(400, 0.1, missed) > 1e-4


def test_a_false_claim_is_refuted() -> None:
    assert sum(refuted(2, 300, 40, seed, 0.05) for seed in range(50)) >= 48


def test_stakes_that_only_win_pay_what_the_odds_say() -> None:
    capital = Capital(stakes=(1.0,))
    for nth in range(10):
        capital.bet(ticket(0, 20 - nth, 20 - nth, 4))
    # the chance that 5 wrong rows of 20 all lie in the 10 that were not drawn
    assert math.exp(-float(capital.best)) == pytest.approx(math.comb(10, 5) / math.comb(20, 5))


@given(st.integers(1, 50), st.floats(0, 60), st.floats(0, 1))
def test_a_ticket_is_worth_one_where_the_claim_only_just_holds(unseen: int, allowed: float, tilt: float) -> None:
    hidden = whole(allowed) + 1
    if hidden > unseen:
        assert ticket(0, unseen, unseen, allowed) == math.inf
        return
    weight = np.linspace(1, 1 + tilt, unseen)
    share, most = weight / weight.sum(), float(weight.sum() / weight.min())
    if hidden >= most:
        return
    paid = [ticket(1 / share[row] if row < hidden else 0.0, most, unseen, allowed) for row in range(unseen)]
    assert min(paid) >= -1e-9
    assert float(share @ paid) == pytest.approx(1.0)


def test_rows_are_whole() -> None:
    assert whole(9 * (1 / 0.9 - 1)) == 1
    assert whole(0.999) == 0


def test_capital_that_cannot_be_lost_stays_a_number() -> None:
    capital = Capital()
    for _ in range(5):
        capital.bet(math.inf)
        capital.bet(0.0)
    assert capital.refutes(1e-9)
    assert not np.isnan(capital.best)


@pytest.mark.parametrize("population", ["half", "rare", "skewed", "constant"])
def test_an_interval_holds_at_every_look(population: str) -> None:
    random = np.random.default_rng(1)
    values = {
        "half": (random.random(150) < 0.5) * 1.0, "rare": (np.arange(150) < 3) * 1.0,
        "skewed": random.random(150) ** 6, "constant": np.full(150, 0.25),
    }[population]
    total, missed = values.sum(), 0
    for seed in range(100):
        order, interval = np.random.default_rng(seed).permutation(values), Interval(0, 150, delta=0.1, resolution=150)
        seen, inside = 0.0, True
        for nth, value in enumerate(order):
            interval.look(seen + (150 - nth) * value, seen, seen + 150 - nth)
            seen += value
            inside &= interval.lower <= total + 1e-9 and total - 1e-9 <= interval.upper
        missed += not inside
    assert tail(100, 0.1, missed) > 1e-4


def test_an_interval_narrows_and_takes_in_what_is_certain() -> None:
    interval = Interval(0, 10, delta=0.05, whole=True)
    assert (interval.lower, interval.upper) == (0, 10)
    for _ in range(400):
        interval.look(5.0, 0, 10)
    assert (interval.lower, interval.upper) == (5, 5)
    interval.enclose(5, 9)
    assert (interval.lower, interval.upper) == (5, 5)
