"""The four methods that carry a threshold from one language to another, on distributions worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.filters.adapt import Distribution, language_score, mean_std, median_ratio, quantile

KNOWN = Distribution(np.array([0.0, 1.0, 2.0]), np.array([1, 2, 1]))  # mean 1, deviation sqrt(1/2)
OWN = Distribution(np.array([0.0, 4.0]), np.array([1, 3]))  # mean 3, deviation sqrt(3)
values = st.lists(st.integers(0, 9), min_size=1, max_size=30)


def test_methods_by_hand() -> None:
    assert mean_std(2.0, KNOWN, OWN) == pytest.approx(3 + np.sqrt(2) * np.sqrt(3))
    assert quantile(1.0, KNOWN, OWN) == 4.0
    assert quantile(0.5, KNOWN, OWN) == 0.0
    assert median_ratio(2.0, KNOWN, OWN) == 8.0


def test_what_never_varies_leaves_the_threshold_as_it_is() -> None:
    still = Distribution(np.array([0.0]), np.array([7]))
    assert mean_std(0.3, still, OWN) == median_ratio(0.3, still, OWN) == 0.3


@given(values, st.integers(1, 99).map(lambda n: n / 100))
def test_a_quantile_is_the_smallest_value_that_enough_do_not_exceed(found: list[int], share: float) -> None:
    at, counts = np.unique(found, return_counts=True)
    ordered = sorted(found)
    wanted = next(value for i, value in enumerate(ordered) if (i + 1) >= share * len(found) * (1 - 1e-12))
    assert Distribution(at.astype(float), counts).quantile(share) == wanted


@given(values)
def test_each_method_gives_a_language_its_own_threshold_back(found: list[int]) -> None:
    same = Distribution(*(part.astype(float) for part in np.unique(found, return_counts=True)))
    assert mean_std(3.0, same, same) == pytest.approx(3.0)
    assert median_ratio(3.0, same, same) == pytest.approx(3.0)
    assert same.share(quantile(float(found[0]), same, same)) == same.share(float(found[0]))


def test_the_score_of_a_language_is_between_bounds() -> None:
    sure = Distribution(np.array([1.0]), np.array([5]))
    unsure = Distribution(np.array([0.1, 0.9]), np.array([6, 5]))
    between = Distribution(np.array([0.6, 0.8]), np.array([5, 5]))
    assert (language_score(sure), language_score(unsure)) == (0.9, 0.3)
    assert language_score(between) == pytest.approx(0.5)
