"""Name the cluster that each row is in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.embed.vectors import COLUMN, at_rows, vectors
from tilth.errors import RecipeError, StepError
from tilth.kernels import cosine
from tilth.op import Op, put


@dataclass(frozen=True)
class NearestCluster(Op):
    """Add `cluster` (int64), the number of the nearest of `centres`, and `cluster_similarity` (float64), the cosine with it.

    With `nearest` above 1 there are also `cluster_2` and so on, the next ones, null where there are not so many. All are null where the
    row has no vector. `centres` are unit vectors of `dim` numbers, int16 little-endian, 2**14 being 1: what `KMeans` learns. Sample by
    `cluster` for variety.

    Raises RecipeError where the centres are not what their sizes say, StepError where vectors are of another length.

    >>> centres = np.array([[16384, 0], [0, 16384]], np.int16).tobytes()
    >>> NearestCluster(centres, dim=2).apply(pa.record_batch({"embedding": [[0.0, 5.0], None]})).to_pydict()["cluster"]
    [1, None]
    """

    centres: bytes
    dim: int
    nearest: int = 1
    column: str = COLUMN

    def __post_init__(self) -> None:
        centres_of(self.centres, self.dim)
        if self.nearest < 1:
            raise RecipeError("A row has at least one nearest cluster.", where=repr(self), fix="nearest=1")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        centres = centres_of(self.centres, self.dim)
        which, dots, some = nearest(batch, self.column, centres, min(self.nearest, len(centres)))
        batch = put(batch, "cluster", at_rows(which[:, 0].astype(np.int64), some))
        batch = put(batch, "cluster_similarity", at_rows(dots[:, 0] / cosine.ONE, some))
        for i in range(1, self.nearest):
            other = at_rows(which[:, i].astype(np.int64), some) if i < len(centres) else pa.nulls(len(batch), pa.int64())
            batch = put(batch, f"cluster_{i + 1}", other)
        return batch

    def __repr__(self) -> str:
        count = len(self.centres) // 2 // max(1, self.dim)
        return f"NearestCluster({count} centres of {self.dim}, nearest={self.nearest}, column={self.column!r})"


def centres_of(data: bytes, dim: int) -> np.ndarray:
    """Return the centres, int16[k, dim]."""
    if dim < 1 or not data or len(data) % (2 * dim):
        raise RecipeError("These are no centres.", where=f"{len(data)} bytes for vectors of {dim}", fix="learn them: embed.KMeans()")
    return np.frombuffer(data, np.int16).reshape(-1, dim)


def nearest(batch: pa.RecordBatch, column: str, centres: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, of the rows that have a vector, the numbers of and dot products with the nearest centres, and which rows these are."""
    found, some = vectors(batch, column)
    dim = centres.shape[1]
    if len(found) and found.shape[1] != dim:
        raise StepError(
            "Vectors and centres are of different lengths.", where=f"column {column!r}", why=f"{found.shape[1]} numbers, not {dim}",
            fix="learn centres of the vectors of the same model",
        )  # fmt: skip
    return *cosine.nearest(cosine.units(found.reshape(-1, dim)), centres, count), some
