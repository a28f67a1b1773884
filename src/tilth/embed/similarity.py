"""How like a text is to a corpus that it shall be like: the cosine with that corpus's mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.embed.nearest_cluster import centres_of, nearest
from tilth.embed.vectors import COLUMN, at_rows, vectors
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import cosine
from tilth.op import Fold, Op, put


@dataclass(frozen=True)
class Centroid(Fold):
    """Learn the mean direction of the vectors in `column` and become the `Similarity` step of that `name`.

    In `learn_from(target, embed.Centroid("wiki"), prepare=[embedding])` it learns from another corpus; the recipe that it stands in
    must embed with the same model. Sums are of whole numbers, and exact. Raises CorpusError where no row has a vector.

    >>> from tilth.memory import evaluate
    >>> table = pa.table({"embedding": [[1.0, 0.0], [0.0, 1.0]]})
    >>> [round(x, 3) for x in evaluate([Centroid("own")], table).table["similarity_own"].to_pylist()]
    [0.707, 0.707]
    """

    name: str
    column: str = COLUMN

    def __post_init__(self) -> None:
        _check_name(self.name, repr(self))

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return one row for each component, or none: `sum` (int64)."""
        found, _ = vectors(batch, self.column)
        return pa.table({"sum": cosine.units(found).sum(axis=0, dtype=np.int64) if len(found) else np.zeros(0, np.int64)})

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        if not len(a) or not len(b):
            return a if len(a) else b
        return pa.table({"sum": a["sum"].to_numpy() + b["sum"].to_numpy()})

    def finish(self, state: pa.Table) -> list[Similarity]:
        if not len(state):
            raise CorpusError.empty("embed.Centroid", why=f"no row with a vector in {self.column!r} reached it")
        return [Similarity(self.name, cosine.units(state["sum"].to_numpy()[None].astype(np.float64)).tobytes(), self.column)]


@dataclass(frozen=True)
class Similarity(Op):
    """Add `similarity_<name>` (float64): the cosine of each vector in `column` with `direction`; null where there is none.

    `direction` is a unit vector as int16 little-endian, 2**14 being 1: what `Centroid` learns. A rule on it, or a share of the best by
    it, selects what is like the target: the embedding score of Data-Juicer's and NeMo's selectors.

    >>> step = Similarity("east", np.array([16384, 0], np.int16).tobytes())
    >>> step.apply(pa.record_batch({"embedding": [[3.0, 4.0], None]}))["similarity_east"].to_pylist()
    [0.5999755859375, None]
    """

    name: str
    direction: bytes
    column: str = COLUMN

    def __post_init__(self) -> None:
        _check_name(self.name, repr(self))
        centres_of(self.direction, len(self.direction) // 2)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        _, dots, some = nearest(batch, self.column, centres_of(self.direction, len(self.direction) // 2), 1)
        return put(batch, f"similarity_{self.name}", at_rows(dots[:, 0] / cosine.ONE, some))

    def __repr__(self) -> str:
        return f"Similarity({self.name!r}, column={self.column!r})"


def _check_name(name: str, where: str) -> None:
    if not name.isidentifier() or name != name.lower():
        raise RecipeError("This cannot be part of a column's name.", where=where, why="rules must be able to name it", fix='name="wiki"')
