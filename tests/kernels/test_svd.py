"""Singular vectors against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.kernels.svd import eigen, gram, product, times, transposed_times


def sparse(rng: np.random.Generator, rows: int, width: int) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    dense = np.where(rng.random((rows, width)) < 0.3, rng.standard_normal((rows, width)), 0).astype(np.float32)
    row, columns = np.nonzero(dense)
    offsets = np.searchsorted(row, np.arange(rows + 1))
    return dense, (offsets, columns.astype(np.int32), dense[row, columns])


@pytest.mark.parametrize("seed", range(5))
def test_products(seed):
    rng = np.random.default_rng(seed)
    dense, parts = sparse(rng, 30, 20)
    right, left = rng.standard_normal((20, 7), np.float32), rng.standard_normal((30, 7), np.float32)
    assert np.allclose(times(*parts, right), dense @ right, atol=1e-5)
    assert np.allclose(transposed_times(*parts, left, 20), dense.T @ left, atol=1e-5)
    assert np.allclose(gram(left), left.T @ left, atol=1e-4)
    turn = rng.standard_normal((7, 3))
    assert np.allclose(product(left, turn), left @ turn, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 17, 60])
def test_eigenvectors(size):
    rng = np.random.default_rng(size)
    half = rng.standard_normal((size, max(1, size // 2)))  # half of the values are zero
    symmetric = half @ half.T
    values, vectors = eigen(symmetric)
    assert np.allclose(values, np.linalg.eigvalsh(symmetric)[::-1], atol=1e-9)
    assert np.allclose(vectors @ np.diag(values) @ vectors.T, symmetric)
    assert np.allclose(vectors.T @ vectors, np.eye(size))
