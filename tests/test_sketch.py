"""A sketch counts right, loses little of a value, and does not care how the rows were cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.sketch import Sketch, rounded

values = st.lists(st.floats(width=64), max_size=200)


@given(values, st.integers(0, 200))
def test_the_same_however_it_is_cut(rows: list[float], at: int) -> None:
    whole, parts = Sketch(), Sketch()
    whole.add(np.array(rows, np.float64))
    for part in (rows[:at], rows[at:]):
        parts.add(np.array(part, np.float64))
        assert len(parts.counts) == len(parts.values)  # settles in between
    assert np.array_equal(whole.values, parts.values) and np.array_equal(whole.counts, parts.counts)
    assert (whole.unknown, whole.least, whole.most) == (parts.unknown, parts.least, parts.most)
    assert whole.known + whole.unknown == len(rows)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_is_off_by_less_than_one_in_4096(value: float) -> None:
    near = float(rounded(np.array([value]))[0])
    assert abs(near - value) <= max(abs(value) / 4096, 2.3e-308) and abs(near) <= abs(value)


@given(st.integers(-8192, 8192))
def test_small_whole_numbers_are_exact(value: int) -> None:
    assert rounded(np.array([float(value)]))[0] == value


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_quantiles_are_those_of_the_rounded_values(rows: list[float], q: float) -> None:
    sketch = Sketch()
    sketch.add(np.array(rows))
    exact = np.sort(rounded(np.array(rows)))
    at = sketch.quantile(q)
    assert at in exact and np.mean(exact <= at) >= q - 1e-9


def test_memory_follows_the_values_and_not_the_rows() -> None:
    sketch = Sketch(wait=1000)
    for _ in range(50):
        sketch.add(np.tile(np.arange(10.0), 50))
        assert sum(map(len, sketch._fresh)) <= 1000
    assert sketch.counts.tolist() == [2500] * 10


@given(values, st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9, unique=True))
def test_a_histogram_counts_every_known_value_once(rows: list[float], edges: list[float]) -> None:
    sketch = Sketch()
    sketch.add(np.array(rows, np.float64))
    assert sketch.histogram(np.sort(edges)).sum() == sketch.known
