"""How many rows may share a prompt: measured, by asking the same rows alone and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from tilth import llm
from tilth.embed.sample import bottom
from tilth.errors import RecipeError
from tilth.op import Fold
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.ask import ask, filled, shown
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.meter import Meter, Spent
from tilth.semantic.asking.rows import Row, as_table
from tilth.semantic.asking.waves import together
from tilth.semantic.guarantees.share import least_share

SIZES = (2, 4, 8, 16, 32)
_MEASURED = pa.schema([
    ("batch", pa.int64()), ("rows", pa.int64()), ("agreed", pa.int64()), ("least", pa.float64()), ("prompt_tokens", pa.float64()),
])  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """The batch size found, and why: for each one tried `rows` answered alone, how many `agreed`, the share that is at `least` true.

    `prompt_tokens` are those of a row. `spent` is what it all cost.
    """

    batch: int
    table: pa.Table
    spent: Spent


def batch_size(
    rows: Any, step: Asked, *, target: float = 0.95, risk: float = 0.05, sizes: Sequence[int] = SIZES, sample: int = 200
) -> Measured:
    """Return the largest of `sizes` at which rows that share a prompt are answered as they are alone, in a share of at least `target`.

    The first `sample` rows are asked alone, then together, in ever larger prompts, until a size fails: where the exact lower bound of
    the share, at `risk`, lies below `target`. As no size is tried after one that failed, the risk is that of all sizes together. Rows
    without an answer alone say nothing; without one together they disagree. It is 1 where no size passes, or the rows are too few to
    say so: 59 that all agree show 0.95.

    Source of the bound: Clopper and Pearson 1934; of sizes tested in order, Maurer, Hothorn, Lehmacher 1995.

    Raises RecipeError on what cannot be, StepError where the budget is spent.
    """
    if not 0 < target < 1 or not 0 < risk < 1 or list(sizes) != sorted(set(sizes)) or min(sizes, default=1) < 1:
        raise RecipeError(
            "No batch size can be found so.", where=f"batch_size: target={target}, risk={risk}, sizes={tuple(sizes)}",
            why="target and risk lie between 0 and 1, sizes are at least 1 and grow", fix="target=0.95, sizes=(2, 4, 8, 16, 32)",
        )  # fmt: skip
    batch = as_table(rows).slice(0, sample).combine_chunks().to_batches()
    chosen = [row for part in batch for row in shown(part, step.question) if any(value not in (None, "") for value in row.values())]

    async def work(session: llm.Session, _: None) -> Measured:
        meter = Meter(session, "the search for a batch size")
        alone = await _answers(meter, step, 1, chosen)
        best, told = 1, []
        for size in sizes:
            before = meter.spent.prompt_tokens
            both = zip(alone, await _answers(meter, step, size, chosen), strict=True)
            agreed = [one.value == other.value and other.status == "ok" for one, other in both if one.status == "ok"]
            least = least_share(sum(agreed), len(agreed), risk)
            tokens = (meter.spent.prompt_tokens - before) / max(1, len(chosen))
            told.append(dict(zip(_MEASURED.names, (size, len(agreed), sum(agreed), least, tokens), strict=True)))
            if least < target:
                break
            best = size
        return Measured(best, pa.Table.from_pylist(told, _MEASURED), meter.spent)

    return next(iter(llm.in_order(work, [None], window=1)))


async def _answers(meter: Meter, step: Asked, size: int, rows: Sequence[Row]) -> list[Answer]:
    question = replace(step.question, batch=size)
    parts = await together(lambda part: ask(meter, question, part), filled(rows, question))
    return [answer for part in parts for answer in part]


@dataclass(frozen=True)
class LearnBatch(Fold):
    """Learn how many rows may share a prompt of `step`, and become that step with this `batch`.

    It is measured on the `sample` rows of lowest hash, as `batch_size` says; asking that of the same rows shows the figures, from the
    cache. Raises RecipeError where `step` has no `batch`.

    >>> from tilth.semantic.filter import Filter
    >>> LearnBatch(Filter("Is it glad?", model="openai/gpt-4o-mini")).reads
    ('row', 'text')
    """

    step: Asked
    target: float = 0.95
    risk: float = 0.05
    sizes: tuple[int, ...] = SIZES
    sample: int = 200

    def __post_init__(self) -> None:
        if not isinstance(self.step, Asked) or not hasattr(self.step, "batch") or self.sample < 1:
            raise RecipeError(
                "No batch size can be learned.", where=repr(self), why="it needs a step that asks about rows, and a sample of some",
                fix='semantic.LearnBatch(semantic.Filter("...", model="openai/gpt-4o-mini"))',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", *self.step.reads)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows."""
        shown(batch.slice(0, 0), self.step.question)
        return bottom(pa.Table.from_batches([batch.select(list(dict.fromkeys(self.reads)))]), self.sample)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return bottom(pa.concat_tables([a, b]), self.sample)

    def finish(self, state: pa.Table) -> list[Asked]:
        found = batch_size(state, self.step, target=self.target, risk=self.risk, sizes=self.sizes, sample=self.sample)
        step: Any = self.step
        return [replace(step, batch=found.batch)]
