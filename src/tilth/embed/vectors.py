"""Vectors as an Arrow column: fixed_size_list of float32, one a row, null where a row has none."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError, RecipeError, StepError
from tilth.kernels.arrow import utf8

COLUMN = "embedding"


def column(vectors: np.ndarray, valid: np.ndarray) -> pa.FixedSizeListArray:
    """Return float32[n, dim] as fixed_size_list<float32>[dim], null where not `valid`.

    >>> column(np.eye(2, dtype=np.float32), np.array([True, False])).to_pylist()
    [[1.0, 0.0], None]
    """
    flat = pa.array(np.ascontiguousarray(vectors, np.float32).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1], mask=pa.array(~valid))


def vectors(batch: pa.RecordBatch, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (float32[m, dim] the vectors that there are, bool[n] which rows have one) of a column of lists of floats.

    Raises CorpusError where there is no such column, RecipeError where it holds no vectors, StepError where their lengths differ.
    """
    if name not in batch.schema.names:
        raise CorpusError.no_column(name, batch.schema.names, where=f"column={name!r}", fix="put embed.HashedSvd() before this step")
    values = batch[name]
    some = np.asarray(values.is_valid())
    kind = values.type
    if not (pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not _is_float(kind):
        raise RecipeError(
            f"Column {name!r} holds no vectors.", where=f"column={name!r}", why=f"its type is {kind}",
            fix="name a column of lists of floats, one length for all",
        )  # fmt: skip
    flat, rows = np.asarray(values.drop_null().flatten()).astype(np.float32), int(some.sum())
    dim = kind.list_size if pa.types.is_fixed_size_list(kind) else len(flat) // max(1, rows)
    if len(flat) != rows * dim or (not pa.types.is_fixed_size_list(kind) and not _all_of(values.drop_null(), dim)):
        raise StepError("Vectors of different lengths.", where=f"column {name!r}", fix="make all vectors with the same model")
    return flat.reshape(rows, dim), some


def at_rows(values: np.ndarray, some: np.ndarray) -> pa.Array:
    """Return the values, one for each row that is true in `some`, at those rows, null elsewhere.

    >>> at_rows(np.array([0.5]), np.array([False, True])).to_pylist()
    [None, 0.5]
    """
    out = np.zeros(len(some), values.dtype)
    out[some] = values
    return pa.array(out, mask=~some)


def packed(units: np.ndarray) -> pa.LargeBinaryArray:
    """Return unit vectors (int16[n, dim], see `kernels.cosine`) as large_binary: a type that is the same for every dim."""
    offsets = np.arange(len(units) + 1, dtype=np.int64) * units.shape[1] * 2
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(units), [None, pa.py_buffer(offsets), pa.py_buffer(units)])


def unpacked(values: pa.ChunkedArray) -> np.ndarray:
    """Return the unit vectors, int16[n, dim], that were `packed`. Raises StepError where their lengths differ."""
    offsets, data = utf8(values)
    dim = int(offsets[1] - offsets[0]) // 2 if len(values) else 0
    if (np.diff(offsets) != 2 * dim).any():
        raise StepError("Vectors of different lengths.", where="embeddings", fix="make all vectors with the same model")
    return data[offsets[0] : offsets[-1]].view(np.int16).reshape(len(values), dim)


def _is_float(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind.value_type))


def _all_of(values: pa.Array, dim: int) -> bool:
    return bool((np.diff(np.asarray(values.offsets)) == dim).all())
