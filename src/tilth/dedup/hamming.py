"""Duplicates by 64-bit hashes that differ in few bits: of texts (`SimHash`) and of images (`ImageHash`)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pyarrow as pa

from tilth.dedup import edges, greedy, survivor
from tilth.dedup.edges import columns, run_starts
from tilth.dedup.signatures import binary, numbers
from tilth.errors import CorpusError, RecipeError
from tilth.kernels.hash import TOP_BIT
from tilth.kernels.simhash import close
from tilth.op import Exchange, Home, Phase, mark

_BITS = 64
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd: sends parts of hashes to keys one to one


@dataclass(frozen=True)
class HammingDuplicates(Exchange):
    """Drop documents whose hash, `column` (fixed_size_binary(8)), differs in at most `distance` bits from that of one that stays.

    In order of rank each stays unless it is that close to a better one that stays; among those that stay the closest, then the best,
    stands for it. With `transitive` all that hangs together by such pairs goes but the best. `keep` says who is better: "first" (least
    address), "longest", or the column whose highest value stays. Nulls are nobody's duplicates.

    A hash is cut into `distance` + 1 parts; two that differ in no more bits agree on one part at least, so no pair is missed. Those
    that share a part are compared all with all, 3e9 pairs a second, so what that costs grows with the square of the rows and falls by
    half with each bit of a part, of which there are 64 / (distance + 1). Equal hashes cost one together. A hash gets at most `window`
    edges in a part, to the best ones; one that is close to more, all of them gone, may stay.

    Source: Manku, Jain, Das Sarma, Detecting Near-Duplicates for Web Crawling, WWW 2007, section 3.

    Raises RecipeError on what cannot be, CorpusError where there is no such column.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"simhash": hashes(np.array([0b0000, 0b0001, 0b0011, 0]), np.array([True, True, True, False]))})
    >>> for transitive in (False, True):
    ...     evaluate([HammingDuplicates("simhash", 1, transitive=transitive)], rows).audit["drop_of"].to_pylist()
    [0]
    [0, 0]
    """

    column: str = "simhash"
    distance: int = 4
    keep: str = "first"
    transitive: bool = False
    window: int = 32
    reason: str = "near duplicate"

    version: ClassVar[int] = 2
    limit: ClassVar[int] = 100

    def __post_init__(self) -> None:
        survivor.check_keep(self.keep, repr(self))
        if not self.column or not 0 <= self.distance <= 20 or self.window < 1:
            raise RecipeError(
                "Duplicates cannot be found so.", where=repr(self), why="distance is between 0 and 20 bits of 64, window at least 1",
                fix='dedup.HammingDuplicates("simhash", distance=4)',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.column, *survivor.reads(self.keep))))

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        if self.column not in batch.schema.names:
            raise CorpusError.no_column(self.column, batch.schema.names, where=repr(self), fix="put the step that makes it before this one")
        held = batch[self.column]
        if held.type != pa.binary(8):
            why = f"{self.column!r} is {held.type}"
            raise RecipeError("These are no hashes of 64 bits.", where=repr(self), why=why, fix="make it fixed_size_binary(8)")
        some, values = np.asarray(held.is_valid()), numbers(held.drop_null(), 1)[:, 0]
        parts = _parts(values, self.distance + 1)
        each = {"row": np.asarray(batch["row"])[some], "rank": survivor.rank(batch, self.keep)[some], "value": values}
        return pa.table({"key": parts.T.ravel()} | {name: np.tile(column, len(parts.T)) for name, column in each.items()})

    def phases(self) -> tuple[Phase, ...]:
        return (self._pair, edges.contract) if self.transitive else (self._meet, _settle)

    def _meet(self, rows: pa.Table, home: Home) -> pa.Table:
        row, rank, worse, better, bits = self._close(rows)
        near = np.where(bits, _BITS - bits, greedy.EQUAL)
        return greedy.edges(row, rank, row, worse, better, near)

    def _pair(self, rows: pa.Table, home: Home) -> pa.Table:
        row, rank, worse, better, _ = self._close(rows)
        return edges.to_both(edges.edges(row, rank, worse, better))

    def _close(self, rows: pa.Table) -> tuple[np.ndarray, ...]:
        """Return the addresses and ranks of the rows, and the pairs among them as positions, with how many bits are between."""
        key, row, rank, value = columns(rows, "key", "row", "rank", "value")
        head, twins, alone = _heads(key, value, rank, row)
        found = [(twins, head[twins], np.zeros(len(twins), np.int64))]
        order = alone[np.lexsort((row[alone], rank[alone], key[alone]))]
        cuts = np.flatnonzero(run_starts(key[order]) == np.arange(len(order))).tolist() if len(order) else []
        for a, b in pairwise([*cuts, len(order)]):
            if b - a > 1:
                worse, better, bits = close(value[order[a:b]], self.distance, self.window)
                found.append((order[a + worse], order[a + better], bits.astype(np.int64)))
        worse, better, bits = (np.concatenate([part[i] for part in found]) for i in range(3))
        return row, rank, worse, better, bits

    def answers(self, rows: pa.Table) -> pa.Table:
        if not self.transitive:
            return greedy.gone(rows)
        key, row = columns(rows, "key", "row")
        return edges.distinct(rows.filter(pa.array(key == row))).select(["key", "of"])

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks()
        return mark(batch, of.is_valid(), self.reason, of)


def hashes(values: np.ndarray, valid: np.ndarray) -> pa.FixedSizeBinaryArray:
    """Return 64-bit hashes as fixed_size_binary(8), big-endian so that they read as written, null where not `valid`.

    >>> hashes(np.array([255, 1]), np.array([True, False])).to_pylist()
    [b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xff', None]
    """
    return binary(values.astype(">u8").view(np.uint64)[:, None], valid)


def _settle(rows: pa.Table, home: Home) -> pa.Table:
    return greedy.settle(rows)


def _heads(key: np.ndarray, value: np.ndarray, rank: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each position that of the best of the same hash under its key; which are not that best, and which are."""
    order = np.lexsort((row, rank, value, key))
    head = np.empty(len(order), np.int64)
    head[order] = order[run_starts(key[order], value[order])] if len(order) else order
    own = np.arange(len(order))
    return head, np.flatnonzero(head != own), np.flatnonzero(head == own)


def _parts(values: np.ndarray, count: int) -> np.ndarray:
    """Return a key (uint64[n, count]) for each part of each hash, of as many bits each as can be."""
    cuts = [_BITS * i // count for i in range(count + 1)]
    keys = np.empty((len(values), count), np.uint64)
    with np.errstate(over="ignore"):
        for i, (low, high) in enumerate(pairwise(cuts)):
            mask = np.uint64(2 ** (high - low) - 1)
            keys[:, i] = ((((values >> np.uint64(low)) & mask) << np.uint64(6)) + np.uint64(i + 1)) * _SPREAD | TOP_BIT
    return keys
