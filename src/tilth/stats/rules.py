"""What each rule of a run does alone, and in its place in the order, from the audit: nothing is measured anew.

A row that a run kept passed every rule. A dropped one passed the rules before the step that dropped it; what the others would have
said of it follows from the signals that the audit has of it, as far as these were measured by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.audit import is_signal
from tilth.fates import stream_trail
from tilth.op import Batch
from tilth.piece import schema_of
from tilth.rules import columns, passes
from tilth.run import Run
from tilth.store import Store


@dataclass(frozen=True)
class Effect:
    """One step that dropped rows, or could: `came` and `dropped` in its place in the order.

    A rule has three figures more: of `known` rows (kept, or dropped with the rule's signals measured) it drops `alone` were it the only
    rule, and `only` it drops that many of them, no other rule being known to. None where that cannot be told: the step is no rule, or
    reads a column that is no number.
    """

    step: str
    rule: str
    came: int
    dropped: int
    known: int | None = None
    alone: int | None = None
    only: int | None = None


@dataclass
class Rule:
    """A Filter and its place among the executed steps, with what is counted of it."""

    place: int
    text: str
    types: dict[str, pa.DataType]
    tellable: bool
    known: int = 0
    alone: int = 0
    only: int = 0
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.names = columns(self.text)

    def fails(self, gone: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Return bool[n] twice: of which dropped rows it is known what the rule says, and which of these it drops."""
        steps = np.asarray(gone["step"])
        if not self.tellable:
            return np.zeros(len(gone), bool), np.zeros(len(gone), bool)
        values, there = {}, np.ones(len(gone), bool)
        for name in self.names:
            values[name], present = self._recorded(gone, name)
            there &= present
        failed = ~np.asarray(passes(self.text, pa.record_batch(values))) if values else np.zeros(len(gone), bool)
        failed = np.where(steps > self.place, False, np.where(steps == self.place, True, failed))
        there |= steps >= self.place
        return there, failed & there

    def _recorded(self, gone: Batch, name: str) -> tuple[pa.Array, np.ndarray]:
        if name in ("id", "source"):
            return gone[name], np.ones(len(gone), bool)
        found = pc.map_lookup(gone["signals"], name, "first")
        known = pc.if_else(pc.is_nan(found), pa.scalar(None, pa.float64()), found)
        return known.cast(self.types[name], safe=False), np.asarray(found.is_valid())


def effects(run: Run) -> tuple[Effect, ...]:
    """Return, in order, every rule of the run and every other step that dropped rows of it."""
    rules = _rules(run)
    for batch in stream_trail(Store(run.out), "audit", ["id", "source", "step", "signals"]):
        said = {place: rule.fails(batch) for place, rule in rules.items()}
        many = sum((failed.astype(np.int64) for _, failed in said.values()), np.zeros(len(batch), np.int64))
        for place, (known, failed) in said.items():
            rules[place].known += int(known.sum())
            rules[place].alone += int(failed.sum())
            rules[place].only += int((failed & (many == 1)).sum())
    found = [_effect(run, place - 1, entry, rules) for place, entry in enumerate(run.data["funnel"])]
    return tuple(effect for effect in found if effect.rule or effect.dropped)


def _effect(run: Run, place: int, entry: dict[str, Any], rules: dict[int, Rule]) -> Effect:
    rule, dropped = rules.get(place), sum(entry["dropped"].values())
    if rule is None or not rule.tellable:
        return Effect(entry["step"], rule.text if rule else "", entry["came"], dropped)
    return Effect(entry["step"], rule.text, entry["came"], dropped, rule.known + run.rows, rule.alone, rule.only)


def _rules(run: Run) -> dict[int, Rule]:
    types = types_of(run)
    found = {}
    for place, step in enumerate(run.data["executed"]):
        if step["$step"] == "tilth.rules:Filter":
            mine = {name: types[name] for name in columns(step["rule"]) if name in types}
            told = all(name in ("id", "source") or (name in mine and is_signal(mine[name])) for name in columns(step["rule"]))
            found[place] = Rule(place, step["rule"], mine, told)
    return found


def types_of(run: Run) -> dict[str, pa.DataType]:
    """Return the type of every column that a run had, whatever the stage."""
    schemas = [schema_of(run.store(), next(iter(pieces.values()))) for pieces in run.stages() if pieces]
    return {column.name: column.type for schema in schemas for column in schema}
