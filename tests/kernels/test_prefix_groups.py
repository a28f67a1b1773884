"""Groups of rows: every order is an order of all rows and all columns, and greed takes what is worth most."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.prefix_groups import group, one_order

WIDTH = 4  # texts a column


def texts(columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tokens, starts and heads of columns with WIDTH ascending texts each: text k of column c is c + k tokens, and begins as all do."""
    lengths = [c + k for c in range(columns) for k in range(1, WIDTH + 1)]
    return np.zeros(sum(lengths), np.int64), np.cumsum([0, *lengths]), np.ones(columns, np.int64)


@given(st.integers(1, 4), st.data(), st.integers(0, 4), st.sampled_from((1.0, 2.0, 3.0)), st.booleans())
def test_everything_once(columns: int, data: st.DataObject, depth: int, power: float, whole: bool) -> None:
    codes = data.draw(st.lists(st.tuples(*[st.integers(0, WIDTH - 1)] * columns), min_size=1, max_size=20, unique=True))
    values = np.array(codes, np.int64) + np.arange(columns) * WIDTH
    tokens, starts, heads = texts(columns)
    rank = np.array(data.draw(st.permutations(range(columns))))
    some = np.array(sorted(data.draw(st.sets(st.integers(0, len(codes) - 1), min_size=1))))
    ways = np.full(values.shape, -1)
    rows = group(values, tokens, starts, heads, rank, some, ways, depth, power, whole)
    assert sorted(rows.tolist()) == some.tolist()
    assert (np.sort(ways[some], 1) == np.arange(columns)).all()
    assert (ways[np.setdiff1d(np.arange(len(codes)), some)] == -1).all()
    if depth == 0:
        assert (ways[some] == rank).all()
        assert values[rows][:, rank].tolist() == sorted(values[some][:, rank].tolist())


@given(st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_one_order_is_an_order(columns: int, depth: int, dependent: bool) -> None:
    values = np.array([[(row * (c + 1)) % WIDTH + c * WIDTH for c in range(columns)] for row in range(9)])
    order = one_order(values, *texts(columns), np.arange(9), depth, dependent)
    assert sorted(order.tolist()) == list(range(columns))


def test_the_heavier_group_first() -> None:
    values = np.array([[0, 4], [0, 5], [1, 6], [2, 6], [3, 6]])  # two rows share a short text, three a long one
    tokens, starts, heads = texts(2)
    ways = np.empty((5, 2), np.int64)
    rows = group(values, tokens, starts, heads, np.arange(2), np.arange(5), ways, 8, 1.0, False)
    assert ways.tolist() == [[0, 1], [0, 1], [1, 0], [1, 0], [1, 0]]
    assert sorted(rows.tolist()) == list(range(5))
