"""Steps for some of the rows: rules for the web that books and code need not meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.grammar import parse
from tilth.op import Op
from tilth.rules import Filter, columns, passes


@dataclass(frozen=True)
class Only(Op):
    """Do `step` on the rows for which the rule `when` is true; the others stay as they are, with nulls in the columns that it adds.

    Raises RecipeError where the rule cannot be read, or the step is more than what it does to each batch.

    >>> from tilth.clean import Whitespace
    >>> batch = pa.record_batch({"text": pa.array(["a \\nb", "c \\nd"], pa.large_string()), "source": ["web", "code"]})
    >>> Only("source == 'web'", Whitespace()).apply(batch)["text"].to_pylist()
    ['a\\nb', 'c \\nd']
    """

    when: str
    step: Op

    def __post_init__(self) -> None:
        parse(self.when)
        if not isinstance(self.step, Op) or type(self.step).stream is not Op.stream or self.step.writer is not None:
            raise RecipeError(
                f"{type(self.step).__name__} cannot be done for some of the rows only.", where=repr(self),
                why="it sees more of a corpus than one batch", fix="put it into the recipe as it is, or split the corpus in two",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...] | None:
        return None if self.step.reads is None else tuple(dict.fromkeys((*columns(self.when), *self.step.reads)))

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ()  # of rows that it does not see it changes none: a patch is enough

    @property
    def results(self) -> tuple[str, ...]:
        return self.step.results

    @property
    def rehearsal(self) -> tuple[Any, ...]:
        return tuple(Only(self.when, step) for step in self.step.rehearsal)

    @property
    def stands_for(self) -> Op:
        return self.step

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        these = passes(self.when, batch)
        done = self.step.apply(batch.filter(these))
        return pa.record_batch([_put_back(batch, these, name, done[name]) for name in done.schema.names], schema=done.schema)


def only(when: str, steps: tuple[Op, ...] | list[Op]) -> list[Op]:
    """Return `steps` as they are done for the rows for which the rule `when` is true; all other rows pass them.

    A `Filter` stays one, its rule now `(rule) or not (when)`, so that thresholds can be swept; other Ops are wrapped in `Only`. A row
    for which `when` is unknown (null) is measured by none and dropped by what it then lacks: write rules that are true or false.

    Raises RecipeError for a Fold or an Exchange, which see the whole corpus.

    >>> only("source == 'web'", [Filter("words >= 50", "short")])
    [Filter(rule="(words >= 50) or not (source == 'web')", reason='short')]
    """
    return [_guarded(when, step) if isinstance(step, Filter) else Only(when, step) for step in steps]


def _guarded(when: str, step: Filter) -> Filter:
    parse(when)
    return Filter(f"({step.rule}) or not ({when})", step.reason or step.rule)


def _put_back(batch: pa.RecordBatch, these: pa.Array, name: str, found: pa.Array) -> pa.Array:
    """Return a column for all rows: what was `found` for `these`, and what was there before (or null) for the others."""
    before = batch[name] if name in batch.schema.names else pa.nulls(len(batch), found.type)
    if before.type == found.type and found.equals(before.filter(these)):
        return before
    at = pc.if_else(these, pc.cumulative_sum(these.cast(pa.int64())), pa.scalar(None, pa.int64()))
    taken = found.take(pc.subtract(at, 1))
    return pc.if_else(these, taken, before.cast(found.type)) if len(batch) else found
