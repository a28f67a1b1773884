"""The same recipe over rows in memory: for a probe, for one text, for the laws, and as what the runner must agree with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa

from tilth.audit import TRAILS, Ledger, Sink
from tilth.chain import Unguarded, chain
from tilth.errors import CorpusError, StepError, TilthError
from tilth.exchange import Settle, Tables, partition
from tilth.flow import until_barrier
from tilth.learn import LearnFrom
from tilth.op import Exchange, Fold, Op, label
from tilth.tasks import conform, probe_schema

Shards = list[list[pa.RecordBatch]]
FRAMES = {"DataFrame": "rows=pa.table(frame); models over frames: semantic.over(frame, model=...)", "RecordBatch": "rows=[[batch]]"}


@dataclass(frozen=True)
class Evaluation:
    """What a recipe made of rows in memory: those that are left, the trails, the funnel, and the steps as executed."""

    table: pa.Table
    audit: pa.Table
    quarantine: pa.Table
    edits: pa.Table
    funnel: list[dict[str, Any]]
    executed: list[Any]
    measured: pa.Table  # the rows as they were before the first rule
    unlearned: TilthError | None = None  # why a probe ended at a Fold


class _List(list[pa.RecordBatch]):
    def write(self, batch: pa.RecordBatch) -> None:
        self.append(batch)


def evaluate(recipe: Sequence[Any], rows: pa.Table | Shards, partitions: int = 1, probe: bool = False) -> Evaluation:
    """Run `recipe` over `rows`: a table, which may lack row, id and source, or batches shard by shard with their addresses.

    With `probe` the rows are only some of those to come: where they teach a Fold nothing, the recipe ends before it, without an error.

    >>> from tilth.rules import Filter
    >>> evaluate([Filter("n > 1", reason="one")], pa.table({"text": ["a", "b"], "n": [1, 2]})).table["text"].to_pylist()
    ['b']
    """
    if not isinstance(rows, pa.Table | list):
        name = type(rows).__name__
        raise CorpusError(f"A {name} is no Arrow table.", where="tilth.evaluate", fix=FRAMES.get(name, "rows=pa.Table.from_pylist([...])"))
    shards = [addressed(rows).to_batches() or [_empty(addressed(rows))]] if isinstance(rows, pa.Table) else rows
    state = _State([list(shard) for shard in shards], {kind: _List() for kind in TRAILS}, partitions)
    steps, unlearned = list(recipe), None
    while steps:
        local, steps = until_barrier(steps)
        state.local(local)
        if not steps:
            break
        barrier, steps = steps[0], steps[1:]
        if isinstance(barrier, Exchange):
            state.exchange(barrier)
        else:
            fold, learned = _learned(barrier, state)
            try:
                steps = [*fold.finish(learned), *steps]
            except (CorpusError, StepError) as error:  # of the rows; a RecipeError is none that more rows mend
                if not probe:
                    raise
                steps, unlearned = [], error
    trails = {kind: pa.Table.from_batches(batches, TRAILS[kind]) for kind, batches in state.sinks.items()}
    table = pa.concat_tables([pa.Table.from_batches(shard) for shard in state.shards])
    measured = state.measured if state.measured is not None else table
    return Evaluation(table, trails["audit"], trails["quarantine"], trails["edits"], state.funnel, state.executed, measured, unlearned)


@dataclass
class _State:
    shards: Shards
    sinks: dict[str, _List]
    partitions: int

    def __post_init__(self) -> None:
        self.funnel: list[dict[str, Any]] = []
        self.executed: list[Any] = []
        self.measured: pa.Table | None = None

    def local(self, steps: Sequence[Op]) -> None:
        if self.measured is None:
            cut = next((i for i, step in enumerate(steps) if step.marks_only), None)
            if cut is not None:
                self._chain(steps[:cut])
                self.measured = pa.concat_tables([pa.Table.from_batches(shard) for shard in self.shards])
                steps = steps[cut:]
        self._chain(steps)

    def _chain(self, steps: Sequence[Op]) -> None:
        if not steps:
            return
        schema = probe_schema(steps, self.shards[0][0].slice(0, 0))
        sinks = {kind: _Shifted(sink, len(self.executed)) for kind, sink in self.sinks.items()}
        ledger = Ledger(len(steps), cast(dict[str, Sink], sinks))
        self.shards = [
            [conform(left, schema, steps) for _, left in chain(steps, iter(shard), ledger, Unguarded())] for shard in self.shards
        ]
        for index, step in enumerate(steps):
            tally = ledger.tallies[index]
            left = tally.came - tally.failed - sum(tally.dropped.values())
            self.funnel.append({"step": label(step), "left": left, "seconds": tally.seconds, **tally.to_json()})
        self.executed += steps

    def exchange(self, exchange: Exchange) -> None:
        sent = [exchange.scatter(batch) for shard in self.shards for batch in shard]
        homes = [Tables(rows) for rows in self._parted([pa.Table.from_batches(shard) for shard in self.shards], "row")]
        phases = exchange.phases()
        for number, phase in enumerate(phases):
            rounds = exchange.limit if number == len(phases) - 1 else 1
            for turn in range(rounds):
                came, sent = sent, [phase(rows, home) for rows, home in zip(self._parted(sent), homes, strict=True)]
                if rounds == 1 or [part.to_pydict() for part in self._parted(came)] == [part.to_pydict() for part in self._parted(sent)]:
                    break
                if turn == rounds - 1:
                    raise RuntimeError(f"{label(exchange)} did not settle in {rounds} rounds")
        answers = pa.concat_tables([exchange.answers(rows) for rows in self._parted(sent)]).sort_by("key")
        self._chain([Settle(exchange, answers)])

    def _parted(self, sent: list[pa.Table], by: str = "key") -> list[pa.Table]:
        rows = pa.concat_tables(sent)
        if self.partitions == 1:
            return [rows]
        where = partition(rows[by], self.partitions)
        return [rows.filter(pa.array(where == p)) for p in range(self.partitions)]


@dataclass(frozen=True)
class _Shifted:
    """A sink whose steps count through the whole recipe."""

    sink: _List
    offset: int

    def write(self, batch: pa.RecordBatch) -> None:
        at = batch.schema.get_field_index("step")
        steps = np.asarray(batch["step"])
        self.sink.write(batch.set_column(at, "step", pa.array(np.where(steps < 0, -1, steps + self.offset), pa.int32())))


def _learned(fold: Fold | LearnFrom, state: _State) -> tuple[Fold, pa.Table]:
    if isinstance(fold, LearnFrom):
        from tilth.probe import sample

        return _learned(fold.step, _State([evaluate(fold.prepare, sample(fold.corpus)).table.to_batches()], {}, 1))
    return fold, observed(fold, [batch for shard in state.shards for batch in shard])


def observed(fold: Fold, batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """Return the state of a Fold over these batches, merged from the left."""
    state: pa.Table | None = None
    for batch in batches:
        state = fold.observe(batch) if state is None else fold.merge(state, fold.observe(batch))
    assert state is not None, "there is at least an empty batch"
    return state


def addressed(table: pa.Table, shard: int = 0) -> pa.Table:
    """Return the table in one chunk, with `row`, `id` and `source` where they were missing, and strings as large_string."""
    columns = {"row": pa.array(np.arange(len(table), dtype=np.uint64) + np.uint64(shard << 32)), "id": None, "source": None}
    columns |= {name: table[name].combine_chunks() for name in table.schema.names}
    if columns["id"] is None:
        columns["id"] = pa.array([str(i) for i in range(len(table))], pa.large_string())
    if columns["source"] is None:
        columns["source"] = pa.array(["memory"] * len(table), pa.large_string())
    return pa.table({name: _large(column) for name, column in columns.items()})


def _large(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return column.cast(pa.large_string()) if pa.types.is_string(column.type) or pa.types.is_null(column.type) else column


def _empty(table: pa.Table) -> pa.RecordBatch:
    return pa.record_batch([pa.array([], field.type) for field in table.schema], schema=table.schema)


def try_on(step: Any, text: str, **columns: Any) -> dict[str, Any]:
    """Return what a step (or a list of steps) makes of one text: its columns, or why it was dropped or failed.

    >>> from tilth.rules import Filter
    >>> try_on(Filter("n > 1", reason="too few"), "some text", n=1)["drop"]
    'too few'
    """
    steps = list(step) if isinstance(step, (list, tuple)) else [step]
    table = pa.table({"text": pa.array([text], pa.large_string()), **{name: [value] for name, value in columns.items()}})
    done = evaluate(steps, table)
    if len(done.table):
        return dict(done.table.to_pylist()[0])
    if len(done.audit):
        gone = done.audit.to_pylist()[0]
        return {"drop": gone["reason"], "step": label(done.executed[gone["step"]]), **dict(gone["signals"])}
    failed = done.quarantine.to_pylist()[0]
    return {"error": failed["error"], "step": label(done.executed[failed["step"]])}
