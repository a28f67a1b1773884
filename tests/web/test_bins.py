"""Every distribution gets bins that hold all of it, in which its thresholds can be seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.sketch import Sketch
from tilth.web.bins import Bins, binned, ticks


def sketch_of(values: object) -> Sketch:
    sketch = Sketch()
    sketch.add(np.asarray(values, np.float64))
    return sketch


finite = st.floats(-1e12, 1e12)


@given(st.lists(finite, max_size=100), st.lists(finite, max_size=3))
def test_all_values_are_in_and_all_marks_are_inside(values: list[float], marks: list[float]) -> None:
    bins = binned(sketch_of(values), marks)
    assert int(bins.counts.sum()) + (bins.zeros or 0) == len(values)
    assert np.all(np.diff(bins.edges) > 0) and len(bins.edges) == len(bins.counts) + 1
    for mark in marks:
        assert (bins.log and mark < bins.edges[0]) or bins.edges[0] <= mark <= bins.edges[-1]
        assert 0 <= bins.place(mark) <= 1


@given(st.lists(finite, max_size=50), st.lists(finite, max_size=2))
def test_ticks_are_few_rising_and_inside(values: list[float], marks: list[float]) -> None:
    bins = binned(sketch_of(values), marks)
    found = ticks(bins)
    width = bins.edges[-1] - bins.edges[0]
    assert len(found) <= 5 and found == sorted(set(found))
    assert all(bins.edges[0] - width / 1e6 <= tick <= bins.edges[-1] + width / 1e6 for tick in found)


@pytest.mark.parametrize(
    ("values", "marks", "log", "whole"),
    [
        (np.linspace(0, 1, 500), [0.2], False, False),  # a share
        (np.arange(9).repeat(20), [2], False, True),  # few whole numbers
        (np.geomspace(1, 1e6, 500).round(), [50, 100_000], True, False),  # words of a document
        ([0.0] * 300 + list(np.geomspace(0.0001, 0.5, 200)), [0.01], True, False),  # a threshold that a linear scale would hide
        ([0.0] * 300 + list(np.geomspace(0.0001, 0.5, 200)), [0.2], False, False),
        (np.linspace(-5, 1e6, 500), [], False, False),  # below zero there is no logarithm
        ([7.0] * 10, [], False, True),
        ([], [0.5], False, False),
    ],
)
def test_the_scale_is_what_the_data_ask_for(values: object, marks: list[float], log: bool, whole: bool) -> None:
    bins = binned(sketch_of(values), marks)
    assert (bins.log, bins.whole) == (log, whole)


def test_few_whole_numbers_stand_in_the_middle_of_their_bins() -> None:
    bins = binned(sketch_of([0, 0, 1, 3]), [2])
    assert bins.edges.tolist() == [-0.5, 0.5, 1.5, 2.5, 3.5] and bins.counts.tolist() == [2, 1, 0, 1]


def test_zeros_stand_apart_on_a_log_scale() -> None:
    bins = binned(sketch_of([0] * 5 + list(np.geomspace(1, 1e5, 99).round())), [])
    assert bins.log and bins.zeros == 5 and bins.edges[0] == 1


def test_places_on_both_scales() -> None:
    assert Bins(np.array([0.0, 4.0]), np.array([1])).place(1) == 0.25
    assert Bins(np.array([1.0, 100.0]), np.array([1]), log=True).place(10) == pytest.approx(0.5)
    assert Bins(np.array([1.0, 100.0]), np.array([1]), log=True).place(-3) == 0
