"""The largest singular vectors of a sparse matrix, to the same bits on every machine: fixed order of every sum, no library of threads."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel

_SWEEPS = 60


@kernel
def times(offsets: np.ndarray, columns: np.ndarray, values: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return A @ right (float32[rows, k]) of the sparse matrix A (its rows by offsets, columns and values)."""
    out = np.zeros((len(offsets) - 1, right.shape[1]), np.float32)
    for row in range(len(out)):
        for i in range(offsets[row], offsets[row + 1]):
            value, source, target = values[i], right[columns[i]], out[row]
            for j in range(len(target)):
                target[j] += value * source[j]
    return out


@kernel
def transposed_times(offsets: np.ndarray, columns: np.ndarray, values: np.ndarray, right: np.ndarray, width: int) -> np.ndarray:
    """Return A.T @ right (float32[width, k])."""
    out = np.zeros((width, right.shape[1]), np.float32)
    for row in range(len(offsets) - 1):
        for i in range(offsets[row], offsets[row + 1]):
            value, source, target = values[i], right[row], out[columns[i]]
            for j in range(len(target)):
                target[j] += value * source[j]
    return out


@kernel
def gram(matrix: np.ndarray) -> np.ndarray:
    """Return matrix.T @ matrix, float64[k, k], of float32[n, k]."""
    k = matrix.shape[1]
    out, wide = np.zeros((k, k)), np.empty(k)
    for row in range(len(matrix)):
        for j in range(k):
            wide[j] = matrix[row, j]
        for i in range(k):
            factor, target = wide[i], out[i]
            for j in range(k):
                target[j] += factor * wide[j]
    return out


@kernel
def eigen(symmetric: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (values, vectors as columns) of a symmetric float64[k, k], largest first: cyclic Jacobi rotations (Golub, Van Loan, 8.5)."""
    a, k = symmetric.copy(), len(symmetric)
    v = np.eye(k)  # its rows are the vectors, until the end
    for _ in range(_SWEEPS):
        off, whole = 0.0, 0.0
        for i in range(k):
            for j in range(k):
                whole += a[i, j] * a[i, j]
                off += a[i, j] * a[i, j] if i != j else 0.0
        if off <= 1e-24 * whole:
            break
        for p in range(k - 1):
            for q in range(p + 1, k):
                if a[p, q] == 0.0:
                    continue
                theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                t = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                t = -t if theta < 0.0 else t
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for j in range(k):
                    x, y = a[p, j], a[q, j]
                    a[p, j], a[q, j] = c * x - s * y, s * x + c * y
                for j in range(k):
                    x, y = a[j, p], a[j, q]
                    a[j, p], a[j, q] = c * x - s * y, s * x + c * y
                for j in range(k):
                    x, y = v[p, j], v[q, j]
                    v[p, j], v[q, j] = c * x - s * y, s * x + c * y
    values = np.diag(a).copy()
    order = np.argsort(-values, kind="mergesort")
    return values[order], v[order].T.copy()


@kernel
def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return left @ right, float32[n, m], of float32[n, k] and float64[k, m]."""
    out, total = np.empty((len(left), right.shape[1]), np.float32), np.empty(right.shape[1])
    for row in range(len(left)):
        total[:] = 0.0
        for i in range(left.shape[1]):
            factor, source = np.float64(left[row, i]), right[i]
            for j in range(len(total)):
                total[j] += factor * source[j]
        for j in range(len(total)):
            out[row, j] = total[j]
    return out
