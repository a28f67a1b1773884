"""The distribution of every number that was measured, over all rows that came to be measured, with the thresholds of the rules.

A stage's columns are in two places: the rows that it kept are in the pieces it left, those that it dropped after they were measured
are in the audit, with their signals. Both are read once, in batches, and folded into sketches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.audit import doubles, is_signal
from tilth.grammar import Column, Compare, Either, Every, Literal, Node, Not, number, parse
from tilth.op import Batch
from tilth.piece import read_piece, schema_of
from tilth.rules import thresholds
from tilth.run import Run
from tilth.sketch import Sketch

BATCH_ROWS = 1 << 15
FAILS = {"<": np.greater_equal, "<=": np.greater, ">": np.less_equal, ">=": np.less, "==": np.not_equal, "!=": np.equal}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass
class Limit:
    """What a rule asks of a column: `column op value`. It `decides` where a row that fails it is dropped whatever else it has.

    A row on which the column is unknown fails a limit that decides; of others it is not counted, for another part may be meant for it.
    """

    op: str
    value: float
    reason: str
    rule: str
    decides: bool
    fails: int = 0


@dataclass
class Signal:
    """One column of numbers, as it was first measured."""

    name: str
    stage: int
    kind: str  # "number" or "truth"
    limits: list[Limit]
    sketch: Sketch = field(default_factory=Sketch)

    def add(self, values: np.ndarray) -> None:
        """Count float64 values, NaN for unknown."""
        self.sketch.add(values)
        for limit in self.limits:
            unknown = np.isnan(values)
            limit.fails += int(np.count_nonzero(unknown | FAILS[limit.op](values, limit.value) if limit.decides else
                                                ~unknown & FAILS[limit.op](values, limit.value)))  # fmt: skip


def signals_of(run: Run) -> list[Signal]:
    """Return every column of numbers that is in the run, nothing counted yet, in the order they were measured."""
    store, limits = run.store(), _limits(run)
    found: dict[str, Signal] = {}
    for number_of, pieces in enumerate(run.stages()):
        schema = schema_of(store, next(iter(pieces.values()))) if pieces else pa.schema([])
        for column in schema:
            if column.name != "row" and is_signal(column.type) and column.name not in found:
                kind = "truth" if pa.types.is_boolean(column.type) else "number"
                found[column.name] = Signal(column.name, number_of, kind, limits.get(column.name, []))
    return list(found.values())


def add_kept(run: Run, signals: list[Signal]) -> None:
    """Count the rows that are left after the stage that measured each signal."""
    store = run.store()
    for stage, pieces in enumerate(run.stages()):
        mine = {signal.name: signal for signal in signals if signal.stage == stage}
        for piece in pieces.values() if mine else ():
            for batch in read_piece(store, piece, list(mine), BATCH_ROWS):
                for name, signal in mine.items():
                    signal.add(doubles(batch[name]))


@dataclass
class Dropped:
    """Counts the rows of the audit that were dropped in the stage that measured a signal, after it was measured."""

    signals: list[Signal]
    offsets: list[int]  # first step of each stage

    def add(self, batch: Batch) -> None:
        """Fold a batch of the audit with its columns `step` and `signals`."""
        stages = np.searchsorted(self.offsets, np.asarray(batch["step"]), side="right") - 1
        values = columns_of(batch["signals"])
        for signal in self.signals:
            if signal.name in values:
                rows, found = values[signal.name]
                signal.add(found[stages[rows] == signal.stage])


def columns_of(maps: pa.MapArray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return, for each key of maps to doubles, the indices of the maps that have it and its values.

    >>> maps = pa.array([[("a", 1.0)], [], [("a", 2.0), ("b", 3.0)]], pa.map_(pa.string(), pa.float64()))
    >>> {name: (rows.tolist(), values.tolist()) for name, (rows, values) in columns_of(maps).items()}
    {'a': ([0, 2], [1.0, 2.0]), 'b': ([2], [3.0])}
    """
    offsets = np.asarray(maps.offsets)
    rows = np.repeat(np.arange(len(maps)), np.diff(offsets))
    keys = maps.keys[offsets[0] : offsets[-1]].dictionary_encode()
    values = np.asarray(maps.items[offsets[0] : offsets[-1]])
    codes = np.asarray(keys.indices)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(keys.dictionary)))
    parts = np.split(order, ends)  # one more than there are keys, and empty
    return {name: (rows[part], values[part]) for name, part in zip(keys.dictionary.to_pylist(), parts, strict=False)}


def _limits(run: Run) -> dict[str, list[Limit]]:
    found: dict[str, list[Limit]] = {}
    for step in rules_of(run.data["executed"]):
        rule, reason = step["rule"], step["reason"] or step["rule"]
        alone = {literal.at: op for op, literal in _decisive(parse(rule), False)}
        for limit in thresholds(rule):
            op = alone.get(limit.start, limit.op)
            found.setdefault(limit.column, []).append(Limit(op, limit.value, reason, rule, limit.start in alone))
    return found


def rules_of(steps: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of the Filters among the records of steps."""
    return (step for step in steps if step["$step"] == "tilth.rules:Filter")


def _decisive(node: Node, negated: bool) -> Iterator[tuple[str, Literal]]:
    """Yield the comparisons that a row must pass for the rule to be true, each as an operator with the column on its left."""
    match node:
        case Every(rules) if not negated:
            for rule in rules:
                yield from _decisive(rule, negated)
        case Either(rules) if negated:
            for rule in rules:
                yield from _decisive(rule, negated)
        case Not(rule):
            yield from _decisive(rule, not negated)
        case Compare(op, Column(), Literal() as at) if number(at):
            yield (_OPPOSITE[op] if negated else op), at
        case Compare(op, Literal() as at, Column()) if number(at):
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
            yield (_OPPOSITE[turned] if negated else turned), at
