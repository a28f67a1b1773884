"""The work of an Exchange: rows are sent to where their keys are at home, phases run there, and what they answer is stored by shard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.chain import Guard
from tilth.errors import StepError
from tilth.exchange import Homes, partition
from tilth.op import Exchange, label
from tilth.piece import Piece, empty_of, read_piece
from tilth.source import ROW_BITS
from tilth.store import Store

Result = tuple[dict[str, Any], dict[str, Any]]  # the receipt of a task, and what differs from run to run


def scatter(store: Store, *, guard: Guard, piece: Piece, exchange: Exchange, partitions: int) -> Result:
    """Store one shard's rows, parted by where their keys are at home."""
    found = [exchange.scatter(empty_of(store, piece, exchange.reads))]
    found += [exchange.scatter(batch) for batch in read_piece(store, piece, exchange.reads)]
    return {"parts": _parted(store, pa.concat_tables(found), partitions), "rows": piece.rows}, {}


def gather(store: Store, *, guard: Guard, sent: Sequence[dict[str, str]]) -> Result:
    """Put what neighbouring small shards sent into one blob a partition, in shard order."""
    parts = {p: store.put_table(pa.concat_tables([store.table(parts[p]) for parts in sent])) for p in sent[0]}
    return {"parts": parts, "rows": 0}, {}


def phase(
    store: Store, *, guard: Guard, messages: Sequence[str], homes: Sequence[Piece], exchange: Exchange, number: int, partitions: int
) -> Result:
    """Run one phase on one partition: its rows in the order of who sent them."""
    rows = pa.concat_tables([store.table(name) for name in messages])
    out = exchange.phases()[number](rows, Homes(store, homes))
    return {"parts": _parted(store, out, partitions), "rows": len(rows)}, {}


def phases(store: Store, *, guard: Guard, messages: Sequence[str], homes: Sequence[Piece], exchange: Exchange) -> Result:
    """Run all phases on the only partition, and store its answers: what is sent in between does not leave memory."""
    rows, home = pa.concat_tables([store.table(name) for name in messages]), Homes(store, homes)
    *before, last = exchange.phases()
    for function in before:
        rows = function(rows, home)
    for _ in range(exchange.limit):
        came, rows = rows, last(rows, home)
        if exchange.limit == 1 or rows.equals(came):
            return _answered(store, exchange.answers(rows)), {}
    raise unsettled(exchange, getattr(last, "__name__", str(len(before))))


def answer(store: Store, *, guard: Guard, messages: Sequence[str], exchange: Exchange) -> Result:
    """Store the answers of one partition."""
    return _answered(store, exchange.answers(pa.concat_tables([store.table(name) for name in messages]))), {}


def answers_of(store: Store, names: Sequence[str]) -> pa.Table:
    """Return what all partitions answered one shard, sorted by address."""
    return store.table(names[0]) if len(names) == 1 else pa.concat_tables([store.table(name) for name in names]).sort_by("key")


def unsettled(exchange: Exchange, phase: str) -> StepError:
    """Say that the last phase of an exchange changes something in every round that it may take."""
    return StepError(
        f"{label(exchange)} did not settle in {exchange.limit} rounds.", where=f"phase {phase}", why="every round still changed something",
        fix="raise `limit` on the class, or look at the largest cluster",
    )


def _answered(store: Store, answers: pa.Table) -> dict[str, Any]:
    """Store answers shard by shard, sorted by address."""
    rows = answers.sort_by("key")
    keys = rows["key"].to_numpy()
    shards = keys >> np.uint64(ROW_BITS)
    cuts = np.flatnonzero(np.diff(shards)) + 1
    slices = zip([0, *cuts.tolist()], [*cuts.tolist(), len(rows)], strict=True)
    named = {str(int(shards[a])): store.put_table(rows.slice(a, b - a)) for a, b in slices if b > a}
    return {"answers": named, "none": store.put_table(rows.schema.empty_table())}


def _parted(store: Store, rows: pa.Table, partitions: int) -> dict[str, str]:
    """Store rows by the partition of their key; an empty one is stored too, since it carries the schema."""
    where = partition(rows["key"], partitions)
    return {str(p): store.put_table(rows.filter(pa.array(where == p))) for p in range(partitions)}
