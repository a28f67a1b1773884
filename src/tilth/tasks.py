"""The kinds of work a run is made of, each a function of what it is given: it reads blobs, stores blobs, and returns a receipt.

A receipt says what a task left, and nothing that differs between two machines or two days; times travel beside it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain as chain_of
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa

from tilth.audit import TRAILS, Ledger, Sink
from tilth.chain import Guard, Unguarded, chain
from tilth.errors import StepError
from tilth.exchange import Settle
from tilth.exchange_tasks import Result, answer, answers_of, gather, phase, phases, scatter
from tilth.op import Exchange, Fold, Op, label
from tilth.peak import peak_mb
from tilth.piece import Changes, Layer, Piece, empty_of, read_piece, schema_of
from tilth.read.reader import File, Reader, Span
from tilth.reading import first_rows, read_spans
from tilth.receipts import Receipts
from tilth.record import record, restore
from tilth.source import addressed, columns_of, keep_source
from tilth.store import GrowingTable, Store
from tilth.write.writer import Writer


def settings() -> dict[str, str]:
    """Return the environment variables that are Tilth's: they go with a task, as a worker may be older than they are."""
    return {name: value for name, value in os.environ.items() if name.startswith("TILTH_")}


@dataclass(frozen=True)
class Task:
    """One piece of work for a worker: `work` is what the function `role` (see ROLES) is given."""

    key: str
    role: str
    store: str
    work: dict[str, Any]
    size: int = 0  # bytes it reads, for progress and estimates
    row_seconds: float = 60.0  # how long a step may take for one row before the row is given up
    folder: str = field(default_factory=os.getcwd)  # what relative paths are relative to, here and in the worker
    settings: dict[str, str] = field(default_factory=settings)  # what the worker's environment says of Tilth, as here


