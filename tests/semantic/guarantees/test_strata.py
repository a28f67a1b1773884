"""Strata: ties stay together, ranks lead back to rows, rates fall."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import StepError
from tilth.semantic.guarantees.strata import Strata, answered, checked, falling

SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0, -3.0]), max_size=60)


@given(SCORES, st.integers(1, 40))
def test_equal_scores_lie_in_one_stratum_and_higher_ones_above(scores: list[float], most: int) -> None:
    rows = Strata(np.array(scores, dtype=float), most=most)
    assert sorted(rows.order.tolist()) == list(range(len(scores)))
    assert (np.diff(rows.scores) <= 0).all()
    assert (np.diff(rows.stratum) >= 0).all()
    for value in set(scores):
        assert len(set(rows.stratum[rows.scores == value])) == 1
    assert rows.size.sum() == len(scores)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 5)), min_size=1, max_size=30))
def test_the_best_falling_fit_falls_and_keeps_the_sum(pairs: list[tuple[float, float]]) -> None:
    ones, seen = np.array(pairs).T
    fit = falling(ones, seen)
    assert (np.diff(fit) <= 1e-9).all()
    assert fit @ seen == pytest.approx(ones.sum())


def test_rates_follow_the_labels() -> None:
    rows = Strata(np.arange(1000.0))
    rows.answer[:] = rows.order >= 800
    rates = rows.rates()
    assert rates[:20].min() > 0.8
    assert rates[-90:].max() < 0.1


def test_classes_lie_one_after_the_other() -> None:
    rows = Strata(np.array([0.9, 0.8, 0.7, 0.6]), np.array([5, 2, 5, 2]))
    assert rows.order.tolist() == [1, 3, 0, 2]
    answered(rows.ask(np.array([0, 1])), lambda wanted: np.array([2, 5]))
    assert rows.answer.tolist() == [1, 0, -1, -1]
    assert rows.label.tolist() == [2, 5, -1, -1]


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(StepError, match="1 of 2 are NaN"):
        checked([0.5, float("nan")], "precision_recall")
    with pytest.raises(StepError, match="2 dimensions"):
        checked([[0.5]], "precision_recall")


def test_labels_that_do_not_fit_are_refused() -> None:
    rows = Strata(np.arange(5.0))
    with pytest.raises(StepError, match="3 labels came for 2 rows"):
        answered(rows.ask(np.array([0, 1])), lambda wanted: [True, False, True])


def test_no_answer_is_not_positive() -> None:
    rows = Strata(np.arange(3.0))
    answered(rows.ask(np.array([0, 1, 2])), lambda wanted: [True, None, float("nan")])
    assert rows.answer.tolist() == [1, 0, 0]
