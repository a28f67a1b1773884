"""What `filters.Mentions` counted in the rows of a run, added up: those that each step dropped, and those that are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.audit import doubles
from tilth.fates import stream_trail
from tilth.op import Batch
from tilth.piece import Piece, read_piece, schema_of
from tilth.run import Run
from tilth.signals import columns_of
from tilth.store import Store

PREFIX, NEAR = "group_", "_near_"


class Share(NamedTuple):
    """A signal as a part of others: a group's mentions of all groups', those near a context of the group's own."""

    part: int
    whole: tuple[int, ...]


class Sums(NamedTuple):
    """Sums over some rows: how many were counted; int64[signals] mentions and rows that have any; of each share what its variance needs.

    `moments` is float64[5, shares]: the whole, part * part, part * whole, whole * whole, and rows that have any of the whole.
    """

    rows: int
    mentions: np.ndarray
    rows_with: np.ndarray
    moments: np.ndarray

    def plus(self, other: Sums) -> Sums:
        """Return the sums over these rows and those."""
        return Sums(
            self.rows + other.rows, self.mentions + other.mentions, self.rows_with + other.rows_with, self.moments + other.moments
        )


class Spoken(NamedTuple):
    """The signals of a run, and the sums of the rows that it kept, and of those that each step dropped, by its place.

    `again` has the sums of the rows kept by the names under which `filters.Mentions` counted the same once more.
    """

    names: tuple[str, ...]
    steps: tuple[str, ...]
    kept: Sums
    gone: dict[int, Sums]
    again: dict[str, Sums]


def spoken(run: Run) -> Spoken | None:
    """Return the sums of a run, None where no step counted.

    A row is what it was when it was counted, whatever is edited later; rows that went before are not in it. Memory: 12 bytes a dropped row.
    """
    stages = run.stages()
    names = _signals(run, stages)
    if not names:
        return None
    steps = tuple(name for stage in run.data["stages"] for name in stage["steps"])
    parts, gone = shares(names), dict[int, Sums]()
    for by, _, values in dropped(run, names):
        for step in np.unique(by).tolist():
            found = sums(values[by == step], parts)
            gone[step] = gone[step].plus(found) if step in gone else found
    kept = sums(np.zeros((0, len(names))), parts)
    for piece in stages[-1].values():
        for batch in read_piece(run.store(), piece, names):
            kept = kept.plus(sums(_values(batch, names), parts))
    by_step = dict(sorted((step, found) for step, found in gone.items() if found.rows))
    return Spoken(tuple(names), steps, kept, by_step, {name: _again(run, name, names) for name in _names_again(run, stages, names)})


def _names_again(run: Run, stages: list[dict[int, Piece]], names: Sequence[str]) -> list[str]:
    made = [step["name"] for step in run.data["executed"] if step["$step"] == "tilth.filters.groups:Mentions"]
    return [name for name in dict.fromkeys(made) if f"{name}_" != PREFIX and _has(run, stages[-1], _renamed(names, name))]


def _again(run: Run, name: str, names: Sequence[str]) -> Sums:
    found = sums(np.zeros((0, len(names))), shares(names))
    for piece in run.pieces().values():
        for batch in read_piece(run.store(), piece, _renamed(names, name)):
            found = found.plus(sums(_values(batch, _renamed(names, name)), shares(names)))
    return found


def _renamed(names: Sequence[str], name: str) -> list[str]:
    return [f"{name}_{signal.removeprefix(PREFIX)}" for signal in names]


def shares(names: Sequence[str]) -> list[Share]:
    """Return what each signal is a part of.

    >>> shares(["group_a", "group_b", "group_a_near_x"])
    [Share(part=0, whole=(0, 1)), Share(part=1, whole=(0, 1)), Share(part=2, whole=(0,))]
    """
    groups = tuple(at for at, name in enumerate(names) if NEAR not in name)
    return [Share(at, (names.index(name.partition(NEAR)[0]),) if NEAR in name else groups) for at, name in enumerate(names)]