def perform(task: Task, guard: Guard | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do the work, commit its receipt, and return (receipt, times)."""
    start = time.perf_counter()
    store = Store(task.store)
    receipt, times = ROLES[task.role](store, guard=guard or Unguarded(), **task.work)
    Receipts(store).commit(task.key, receipt)
    times["seconds"] = time.perf_counter() - start
    times["peak_mb"] = peak_mb()
    return receipt, times


def ingest(
    store: Store, *, guard: Guard, reader: Reader, schema: pa.Schema, spans: Sequence[Span], digests: Sequence[str], shard: int,
    steps: Sequence[Op],
) -> Result:
    """Read one shard and run the first local steps over it: its rows get their addresses here."""
    kept = keep_source(store, reader, schema, spans, digests, shard)
    if kept:
        receipt, times = _ingest(store, guard, reader, schema, spans, shard, steps, kept)
        if not receipt["tallies"][0]["failed"]:
            return receipt, times
    return _ingest(store, guard, reader, schema, spans, shard, steps, None)  # what cannot be read must not be read again


def _ingest(
    store: Store, guard: Guard, reader: Reader, schema: pa.Schema, spans: Sequence[Span], shard: int, steps: Sequence[Op], kept: str | None
) -> Result:
    counts = [0] * len(spans)

    rows = addressed(read_spans(reader, schema, spans, shard, guard, counts), shard)
    batches = chain_of([next(rows, None) or _no_rows(schema)], rows)
    source = (Layer(kept, columns_of(schema), source=True),) if kept else ()
    receipt, times = _stage(store, guard, Piece(shard, -1, source, "") if kept else None, batches, steps, None, shard)
    receipt["layers"] = [*(layer.to_json() for layer in source), *receipt["layers"]]
    return receipt | {"span_rows": counts}, times


def draw(store: Store, *, guard: Guard, reader: Reader, schema: pa.Schema, files: Sequence[File], rows: int) -> Result:
    """Store the first rows of each of some files."""
    found = [first_rows(reader, schema, file, rows, i, guard) for i, file in enumerate(files)]
    return {"rows": store.put_table(pa.concat_tables(found))}, {}


def stage(
    store: Store, *, guard: Guard, piece: Piece, columns: Sequence[str] | None, steps: Sequence[Op],
    settle: tuple[Exchange, Sequence[str]] | None,
) -> Result:
    """Run local steps over a piece, after settling the answers of the Exchange before them."""
    return _stage(store, guard, piece, read_piece(store, piece, columns), steps, settle, piece.shard)


def observe(store: Store, *, guard: Guard, piece: Piece, fold: Fold) -> Result:
    """Return the state of one shard."""
    state = fold.observe(empty_of(store, piece, fold.reads))
    for batch in read_piece(store, piece, fold.reads):
        state = fold.merge(state, fold.observe(batch))
    return {"state": store.put_table(state), "rows": piece.rows}, {}


def merge(store: Store, *, guard: Guard, states: Sequence[str], fold: Fold) -> Result:
    """Merge neighbouring states, in shard order."""
    merged = store.table(states[0])
    for name in states[1:]:
        merged = fold.merge(merged, store.table(name))
    return {"state": store.put_table(merged)}, {}


def finish(store: Store, *, guard: Guard, state: str, fold: Fold) -> Result:
    """Return the steps that take the Fold's place, as records."""
    return {"steps": [record(step, store.put) for step in fold.finish(store.table(state))]}, {}


def export(store: Store, *, guard: Guard, pieces: Sequence[Piece], writer: Writer) -> Result:
    """Write one shard, or small ones together, for others to read; the runner gives the blobs their names in the output folder."""
    files: dict[str, tuple[str, int]] = {}
    needed, text_bytes = writer.needs(schema_of(store, pieces[0]).names), [0]
    batches = chain_of.from_iterable(read_piece(store, piece, needed) for piece in pieces)
    schema = empty_of(store, pieces[0], needed).schema
    info = writer.write(_weighed(batches, text_bytes), schema, partial(_output, store, files))
    return {"files": files, "info": info, "rows": sum(piece.rows for piece in pieces), "text_bytes": text_bytes[0]}, {}


def trail(store: Store, *, guard: Guard, kind: str, parts: Sequence[tuple[int, str]]) -> Result:
    """Gather what every stage wrote down of one shard, or of small ones, in one table; `step` then counts through the recipe."""
    table = store.growing_table(TRAILS[kind])
    rows = 0
    for offset, name in parts:
        for batch in store.parquet(name).iter_batches(use_threads=False):
            at = batch.schema.get_field_index("step")
            steps = np.asarray(batch["step"])
            table.write(batch.set_column(at, "step", pa.array(np.where(steps < 0, -1, steps + offset), pa.int32())))
            rows += len(batch)
    return {"blob": table.commit(), "rows": rows}, {}


ROLES: dict[str, Callable[..., Result]] = {
    role.__name__: role for role in (ingest, draw, stage, observe, merge, finish, scatter, gather, phase, phases, answer, export, trail)
}


def _stage(
    store: Store, guard: Guard, before: Piece | None, batches: Iterator[pa.RecordBatch], steps: Sequence[Op],
    settle: tuple[Exchange, Sequence[str]] | None, shard: int,
) -> Result:
    local = [*([Settle(settle[0], answers_of(store, settle[1]))] if settle else []), *steps]
    first = next(batches, None)
    empty = first.slice(0, 0) if first is not None else empty_of(store, cast(Piece, before), None)
    schema = probe_schema(local, empty)
    sinks = _LazySinks(store)
    ledger, changes = Ledger(len(local), sinks), Changes(store, before, {name for step in local for name in step.rewrites})
    sources_in, sources, text_bytes = Counter[str](), Counter[str](), 0
    try:
        for came, left in chain(local, _count(first, batches, counted := [0]), ledger, guard):
            left = conform(left, schema, local)
            changes.add(came, left, ledger.touched)
            sources_in.update(_by_source(came))
            sources.update(_by_source(left))
            text_bytes += _bytes_of_text(left)
        rows_in = counted[0]
        _refuse_broken_steps(ledger, local, shard)
        layers, rows = changes.commit()
        trails = sinks.commit()
    except BaseException:
        changes.discard()
        sinks.discard()
        raise
    tallies = [ledger.tallies[index] for index in range(-1, len(local))]
    gone = sum(sum(tally.dropped.values()) + tally.failed for tally in tallies)
    if rows_in != rows + gone:
        raise StepError(
            f"Shard {shard}: {rows_in} rows came, {rows} are left, but {gone} are in audit and quarantine.",
            where=", ".join(map(label, steps)), why="the books do not balance",
            fix="report this: a step lost rows in a way that was not seen",
        )
    receipt = {
        "rows": rows, "rows_in": rows_in, "layers": [layer.to_json() for layer in layers],
        "schema": store.put_table(schema.empty_table()), "trails": trails, "tallies": [tally.to_json() for tally in tallies],
        "sources_in": dict(sorted(sources_in.items())), "sources": dict(sorted(sources.items())), "text_bytes": text_bytes,
    }
    return receipt, {"steps": [round(tally.seconds, 6) for tally in tallies]}


class _LazySinks(dict[str, Sink]):
    """Blobs for audit, quarantine and edits; one that nothing was written to is never made."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store

    def __missing__(self, kind: str) -> Sink:
        self[kind] = self.store.growing_table(TRAILS[kind])
        return self[kind]

    def commit(self) -> dict[str, str]:
        return {kind: cast(GrowingTable, sink).commit() for kind, sink in sorted(self.items())}

    def discard(self) -> None:
        for sink in self.values():
            cast(GrowingTable, sink).discard()


def _count(first: pa.RecordBatch | None, rest: Iterator[pa.RecordBatch], counted: list[int]) -> Iterator[pa.RecordBatch]:
    while first is not None:
        counted[0] += len(first)
        yield first
        first = next(rest, None)


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    fields = [field for field in schema if field.name != "row"]
    return next(addressed(iter([pa.record_batch([pa.array([], field.type) for field in fields], schema=pa.schema(fields))]), 0))


def probe_schema(steps: Sequence[Op], empty: pa.RecordBatch) -> pa.Schema:
    """The columns and types after the steps, learned from an empty batch, so that no batch of data decides it."""
    discard: dict[str, Sink] = {}
    for _, left in chain(steps, iter([empty]), Ledger(len(steps), discard), Unguarded()):
        return left.schema
    names = ", ".join(map(label, steps))
    raise StepError("A step yields nothing for an empty batch.", where=names, fix="yield one batch for each that comes")


def conform(batch: pa.RecordBatch, schema: pa.Schema, steps: Sequence[Op]) -> pa.RecordBatch:
    """Return the batch in exactly `schema`; columns that only failed rows lack are null. Raises StepError where types differ."""
    if batch.schema.equals(schema):
        return batch
    columns = []
    for wanted in schema:
        column = batch[wanted.name] if wanted.name in batch.schema.names else pa.nulls(len(batch), wanted.type)
        if column.type != wanted.type:
            if not pa.types.is_null(column.type):
                raise StepError(
                    f"Column {wanted.name!r} is {column.type} here, but {wanted.type} for an empty batch.",
                    where=", ".join(map(label, steps)), why="a column has one type in the whole corpus",
                    fix=f"name the type where the column is made: pa.array(values, pa.{wanted.type}())",
                )
            column = column.cast(wanted.type)
        columns.append(column)
    return pa.record_batch(columns, schema=schema)


def _refuse_broken_steps(ledger: Ledger, steps: Sequence[Op], shard: int) -> None:
    """A step that fails on every row is a broken step, not a broken corpus."""
    for index, step in enumerate(steps):
        tally = ledger.tallies[index]
        if tally.came >= 20 and tally.failed == tally.came:
            raise StepError(
                f"{label(step)} failed on every one of {tally.came} rows.", where=f"step {index + 1} of the stage, shard {shard}",
                why=tally.error, fix="try the step on one text: tilth.try_on(step, 'some text')",
            )


def _output(store: Store, files: dict[str, tuple[str, int]], suffix: str) -> BinaryIO:
    """A file that a Writer fills: it becomes a blob when it is closed."""
    blob = store.growing()

    def ended(well: bool) -> None:
        if well:
            files[suffix] = blob.commit(), blob.sink.tell()
        else:
            blob.discard()

    blob.sink.at_close = ended
    return cast(BinaryIO, blob.sink)


def _weighed(batches: Iterator[pa.RecordBatch], text_bytes: list[int]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        text_bytes[0] += _bytes_of_text(batch)
        yield batch


def _by_source(batch: pa.RecordBatch) -> dict[str, int]:
    if "source" not in batch.schema.names or not len(batch):
        return {}
    return {item["values"].as_py() or "": item["counts"].as_py() for item in batch["source"].value_counts()}


def _bytes_of_text(batch: pa.RecordBatch) -> int:
    if "text" not in batch.schema.names or not len(batch) or not pa.types.is_large_string(batch["text"].type):
        return 0
    offsets = np.frombuffer(batch["text"].buffers()[1], np.int64)[batch["text"].offset :]
    return int(offsets[len(batch)] - offsets[0])


def steps_of(store: Store, receipt: dict[str, Any]) -> list[Any]:
    """Return the steps that a Fold finished into."""
    return [restore(step, store.get) for step in receipt["steps"]]
