"""Exact duplicates: texts of the same bytes, or of the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from tilth.dedup import survivor
from tilth.dedup.edges import columns, repeated, run_starts
from tilth.dedup.normalise import Normalise
from tilth.kernels.arrow import Bytes, Offsets, utf8
from tilth.kernels.hash import TOP_BIT, xxh64_each
from tilth.op import Exchange, Home, Phase, mark

_SEED, _CHECK_SEED = np.uint64(0), np.uint64(0x9FB21C651E98DF25)


def exact(normalise: Normalise | None = None, *, keep: str = "first") -> list[Exact]:
    """Return the step that drops all but one of equal texts; see `Exact`."""
    return [Exact(normalise, keep)]


@dataclass(frozen=True)
class Exact(Exchange):
    """Drop all but one of the texts that have the same bytes or, with `normalise`, the same words after it.

    `keep` says who stays: "first" (least address), "longest", or the column whose highest value stays. Texts that are null or empty, or
    have no word under `normalise`, are not duplicates of each other. Two texts are equal where two XXH64 of different seeds are, 127
    bits: by accident in one of 10**18 corpora of 10**10 texts; one hash alone would have several in each.

    Raises RecipeError where `keep` is empty or its column has no order.

    Source: XXH64 of Collet's xxHash specification, which is no defence against texts made to collide.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": ["One, two.", "one two", "Three"]})
    >>> evaluate([Exact()], rows).table.num_rows, evaluate([Exact(Normalise())], rows).table["text"].to_pylist()
    (3, ['One, two.', 'Three'])
    """

    normalise: Normalise | None = None
    keep: str = "first"

    version: ClassVar[int] = 2
    limit: ClassVar[int] = 1

    def __post_init__(self) -> None:
        survivor.check_keep(self.keep, repr(self))

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("text", *survivor.reads(self.keep))))

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        offsets, data = self.normalise.words(batch["text"]) if self.normalise else utf8(batch["text"])
        return meet(offsets, data, batch["row"], survivor.rank(batch, self.keep))

    def phases(self) -> tuple[Phase, ...]:
        return (first_of_equal,)

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks()
        return mark(batch, of.is_valid(), "exact duplicate", of)


def meet(offsets: Offsets, data: Bytes, row: pa.Array, rank: np.ndarray) -> pa.Table:
    """Return the rows by which equal texts meet, (key, check, row, rank); of empty texts none."""
    some = np.diff(offsets) > 0
    key, check = xxh64_each(offsets, data, _SEED) | TOP_BIT, xxh64_each(offsets, data, _CHECK_SEED)
    return pa.table({"key": key[some], "check": check[some], "row": np.asarray(row)[some], "rank": rank[some]})


def first_of_equal(rows: pa.Table, home: Home) -> pa.Table:
    """Return (key, of): the address of each text that has a better equal, and the best one's; a phase of an Exchange."""
    shared = repeated(rows["key"].to_numpy())
    key, check, rank, row = (values[shared] for values in columns(rows, "key", "check", "rank", "row"))
    order = np.lexsort((row, rank, check, key))
    row, best = row[order], run_starts(key[order], check[order])
    gone = np.flatnonzero(best != np.arange(len(row)))
    return pa.table({"key": row[gone], "of": row[best[gone]]}).sort_by("key")
