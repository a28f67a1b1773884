"""Who a corpus speaks of before and after each step: the mentions that `filters.Mentions` counted, added up along the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.audit import doubles
from tilth.fates import stream_trail
from tilth.op import Batch
from tilth.piece import Piece, read_piece, schema_of
from tilth.run import Run
from tilth.signals import columns_of
from tilth.store import Store

PREFIX = "group_"


@dataclass(frozen=True)
class Presence:
    """The corpus as one step left it: its rows that were counted, and of each signal the mentions, and the rows that have any."""

    step: str
    rows: int
    signals: tuple[str, ...]
    mentions: tuple[int, ...]
    rows_with: tuple[int, ...]


def presence(run: Run) -> tuple[Presence, ...]:
    """Return the corpus as it was when it was counted, and as each step that dropped counted rows left it; empty where none was counted.

    A row is what it was when it was counted, whatever is edited later; rows that went before are not in it. Memory: 12 bytes a dropped row.
    """
    stages = run.stages()
    names = _signals(run, stages)
    if not names:
        return ()
    steps = [name for stage in run.data["stages"] for name in stage["steps"]]
    gone = np.zeros((len(steps), 1 + 2 * len(names)), np.int64)
    for by, values in _dropped(run, stages, names):
        np.add.at(gone, by, _sums(values))
    now = np.zeros(gone.shape[1], np.int64)
    for piece in stages[-1].values():
        for batch in read_piece(run.store(), piece, names):
            now += _sums(_values(batch, names)).sum(axis=0)
    found = []
    for step in reversed(range(len(steps))):
        if gone[step, 0]:
            found.append(_presence(f"after {steps[step]}", now, names))
            now = now + gone[step]
    return (_presence("as counted", now, names), *reversed(found))


def _presence(step: str, sums: np.ndarray, names: list[str]) -> Presence:
    mentions, rows = sums[1 : 1 + len(names)].tolist(), sums[1 + len(names) :].tolist()
    return Presence(step, int(sums[0]), tuple(names), tuple(mentions), tuple(rows))


def _sums(values: np.ndarray) -> np.ndarray:
    """Return of each row of float64[n, signals], NaN for not counted: 1, its mentions, and 1 for each signal that it has any of."""
    known = np.where(np.isnan(values), 0, values).astype(np.int64)
    counted = ~np.isnan(values).all(axis=1)
    return np.concatenate([counted[:, None], known, known > 0], axis=1).astype(np.int64)


def _dropped(run: Run, stages: list[dict[int, Piece]], names: list[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the steps that dropped rows (int[n]) with the counts of these rows (float64[n, signals]), batch by batch.

    What the stage before left is what a row was; only where there is no count yet, the audit has it.
    """
    offsets = [stage["offset"] for stage in run.data["stages"]]
    earlier = [k > 0 and _has(run, stages[k - 1], names) for k in range(len(stages))]
    later: list[tuple[np.ndarray, np.ndarray]] = []
    for batch in stream_trail(Store(run.out), "audit", ["row", "step", "signals"]):
        steps = np.asarray(batch["step"])
        inside = np.array(earlier)[np.searchsorted(offsets, steps, side="right") - 1]
        later.append((np.asarray(batch["row"])[inside], steps[inside]))
        yield steps[~inside], _recorded(batch, names)[~inside]
    rows, by = (np.concatenate(parts) for parts in zip(*later, strict=True)) if later else (np.zeros(0, np.uint64), np.zeros(0, np.int32))
    order = np.argsort(rows)
    yield from _looked_up(run, stages, names, rows[order], by[order], offsets)


def _looked_up(
    run: Run, stages: list[dict[int, Piece]], names: list[str], rows: np.ndarray, by: np.ndarray, offsets: list[int]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    stage_of = np.searchsorted(offsets, by, side="right") - 1
    for stage in np.unique(stage_of):
        mine, steps = rows[stage_of == stage], by[stage_of == stage]
        for piece in stages[stage - 1].values():
            for batch in read_piece(run.store(), piece, names):
                hit = np.isin(np.asarray(batch["row"]), mine)
                at = np.searchsorted(mine, np.asarray(batch["row"])[hit])
                yield steps[at], _values(batch, names)[hit]


def _recorded(batch: Batch, names: list[str]) -> np.ndarray:
    known, found = columns_of(batch["signals"]), np.full((len(batch), len(names)), np.nan)
    for at, name in enumerate(names):
        if name in known:
            rows, values = known[name]
            found[rows, at] = values
    return found


def _values(batch: Batch, names: list[str]) -> np.ndarray:
    return np.stack([doubles(batch[name]) for name in names], axis=1)


def _signals(run: Run, stages: list[dict[int, Piece]]) -> list[str]:
    schemas = [schema_of(run.store(), next(iter(pieces.values()))) for pieces in stages if pieces]
    found = {column.name for schema in schemas for column in schema if column.name.startswith(PREFIX) and pa.types.is_integer(column.type)}
    return sorted(found, key=lambda name: ("_near_" in name, name))


def _has(run: Run, pieces: dict[int, Piece], names: list[str]) -> bool:
    schema = schema_of(run.store(), next(iter(pieces.values()))) if pieces else pa.schema([])
    return all(name in schema.names for name in names)