def sums(values: np.ndarray, parts: list[Share]) -> Sums:
    """Add up rows of counts, float64[n, signals], NaN where they were not counted.

    >>> sums(np.array([[1.0, 2.0], [np.nan, np.nan]]), shares(["group_a", "group_b"])).moments[:, 0].tolist()
    [3.0, 1.0, 3.0, 9.0, 1.0]
    """
    counted = values[~np.isnan(values).all(axis=1)]
    known = np.where(np.isnan(counted), 0, counted)
    part, whole = known[:, [one.part for one in parts]], np.stack([known[:, one.whole].sum(axis=1) for one in parts], axis=1)
    moments = np.stack([each.sum(axis=0) for each in (whole, part * part, part * whole, whole * whole, (whole > 0).astype(float))])
    return Sums(len(known), known.sum(axis=0).astype(np.int64), (known > 0).sum(axis=0), moments)


def dropped(run: Run, names: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield the places of the steps that dropped rows (int[n]), these rows (uint64[n]) and their counts (float64[n, signals]), in batches.

    What the stage before left is what a row was; only where there is no count yet, the audit has it.
    """
    stages, offsets = run.stages(), [stage["offset"] for stage in run.data["stages"]]
    earlier = [k > 0 and _has(run, stages[k - 1], names) for k in range(len(stages))]
    later: list[tuple[np.ndarray, np.ndarray]] = []
    for batch in stream_trail(Store(run.out), "audit", ["row", "step", "signals"]):
        rows, steps = np.asarray(batch["row"]), np.asarray(batch["step"])
        inside = np.array(earlier)[np.searchsorted(offsets, steps, side="right") - 1]
        later.append((rows[inside], steps[inside]))
        yield steps[~inside], rows[~inside], _recorded(batch, names)[~inside]
    rows, by = (np.concatenate(parts) for parts in zip(*later, strict=True)) if later else (np.zeros(0, np.uint64), np.zeros(0, np.int32))
    order = np.argsort(rows)
    yield from _looked_up(run, names, rows[order], by[order])


def _looked_up(
    run: Run, names: Sequence[str], rows: np.ndarray, by: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    stages, offsets = run.stages(), [stage["offset"] for stage in run.data["stages"]]
    stage_of = np.searchsorted(offsets, by, side="right") - 1
    for stage in np.unique(stage_of):
        mine, steps = rows[stage_of == stage], by[stage_of == stage]
        for piece in stages[stage - 1].values():
            for batch in read_piece(run.store(), piece, list(names)):
                here = np.asarray(batch["row"])
                hit = np.isin(here, mine)
                yield steps[np.searchsorted(mine, here[hit])], here[hit], _values(batch, names)[hit]


def _recorded(batch: Batch, names: Sequence[str]) -> np.ndarray:
    known, found = columns_of(batch["signals"]), np.full((len(batch), len(names)), np.nan)
    for at, name in enumerate(names):
        if name in known:
            rows, values = known[name]
            found[rows, at] = values
    return found


def _values(batch: Batch, names: Sequence[str]) -> np.ndarray:
    return np.stack([doubles(batch[name]) for name in names], axis=1)


def _signals(run: Run, stages: list[dict[int, Piece]]) -> list[str]:
    schemas = [schema_of(run.store(), next(iter(pieces.values()))) for pieces in stages if pieces]
    found = {column.name for schema in schemas for column in schema if column.name.startswith(PREFIX) and pa.types.is_integer(column.type)}
    return sorted(found, key=lambda name: (NEAR in name, name))


def _has(run: Run, pieces: dict[int, Piece], names: Sequence[str]) -> bool:
    schema = schema_of(run.store(), next(iter(pieces.values()))) if pieces else pa.schema([])
    return all(name in schema.names for name in names)
