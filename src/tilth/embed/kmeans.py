"""Learn clusters of vectors: k-means on a sample first, then over the whole corpus, one Fold a round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.embed import sample
from tilth.embed.nearest_cluster import NearestCluster, centres_of
from tilth.embed.vectors import COLUMN, packed, unpacked, vectors
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import cosine
from tilth.op import Fold

_ROUNDS = 10  # on the sample


@dataclass(frozen=True)
class KMeans(Fold):
    """Learn `clusters` centres of the vectors in `column` and become the `NearestCluster` step that says which each row is nearest to.

    Without `clusters` there are as many as make clusters of about 2,048 rows. The state is a sample, the `sample` rows of lowest hash;
    `finish` seeds centres by k-means++ on it, improves them there, and goes over the whole corpus `rounds` times, each a Fold whose
    state is the centres' sums. Vectors count by their direction (spherical k-means), as whole numbers, so that sums are exact and
    every machine, partition count and order of merging learns the same bits. A centre that loses all its rows stays where it was.

    `nearest` is how many clusters `NearestCluster` names of each row. Raises RecipeError on sizes that cannot be, CorpusError where no row
    has a vector.

    Source: Lloyd 1982; Arthur and Vassilvitskii, k-means++, SODA 2007; Dhillon and Modha, Concept Decompositions, 2001 (spherical).

    >>> from tilth.memory import evaluate
    >>> table = pa.table({"embedding": [[1.0, 0.0], [0.0, 1.0], [0.9, 0.1], None]})
    >>> evaluate([KMeans(clusters=2)], table).table["cluster"].to_pylist()
    [1, 0, 1, None]
    """

    clusters: int = 0
    rounds: int = 1
    nearest: int = 1
    sample: int = 65_536
    seed: int = 0
    column: str = COLUMN

    def __post_init__(self) -> None:
        if min(self.clusters, self.rounds, self.seed) < 0 or self.sample < max(1, self.clusters) or not 1 <= self.nearest <= 8:
            raise RecipeError(
                "These clusters cannot be learned.", where=repr(self),
                why="clusters and rounds are at least 0, the sample has a row for every cluster, nearest is between 1 and 8",
                fix="embed.KMeans(clusters=100)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", self.column)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows: `row` (uint64) and `unit` (large_binary, int16 a component)."""
        found, some = vectors(batch, self.column)
        rows = np.asarray(batch["row"])[some]
        return sample.bottom(pa.table({"row": rows, "unit": packed(cosine.units(found))}), self.sample)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return sample.bottom(pa.concat_tables([a, b]), self.sample)

    def finish(self, state: pa.Table) -> list[Lloyd | NearestCluster]:
        units = unpacked(state["unit"])
        if not len(units):
            raise CorpusError.empty("embed.KMeans", why=f"no row with a vector in {self.column!r} reached it")
        wanted = self.clusters or 1 + sample.population(state, self.sample) // 2048
        centres = on_sample(units, min(wanted, len(units)), self.seed)
        return after(centres, self.rounds, self.nearest, self.column)


@dataclass(frozen=True)
class Lloyd(Fold):
    """One round of k-means over all rows, and `left` more after it: `KMeans` becomes this.

    >>> from tilth.memory import evaluate
    >>> one = Lloyd(np.array([[1, 0], [0, 1]], np.int16).tobytes(), dim=2)
    >>> evaluate([one], pa.table({"embedding": [[0.0, 1.0]]})).table["cluster"].to_pylist()
    [1]
    """

    centres: bytes
    dim: int
    left: int = 0
    nearest: int = 1
    column: str = COLUMN

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return a row for each cluster: `count` (int64) and `sum` (fixed_size_list<int64>) of its vectors."""
        centres = centres_of(self.centres, self.dim)
        units = cosine.units(vectors(batch, self.column)[0]).reshape(-1, self.dim)
        which, _ = cosine.nearest(units, centres, 1)
        return _sums(*cosine.sums(units, which[:, 0], len(centres)))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        counts, sums = (both[0] + both[1] for both in zip(_numbers(a), _numbers(b), strict=True))
        return _sums(counts, sums.reshape(-1, self.dim))

    def finish(self, state: pa.Table) -> list[Lloyd | NearestCluster]:
        counts, sums = _numbers(state)
        return after(_moved(centres_of(self.centres, self.dim), counts, sums.reshape(-1, self.dim)), self.left, self.nearest, self.column)

    def __repr__(self) -> str:
        return f"Lloyd({len(self.centres) // 2 // self.dim} centres of {self.dim}, left={self.left})"


def after(centres: np.ndarray, left: int, nearest: int, column: str) -> list[Lloyd | NearestCluster]:
    """Return the next round, or where none is left the step that names clusters."""
    if left:
        return [Lloyd(centres.tobytes(), centres.shape[1], left - 1, nearest, column)]
    return [NearestCluster(centres.tobytes(), centres.shape[1], nearest, column)]


def on_sample(units: np.ndarray, clusters: int, seed: int) -> np.ndarray:
    """Return at most so many centres, int16[k, dim], of unit vectors (int16[n, dim]): k-means++, then rounds until nothing moves."""
    draws = np.random.Generator(np.random.PCG64(seed)).random(clusters)
    centres = units[cosine.spread(units, draws)]
    for _ in range(_ROUNDS):
        which, _ = cosine.nearest(units, centres, 1)
        moved = _moved(centres, *cosine.sums(units, which[:, 0], len(centres)))
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def _moved(centres: np.ndarray, counts: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return the directions of the sums, and the old centre where there is none."""
    moved = cosine.units(sums.astype(np.float64))
    return np.where((counts > 0)[:, None] & moved.any(axis=1)[:, None], moved, centres)


def _sums(counts: np.ndarray, sums: np.ndarray) -> pa.Table:
    return pa.table({"count": counts, "sum": pa.FixedSizeListArray.from_arrays(pa.array(sums.ravel()), sums.shape[1])})


def _numbers(state: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    return state["count"].to_numpy(), state["sum"].combine_chunks().flatten().to_numpy()
