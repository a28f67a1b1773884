"""A join as a step of a recipe: every row gets the ids of the rows of another table that match it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from tilth import llm
from tilth.errors import RecipeError
from tilth.op import Op
from tilth.semantic.asking.answer import Answer, columns
from tilth.semantic.asking.ask import WINDOW
from tilth.semantic.asking.meter import Meter, Spent
from tilth.semantic.asking.question import slug
from tilth.semantic.asking.rows import Different, different
from tilth.semantic.join import Method, Plan
from tilth.semantic.pairs.block_size import START
from tilth.semantic.pairs.pairs import Task, Verdicts
from tilth.semantic.pairs.right_side import check_column, right_table
from tilth.semantic.pairs.windows import by_windows

IDS = pa.large_list(pa.large_string())


@dataclass(frozen=True)
class Join(Op):
    """Add the column `name`, the ids of the rows of `right` that match each row by `instruction` (large_list<large_string>).

    `right` is the path of a Parquet or JSON Lines file, which a run knows by its name, or an Arrow stream as bytes; `right_id` its
    column of ids, of which it is shown `right_columns` (all but the id by default). The list is empty where nothing matches; null, with
    the reason in `{name}_answer`, where nothing was found and some pair has no answer. Where something was found, `{name}_answer`
    still tells of pairs without an answer. Tokens and dollars there are the row's equal share of its window of 1,024 rows.

    Methods and sizes are those of `semantic.join`. Raises RecipeError on what cannot be, StepError where the budget is spent.

    >>> Join("The page is about the product.", "products.parquet", model="openai/gpt-4o-mini", name="products").reads
    ('text',)
    """

    version: ClassVar[int] = 2

    instruction: str
    right: str | bytes
    model: str
    columns: tuple[str, ...] = ("text",)
    right_columns: tuple[str, ...] = ()
    right_id: str = "id"
    name: str = ""
    method: Method = "auto"
    batch: int = 16
    block: int = 0
    room: int = 8000
    candidates: int = 10
    recall: float = 0.0
    embedding: str = "words"
    guess: str = ""

    def __post_init__(self) -> None:
        _ = self._plan
        if not self.right or not self.columns:
            why, fix = "it needs columns and a right side", 'right="products.parquet"'
            raise RecipeError("There is nothing to join.", where=repr(self), why=why, fix=fix)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.columns

    @property
    def _plan(self) -> Plan:
        task = Task(self.instruction, self.model, self.batch, self.block or START, self.room)
        return Plan(task, not self.block, self.method, self.candidates, self.recall, self.embedding, self.guess)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = right_table(self.right)
        check_column(table, self.right_id, self.right)
        ids = [str(value) for value in table[self.right_id].to_pylist()]
        shown = self.right_columns or tuple(name for name in table.column_names if name != self.right_id)
        right = different(table, shown)

        async def work(session: llm.Session, window: pa.Table) -> list[Answer]:
            meter = Meter(session, f"semantic join: {self.instruction[:60]}")
            left = different(window, self.columns)
            found, _ = await self._plan.run(meter, left, right)
            return _answers(found, left, right, ids, len(window), meter.spent)

        for batch, answers in by_windows(batches, WINDOW, lambda windows: llm.in_order(work, windows, window=2)):
            yield columns(batch, self.name or slug(self.instruction), answers, IDS)

    def __repr__(self) -> str:
        right = self.right if isinstance(self.right, str) else f"{len(self.right)} bytes"
        return f"Join({self.instruction!r}, {right}, model={self.model!r})"


def _answers(found: Verdicts, left: Different, right: Different, ids: list[str], rows: int, spent: Spent) -> list[Answer]:
    """Return one answer for each of the rows: the ids that match it, and what became of the pairs that nobody could answer."""
    matched: dict[int, list[int]] = {}
    for n, m in found.matches:
        matched.setdefault(n, []).extend(right.copies[m])
    silent: dict[int, list[Answer]] = {}
    for (n, _), answer in found.unanswered.items():
        silent.setdefault(n, []).append(answer)
    each = (spent.prompt_tokens / rows, spent.cached_tokens / rows, spent.completion_tokens / rows, spent.worth and spent.worth / rows)
    done = [Answer(status="empty", reason="there is nothing to ask about")] * rows
    for n, copies in enumerate(left.copies):
        value = [ids[m] for m in sorted(matched.get(n, ()))]
        told = _told(value, silent.get(n, []))
        for row in copies:
            done[row] = Answer(told.value, told.status, told.reason, None, "", *each, 1)
    return done


def _told(value: list[str], silent: list[Answer]) -> Answer:
    if not silent:
        return Answer(value)
    return Answer(value or None, silent[0].status, f"{len(silent)} of its pairs have no answer; the first: {silent[0].reason}")
