import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.dedup.survivor import rank
from tilth.errors import CorpusError, RecipeError


def order(values: list, kind: pa.DataType) -> list[int]:
    return np.argsort(rank(pa.record_batch({"x": pa.array(values, kind)}), "x"), kind="stable").tolist()


def twin(values: list) -> list[int]:
    """Higher first, nothing last, ties by position."""
    missing = [value is None or value != value for value in values]
    return sorted(range(len(values)), key=lambda i: (missing[i], 0 if missing[i] else -values[i]))


@given(st.lists(st.one_of(st.none(), st.floats())))
def test_floats(values):
    assert order(values, pa.float64()) == twin(values)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 2))))
def test_integers(values):
    assert order(values, pa.int64()) == twin(values)


@given(st.lists(st.one_of(st.none(), st.integers(0, 2**64 - 2))))
def test_unsigned_integers(values):
    assert order(values, pa.uint64()) == twin(values)


def test_other_types():
    days = [datetime.date(2020, 1, 1), None, datetime.date(2024, 1, 1)]
    assert order(days, pa.date32()) == [2, 0, 1]
    assert order([datetime.datetime(2020, 1, 1), None, datetime.datetime(2024, 1, 1)], pa.timestamp("us")) == [2, 0, 1]
    assert order([False, True, None], pa.bool_()) == [1, 0, 2]
    assert order([1.5, None, 2.5], pa.float32()) == [2, 0, 1]


FINE = [pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.duration("ns"), pa.time64("ns"), pa.int64(), pa.uint64()]


@pytest.mark.parametrize("kind", FINE)
def test_neighbours_that_a_float_does_not_tell_apart(kind):
    late = 86_399_999_999_998 if kind == pa.time64("ns") else 2**60
    assert order([late, None, late + 1, late - 1, 0], kind) == [2, 0, 3, 4, 1]


def test_first_and_longest():
    batch = pa.record_batch({"text": pa.array(["ab", "é¢", None, "abc"], pa.large_string())})
    assert rank(batch, "first").tolist() == [0, 0, 0, 0]
    assert np.argsort(rank(batch, "longest")).tolist() == [1, 3, 0, 2]


def test_what_cannot_rank():
    with pytest.raises(RecipeError, match="no order"):
        order(["a"], pa.large_string())
    with pytest.raises(CorpusError, match="no column 'y'"):
        rank(pa.record_batch({"x": [1]}), "y")
