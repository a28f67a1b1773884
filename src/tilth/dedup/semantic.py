"""Semantic duplicates: documents whose embeddings point the same way, found inside clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from tilth.dedup import greedy, survivor
from tilth.dedup.edges import columns, run_starts
from tilth.embed.kmeans import KMeans, on_sample
from tilth.embed.vectors import COLUMN, packed, unpacked, vectors
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import cosine
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import TOP_BIT, xxh64_each
from tilth.op import Exchange, Fold, Home, Op, Phase, mark

_LARGEST = 32_768  # different vectors of a cluster that meet all with all
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd: sends numbers of clusters to keys one to one


def semantic(
    threshold: float = 0.9,
    *,
    embedding: Op | Fold | None = None,
    column: str = "",
    clusters: int = 0,
    probes: int = 1,
    keep: str = "first",
    variant: str = "tilth",
) -> list[Any]:
    """Return the steps that drop documents whose embedding has a cosine of `threshold` with that of one that stays.

    `embedding` is the step that adds the column "embedding", without one `embed.HashedSvd()`; or `column` names one of vectors that is
    there. `clusters` are learned by k-means, without a number as many as make some 2,048 rows each; every document looks for duplicates
    in its `probes` nearest. See `SemanticDuplicates`.

    >>> [type(step).__name__ for step in semantic(0.8, probes=2)]
    ['HashedSvd', 'KMeans', 'SemanticDuplicates']
    """
    from tilth.embed.hashed_svd import HashedSvd  # which needs our own words

    made = [] if column else [embedding or HashedSvd()]
    column = column or COLUMN
    return [*made, KMeans(clusters, nearest=probes, column=column), SemanticDuplicates(threshold, probes, keep, variant, column=column)]


@dataclass(frozen=True)
class SemanticDuplicates(Exchange):
    """Drop documents that are like one that stays: `embedding`s with a cosine of at least `threshold` that share a `cluster`.

    In order of rank each document stays unless it is like a better one that stays; so no document goes because it is like one that is
    gone, and what stands for it is named: of those that stay the most like. `variant="nemo"` is the rule of SemDeDup's and NeMo
    Curator's programs instead: a document goes if it is like any better one of its cluster, so that a chain of likenesses goes whole,
    however little its ends have in common; what stands for it is then at the end of its chain.

    `keep` says who is better: "first" (least address), "longest", a column's highest value, or "hard" and "easy" as those programs have
    it, the farthest from and the nearest to the middle of its cluster.

    With `probes` above 1 a document also meets those of its next clusters (columns `cluster_2` and so on of `embed.NearestCluster`), which
    finds pairs that a border of clusters parts, at that many times the cost. Documents of equal vectors cost one together. In a cluster
    of more than 32,768 others those are clustered again, and what meets in none of the parts is not compared. A document gets at most
    `window` edges in a cluster, to the best; one that is like more, all of them gone, may stay beside a like one: rather too few
    go than a wrong one. Cosines are of whole numbers, good to 2e-4, so that every machine says the same.

    Source: Abbas et al., SemDeDup, 2023 (arXiv 2303.09540); NeMo Curator, SemanticDeduplicationWorkflow.

    Raises RecipeError on what cannot be, CorpusError where a column is missing.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"embedding": [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]], "cluster": [0, 0, 0]})
    >>> evaluate([SemanticDuplicates(0.9)], rows).audit.select(["row", "reason", "drop_of"]).to_pylist()
    [{'row': 1, 'reason': 'semantic duplicate', 'drop_of': 0}]
    """

    threshold: float = 0.9
    probes: int = 1
    keep: str = "first"
    variant: str = "tilth"
    window: int = 32
    column: str = COLUMN

    version: ClassVar[int] = 2
    limit: ClassVar[int] = 100

    def __post_init__(self) -> None:
        survivor.check_keep(self.keep, repr(self))
        if not 0 < self.threshold <= 1 or self.probes < 1 or self.window < 1 or self.variant not in ("tilth", "nemo"):
            raise RecipeError(
                "Semantic duplicates cannot be found so.", where=repr(self),
                why='threshold is above 0 and at most 1, probes and window at least 1, the variants are "tilth" and "nemo"',
                fix="dedup.semantic(0.9)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        middle = self.keep in ("hard", "easy")
        ranked = ("cluster_similarity",) if middle else survivor.reads(self.keep)
        return tuple(dict.fromkeys((self.column, *self._clusters(), *ranked)))

    def _clusters(self) -> list[str]:
        return ["cluster", *(f"cluster_{i}" for i in range(2, self.probes + 1))]

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        missing = [name for name in self._clusters() if name not in batch.schema.names]
        if missing:
            fix = f"put embed.KMeans(nearest={self.probes}) before this step"
            raise CorpusError.no_column(missing[0], batch.schema.names, where=repr(self), fix=fix)
        found, some = vectors(batch, self.column)
        whole = {"row": np.asarray(batch["row"]), "rank": self._rank(batch), "home": _keys(batch["cluster"])}
        each = pa.table({name: values[some] for name, values in whole.items()} | {"unit": packed(cosine.units(found))})
        parts = []
        for name in self._clusters():  # null where there are not so many clusters
            there = pa.array(np.asarray(batch[name].is_valid())[some])
            parts.append(each.filter(there).add_column(0, "key", pa.array(_keys(batch[name])[some]).filter(there)))
        return pa.concat_tables(parts)

    def _rank(self, batch: pa.RecordBatch) -> np.ndarray:
        if self.keep not in ("hard", "easy"):
            return survivor.rank(batch, self.keep)
        rank = survivor.rank(batch, "cluster_similarity")
        return survivor.LAST - rank if self.keep == "hard" else rank

    def phases(self) -> tuple[Phase, ...]:
        return self._meet, self._settle

    def _meet(self, rows: pa.Table, home: Home) -> pa.Table:
        """Where a cluster is: the edges inside it."""
        key, row, rank, where = columns(rows, "key", "row", "rank", "home")
        order, units = np.lexsort((row, rank, key)), unpacked(rows["unit"])
        cuts = np.flatnonzero(run_starts(key[order]) == np.arange(len(order))).tolist()
        found = [_inside(units, order[a:b], self._least, self.window) for a, b in pairwise([*cuts, len(order)])]
        return greedy.edges(row, rank, where, *_joined(found))

    @property
    def _least(self) -> int:
        return math.ceil(self.threshold * cosine.ONE)

    def _settle(self, rows: pa.Table, home: Home) -> pa.Table:
        return greedy.settle(rows, any_better=self.variant == "nemo")

    def answers(self, rows: pa.Table) -> pa.Table:
        return greedy.gone(rows)

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks()
        return mark(batch, of.is_valid(), "semantic duplicate", of)


def _keys(clusters: pa.Array) -> np.ndarray:
    with np.errstate(over="ignore"):
        return (np.asarray(clusters.fill_null(0)).astype(np.uint64) + np.uint64(1)) * _SPREAD | TOP_BIT


_Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]


def _inside(units: np.ndarray, members: np.ndarray, least: int, window: int) -> _Pairs:
    """Return (worse, better, near) of the pairs among these vectors, which come best first; the equal ones of the best only."""
    units = units[members]
    head, own, pointed = _heads(units), np.arange(len(units)), units.any(axis=1)
    alone, twins = np.flatnonzero((head == own) & pointed), np.flatnonzero((head != own) & pointed)
    found = [(twins, head[twins], np.full(len(twins), greedy.EQUAL))]
    for part in _parts(units, alone):
        worse, better, near = cosine.alike(units[part], least, window)
        found.append((part[worse], part[better], near))
    worse, better, near = _joined(found)
    return members[worse], members[better], near


def _joined(found: list[_Pairs]) -> _Pairs:
    none = np.zeros(0, np.int64)
    worse, better, near = (np.concatenate([none, *(pairs[i] for pairs in found)]) for i in range(3))
    return worse, better, near


def _heads(units: np.ndarray) -> np.ndarray:
    """Return for each vector (int64[n]) the first one equal to it, itself where there is none before."""
    hashes = xxh64_each(*utf8(packed(units)), np.uint64(0))
    order = np.argsort(hashes, kind="stable")
    head = np.empty(len(order), np.int64)
    head[order] = order[run_starts(hashes[order])]
    return np.where((units == units[head]).all(axis=1), head, np.arange(len(head)))


def _parts(units: np.ndarray, members: np.ndarray, depth: int = 3) -> list[np.ndarray]:
    """Cut a giant cluster by k-means on every so-manieth of its rows, and again; what even so stays too large, in runs of rank."""
    if len(members) <= _LARGEST:
        return [members]
    if not depth:
        return [members[i : i + _LARGEST] for i in range(0, len(members), _LARGEST)]
    among = units[members]
    centres = on_sample(among[:: 1 + len(members) // _LARGEST], 1 + 2 * len(members) // _LARGEST, seed=depth)
    which = cosine.nearest(among, centres, 1)[0][:, 0]
    return [part for k in range(len(centres)) for part in _parts(units, members[which == k], depth - 1)]
