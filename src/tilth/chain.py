"""A run of local steps over the batches of one shard: each row's fate is written down, and one bad row takes no other along."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

import numpy as np
import pyarrow as pa

from tilth.audit import Ledger
from tilth.errors import StepError, TilthError
from tilth.op import Op, fail, label


class Guard(Protocol):
    """What is told of every call to a step, so that a call that never returns can be traced to its row."""

    def parts(self, index: int, batch: pa.RecordBatch) -> list[tuple[pa.RecordBatch, str]]:
        """Return the batch in the parts to be tried separately, each with the verdict it already has ('' for none)."""
        ...

    def enter(self, index: int, batch: pa.RecordBatch) -> None: ...

    def leave(self) -> None: ...


class Unguarded:
    """No watching: for a call in the user's own process."""

    def parts(self, index: int, batch: pa.RecordBatch) -> list[tuple[pa.RecordBatch, str]]:
        return [(batch, "")]

    def enter(self, index: int, batch: pa.RecordBatch) -> None:
        return None

    def leave(self) -> None:
        return None


def chain(
    steps: Sequence[Op], batches: Iterable[pa.RecordBatch], ledger: Ledger, guard: Guard
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Yield (the batch that came, what the steps left of it) for each batch; all else goes to the ledger."""
    came: deque[pa.RecordBatch] = deque()

    def source() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            kept = ledger.sweep(batch, np.full(len(batch), -1, np.int32))
            came.append(kept)
            yield kept

    flow: Iterator[pa.RecordBatch] = source()
    for group in _groups(steps):
        flow = _streamed(*group[0], flow, ledger) if _streams(group[0][1]) else _batched(group, flow, ledger, guard)
    for left in flow:
        yield came.popleft(), left


def _groups(steps: Sequence[Op]) -> list[list[tuple[int, Op]]]:
    """Neighbours that only mark rows are one group: their rows are removed once, at its end."""
    numbered = list(enumerate(steps))
    runs = groupby(numbered, key=lambda item: -1 if item[1].marks_only else item[0])
    return [list(run) for _, run in runs]


def _streams(step: Op) -> bool:
    return type(step).stream is not Op.stream


def _batched(group: list[tuple[int, Op]], batches: Iterator[pa.RecordBatch], ledger: Ledger, guard: Guard) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        came, by = batch, np.full(len(batch), -1, np.int32)
        marked = np.zeros(len(batch), bool)
        for index, step in group:
            tally = ledger.tallies[index]
            tally.came += len(batch) - int(marked.sum())
            start = time.perf_counter()
            out = _carefully(index, step, batch, guard)
            tally.seconds += time.perf_counter() - start
            ledger.note_edits(index, batch, out)
            now = _marked(out)
            by[now & ~marked] = index
            batch, marked = out, now
        ledger.note_touched(came, batch)
        yield ledger.sweep(batch, by)


def _streamed(index: int, step: Op, batches: Iterator[pa.RecordBatch], ledger: Ledger) -> Iterator[pa.RecordBatch]:
    """A step that sees the whole stream; time spent above it is not its own."""
    tally, taken = ledger.tallies[index], deque[pa.RecordBatch]()
    above = 0.0

    def feed() -> Iterator[pa.RecordBatch]:
        nonlocal above
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            above += time.perf_counter() - start
            if batch is None:
                return
            tally.came += len(batch)
            taken.append(batch)
            yield batch

    outs = step.stream(feed())
    while True:
        start, above = time.perf_counter(), 0.0
        out = next(outs, None)
        tally.seconds += time.perf_counter() - start - above
        if out is None:
            break
        before = taken.popleft() if taken else None
        if before is None or len(before) != len(out):
            raise _lost_rows(step, 0 if before is None else len(before), len(out))
        ledger.note_edits(index, before, out)
        ledger.note_touched(before, out)
        yield ledger.sweep(out, np.full(len(out), index, np.int32))
    if taken:
        raise _lost_rows(step, sum(map(len, taken)), 0)


def _carefully(index: int, step: Op, batch: pa.RecordBatch, guard: Guard) -> pa.RecordBatch:
    parts = guard.parts(index, batch)
    if len(parts) == 1 and not parts[0][1]:
        return _apply(index, step, batch, guard)
    return _join([_failed(part, verdict) if verdict else _apply(index, step, part, guard) for part, verdict in parts])


def _apply(index: int, step: Op, batch: pa.RecordBatch, guard: Guard) -> pa.RecordBatch:
    """Apply a step; where it raises, halve the batch until the rows that it cannot take stand alone."""
    guard.enter(index, batch)
    try:
        out = step.apply(batch)
    except TilthError:
        raise
    except Exception as error:
        if len(batch) == 0:
            raise StepError(
                f"{label(step)} fails on an empty batch.", where=label(step), why=f"{type(error).__name__}: {error}",
                fix="make `apply` return the batch with its columns added, whatever its length",
            ) from error
        if len(batch) == 1:
            return _failed(batch, f"{type(error).__name__}: {error}"[:500])
        half = len(batch) // 2
        return _join([_apply(index, step, part, guard) for part in (batch.slice(0, half), batch.slice(half))])
    finally:
        guard.leave()
    if len(out) != len(batch):
        raise _lost_rows(step, len(batch), len(out))
    return out


def _failed(batch: pa.RecordBatch, why: str) -> pa.RecordBatch:
    everywhere = pa.array(np.ones(len(batch), bool))
    return fail(batch, everywhere, pa.array([why] * len(batch), pa.large_string()))


def _join(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    """One batch of several; a column that only some have is null in the others (failed rows lack what the step adds)."""
    table = pa.concat_tables([pa.Table.from_batches([part]) for part in parts], promote_options="default").combine_chunks()
    return table.to_batches()[0] if len(table) else parts[0]


def _marked(batch: pa.RecordBatch) -> np.ndarray:
    marked = np.zeros(len(batch), bool)
    for name in ("drop", "error"):
        if name in batch.schema.names:
            marked |= np.asarray(batch[name].is_valid())
    return marked


def _lost_rows(step: Op, came: int, left: int) -> StepError:
    return StepError(
        f"{label(step)} returned {left} rows for {came}.", where=label(step), why="a step marks rows, it never removes or adds them",
        fix="set `drop` with tilth.mark(batch, gone, reason) and return every row",
    )
