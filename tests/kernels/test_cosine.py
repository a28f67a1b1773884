"""Cosines in whole numbers against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.cosine import ONE, alike, dot, nearest, spread, sums, units


def vectors(seed: int, count: int, dim: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)


@pytest.mark.parametrize("dim", [1, 3, 64, 256, 1000])
def test_units_and_their_cosines(dim):
    raw = vectors(dim, 40, dim) * 10.0 ** np.random.default_rng(0).uniform(-20, 15, (40, 1)).astype(np.float32)
    found, true = units(raw), raw.astype(np.float64) / np.linalg.norm(raw.astype(np.float64), axis=1)[:, None]
    cosines = np.array([[dot(a, b) / ONE for b in found] for a in found])
    assert np.abs(cosines - true @ true.T).max() < 2e-4


def test_what_has_no_direction_is_zeros():
    raw = np.array([[0, 0], [np.nan, 1], [np.inf, 1], [3, 4]], np.float32)
    assert units(raw).tolist() == [[0, 0], [0, 0], [0, 0], [9830, 13107]]


def test_the_largest_and_smallest_product_fit():
    one = units(np.full((1, 4096), 7.0, np.float32))
    assert abs(dot(one[0], one[0]) / ONE - 1) < 1e-3 and abs(dot(one[0], -one[0]) / ONE + 1) < 1e-3


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 5))
def test_nearest(seed, centres, probes):
    probes = min(probes, centres)
    a, b = units(vectors(seed, 20, 4)), units(vectors(seed + 1, centres, 4))
    which, dots = nearest(a, b, probes)
    whole = a.astype(np.int64) @ b.astype(np.int64).T
    order = np.argsort(-whole, axis=1, kind="stable")[:, :probes]
    assert np.array_equal(which, order) and np.array_equal(dots, np.take_along_axis(whole, order, 1))


def test_sums():
    a, which = units(vectors(3, 50, 4)), np.random.default_rng(3).integers(0, 6, 50).astype(np.int32)
    counts, totals = sums(a, which, 7)
    assert counts.tolist() == np.bincount(which, minlength=7).tolist()
    assert np.array_equal(totals, [a[which == k].sum(axis=0, dtype=np.int64) for k in range(7)])


@pytest.mark.parametrize(("count", "most"), [(0, 3), (1, 3), (300, 1), (700, 4), (700, 10_000)])
def test_alike_finds_the_first_before_each(count, most):
    a, least = units(vectors(9, count, 3)), int(0.9 * ONE)
    whole = a.astype(np.int64) @ a.astype(np.int64).T
    expected = [(i, j, int(whole[i, j])) for i in range(count) for j in np.flatnonzero(whole[i, :i] >= least)[:most].tolist()]
    assert sorted(zip(*(part.tolist() for part in alike(a, least, most)), strict=True)) == expected


def test_spread_picks_far_ones_and_each_direction_once():
    a = units(np.array([[1, 0], [1, 0.01], [0, 1], [-1, 0], [1, 0]], np.float32))
    picked = spread(a, np.array([0.0, 0.5, 0.9, 0.3, 0.1, 0.7]))
    assert len(set(picked.tolist())) == len(picked) and {2, 3} <= set(picked.tolist())
    same = units(np.ones((5, 3), np.float32))
    assert len(spread(same, np.array([0.2, 0.2, 0.2]))) == 1
