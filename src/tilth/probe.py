"""Try a recipe on the first rows of a corpus before anything is spent: do the columns fit, does every step run, does every rule bite?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.chain import Unguarded
from tilth.errors import CorpusError, RecipeError, TilthError
from tilth.flow import until_barrier
from tilth.memory import Evaluation, evaluate
from tilth.read.reader import File, Reader, Span
from tilth.reading import first_rows
from tilth.rules import Filter, columns
from tilth.store import Store
from tilth.tasks import Task

ROWS = 200
DOCUMENT_SECONDS = 10.0


@dataclass(frozen=True)
class Check:
    """What a probe found: errors that would stop a run, warnings, and what became of the probed rows."""

    errors: list[TilthError]
    warnings: list[str]
    evaluation: Evaluation | None

    def raise_first(self) -> None:
        """Raise the first error, if there is one."""
        for error in self.errors:
            raise error

    def __str__(self) -> str:
        lines = [str(error) for error in self.errors] + [f"warning: {warning}" for warning in self.warnings]
        if self.evaluation:
            lines.append(f"{'step':<52}{'rows in':>9}{'dropped':>9}{'failed':>8}{'edited':>8}")
            for entry in self.evaluation.funnel:
                gone = sum(entry["dropped"].values())
                lines.append(f"{entry['step'][:51]:<52}{entry['came']:>9}{gone:>9}{entry['failed']:>8}{entry['edited']:>8}")
        return "\n".join(lines)


def rehearsed(recipe: Sequence[Any]) -> list[Any]:
    """Return the recipe as a probe runs it: nothing is asked that costs money, and no rule decides on an answer that nobody gave."""
    steps = [stand_in for step in recipe for stand_in in getattr(step, "rehearsal", (step,))]
    blank = {column for step in steps for column in getattr(step, "blank", ())}
    return [step for step in steps if not (isinstance(step, Filter) and blank & set(columns(step.rule)))]


def sample(corpus: Reader, rows: int = ROWS) -> pa.Table:
    """Return up to `rows` rows, a few of each of the first, middle and last files; raise CorpusError where there is none."""
    files = corpus.files()
    if not files:
        raise CorpusError.empty(repr(corpus))
    schema = corpus.schema(files)
    picked = [files[i] for i in sorted({round(i * (len(files) - 1) / 15) for i in range(16)})]
    each = max(1, rows // len(picked))
    if any(corpus.document_in(Span(file.path)) for file in picked):
        table = _drawn_elsewhere(corpus, schema, picked, each)
    else:
        table = pa.concat_tables([first_rows(corpus, schema, file, each, 0, Unguarded()) for file in picked])
    numbers = pa.array(range(len(table)), pa.uint64())
    return table.append_column("row", numbers) if "row" not in table.schema.names else table


def _drawn_elsewhere(corpus: Reader, schema: pa.Schema, files: Sequence[File], rows: int) -> pa.Table:
    """Documents are parsed in a process of their own: what a hostile one does, it does not do to ours."""
    from tilth.executors.worker import Worker  # a module that is also run: a worker must not find it imported with `tilth`

    with tempfile.TemporaryDirectory() as folder, closing(Worker()) as worker:
        work = {"reader": corpus, "schema": schema, "files": files, "rows": rows}
        receipt, _ = worker.perform(Task("probe", "draw", folder, work, row_seconds=DOCUMENT_SECONDS))
        return Store(folder).table(receipt["rows"])


def check(corpus: Reader, recipe: Sequence[Any], rows: int = ROWS) -> Check:
    """Return what a probe of `rows` rows says of `recipe`; errors are collected, not raised."""
    try:
        until_barrier(list(recipe))
        table = sample(corpus, rows)
        done = evaluate(rehearsed(recipe), table, probe=True)
    except TilthError as error:
        return Check([error], [], None)
    except Exception as error:
        wrapped = RecipeError(
            "The recipe fails on the probe.", where=f"the first {rows} rows of {corpus!r}", why=f"{type(error).__name__}: {error}",
            fix="try its steps one by one: tilth.try_on(step, 'some text')",
        )
        wrapped.__cause__ = error
        return Check([wrapped], [], None)
    return Check(_broken_steps(done), [*_unlearned(done), *_idle_rules(done)], done)


def _broken_steps(done: Evaluation) -> list[TilthError]:
    errors: list[TilthError] = []
    for i, entry in enumerate(done.funnel):
        if entry["came"] >= 20 and entry["failed"] == entry["came"]:
            why = next(row["error"] for row in done.quarantine.to_pylist() if row["step"] == i)
            errors.append(RecipeError(
                f"{entry['step']} fails on every row.", where=f"step {i + 1}", why=why, fix="tilth.try_on(step, 'some text')"
            ))
    return errors


def _unlearned(done: Evaluation) -> list[str]:
    if not done.unlearned:
        return []
    what, where, why = done.unlearned.what, done.unlearned.where, done.unlearned.why
    return [f"too little to learn from in the probed rows, so no step is tried from {where} on: {what} {why}"]


def _idle_rules(done: Evaluation) -> list[str]:
    idle, dead = [], []
    for step, entry in zip(done.executed, done.funnel, strict=True):
        if isinstance(step, Filter) and entry["came"] and not entry["dropped"]:
            idle.append(step.reason or step.rule)
        if isinstance(step, Filter) and entry["came"] and not entry["left"]:
            named = ", ".join(columns(step.rule))
            dead.append(f"the rule {step.rule!r} drops all of {entry['came']} probed rows: is {named} what it should be?")
    return [*dead, *([f"rules that drop none of the probed rows: {', '.join(idle)}"] if idle else [])]


