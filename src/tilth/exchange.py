"""Where rows meet: which partition a key belongs to, how a phase looks up documents at home, and how answers meet their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from tilth.op import Exchange, Op
from tilth.piece import Piece, read_piece
from tilth.source import ROW_BITS
from tilth.store import Store


def partition(keys: pa.ChunkedArray | pa.Array, partitions: int) -> np.ndarray:
    """Return the partition (int64[n]) of each key (uint64[n]): by its upper half, so that all rows of a shard are at home together.

    >>> partition(pa.array([5, 6, 1 << 32], pa.uint64()), 1).tolist()
    [0, 0, 0]
    """
    upper = np.asarray(keys).astype(np.uint64) >> np.uint64(32)
    return (_mix(upper) % np.uint64(partitions)).astype(np.int64)


def home_of(shard: int, partitions: int) -> int:
    """Return the partition where the rows of a shard are at home."""
    return int(partition(pa.array([shard << 32], pa.uint64()), partitions)[0])


def _mix(values: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser (Steele et al., 2014): neighbours spread evenly."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


class Homes:
    """Columns of the shards that are at home in one partition, looked up by address; a batch and what was asked for are in memory."""

    def __init__(self, store: Store, pieces: Sequence[Piece]) -> None:
        self.store, self.pieces = store, {piece.shard: piece for piece in pieces}

    def has(self, rows: np.ndarray) -> np.ndarray:
        return np.isin(rows >> np.uint64(ROW_BITS), np.array([*self.pieces], np.uint64))

    def take(self, rows: pa.Array, columns: Sequence[str]) -> pa.Table:
        """Return these columns at these addresses (uint64[n]), aligned with `rows`."""
        wanted, back = np.unique(np.asarray(rows), return_inverse=True)
        cuts = np.flatnonzero(np.diff(wanted >> np.uint64(32))) + 1
        found = [batch for some in np.split(wanted, cuts) if len(some) for batch in self._of_shard(some, columns)]
        if not found:
            return self._no_rows(columns)
        table = pa.Table.from_batches(found).combine_chunks()
        return table if np.array_equal(back, np.arange(len(wanted))) else table.take(pa.array(back))

    def _of_shard(self, wanted: np.ndarray, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield these columns at addresses of one shard, in ascending order; what lies behind the last is not read."""
        for batch in read_piece(self.store, self.pieces[int(wanted[0]) >> 32], columns):
            mine = np.asarray(batch["row"])
            here, wanted = np.split(wanted, [np.searchsorted(wanted, mine[-1], side="right")])
            if len(here):
                yield batch.select(list(columns)).take(pa.array(np.searchsorted(mine, here)))
            if not len(wanted):
                return

    def _no_rows(self, columns: Sequence[str]) -> pa.Table:
        for piece in self.pieces.values():
            return self.store.table(piece.schema, list(columns))
        return pa.table({name: pa.nulls(0) for name in columns})


class Tables:
    """The same look-up over a table in memory, sorted by `row`, of all that is at home in one partition."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def has(self, rows: np.ndarray) -> np.ndarray:
        return np.isin(rows, self.table["row"].to_numpy())

    def take(self, rows: pa.Array, columns: Sequence[str]) -> pa.Table:
        at = np.searchsorted(self.table["row"].to_numpy(), np.asarray(rows))
        return self.table.take(pa.array(at)).select(list(columns))


def align(answers: pa.Table, rows: pa.Array) -> pa.Table:
    """Return one answer a row, null where there is none; `answers` has its `key` sorted and unique, and loses it here.

    >>> align(pa.table({"key": pa.array([3], pa.uint64()), "of": [1]}), pa.array([2, 3], pa.uint64())).to_pydict()
    {'of': [None, 1]}
    """
    keys, wanted = answers["key"].to_numpy(), np.asarray(rows)
    at = np.searchsorted(keys, wanted)
    hit = at < len(keys)
    hit[hit] = keys[at[hit]] == wanted[hit]
    return answers.drop_columns(["key"]).take(pa.array(np.where(hit, at, 0), mask=~hit))


class Settle(Op):
    """The step that an Exchange becomes once its answers are there: each row gets its own."""

    def __init__(self, exchange: Exchange, answers: pa.Table) -> None:
        self.exchange, self.answers = exchange, answers

    @property
    def stands_for(self) -> Exchange:
        return self.exchange

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return self.exchange.settle(batch, align(self.answers, batch["row"]))
