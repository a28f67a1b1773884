"""Answer one question over many rows, or one for every group of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth import llm
from tilth.errors import RecipeError
from tilth.op import Op, mark, put
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.answer import columns as with_answers
from tilth.semantic.asking.answer_type import arrow_type
from tilth.semantic.asking.meter import Meter
from tilth.semantic.asking.prompt import as_line
from tilth.semantic.asking.question import Question, require, slug
from tilth.semantic.asking.rows import as_table
from tilth.semantic.gather import Gather, packed
from tilth.semantic.summary import Row, summary

TEXT = '{"type":"string"}'


@dataclass(frozen=True)
class Agg(Gather):
    """Have a model answer one question about all rows together, or with `by` about each group of equal values; the answer is on every row.

    `answer` is the JSON Schema of the answer: a text, a number, a list. Rows are shown in their order, as many to a prompt as fit in `room`
    tokens, never two groups in one; the answers of several prompts are combined by further ones until one is left. With `one` the first
    row of each group stays and the others are dropped for its sake. Where a part cannot be answered, the whole has no answer; the reason
    stands in `{name}_answer`, with what the group cost.

    Raises RecipeError on what cannot be, StepError where more than `most` rows come.

    Source: sem_agg of LOTUS (Patel et al., VLDB 2025).

    >>> Agg("What do the reviews complain of?", model="openai/gpt-4o-mini", by=("film",)).reads
    ('film', 'text')
    """

    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    by: tuple[str, ...] = ()
    name: str = ""
    answer: str = TEXT
    one: bool = False
    max_tokens: int = 512
    room: int = 8000
    most: int = 100_000

    def __post_init__(self) -> None:
        if not self.columns or self.room < 2 * self.max_tokens:
            raise RecipeError(
                "These rows cannot be put into prompts.", where=f"semantic.Agg({self.instruction[:60]!r})",
                why="there must be a column to show, and room for two answers in a prompt", fix="max_tokens=512, room=8000",
            )  # fmt: skip
        _ = arrow_type(self.answer), self.question

    @property
    def question(self) -> Question:
        """What is asked of rows together."""
        return Question(
            "aggregate", self.instruction, self.model, self.columns, self.answer, batch=1000, max_tokens=self.max_tokens, room=self.room
        )

    @property
    def column(self) -> str:
        """The name of the column of answers."""
        return self.name or slug(self.instruction)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.by, *self.columns)))

    def finish(self, state: pa.Table) -> list[GroupAnswer]:
        groups = _groups(state, self.by)
        groups = {key: rows for key, rows in groups.items() if rows}
        firsts = state["row"].take(pa.array([rows[0] for rows in groups.values()], pa.int64()))
        found = pa.record_batch({"key": pa.array(groups, pa.large_string()), "first": firsts.combine_chunks()})
        told = with_answers(found, self.column, _answers(state, list(groups.values()), self.question), arrow_type(self.answer))
        return [GroupAnswer(self.by, packed(pa.Table.from_batches([told])), self.one)]


@dataclass(frozen=True)
class GroupAnswer(Op):
    """Put on every row the answer for its group; with `one`, drop all rows of a group but the first.

    `found` is an Arrow stream: `key` (the values of `by` as JSON), `first` (uint64, the address of the group's first row), and the columns
    to add. A group that it does not hold has nulls. `Agg` becomes this.

    >>> found = pa.table({"key": ['{"film": "Up"}'], "first": pa.array([0], pa.uint64()), "mood": ["glad"]})
    >>> rows = pa.record_batch({"row": pa.array([0, 1], pa.uint64()), "film": ["Up", "Jaws"]})
    >>> GroupAnswer(("film",), packed(found)).apply(rows)["mood"].to_pylist()
    ['glad', None]
    """

    by: tuple[str, ...]
    found: bytes
    one: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        return self.by

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found = pa.ipc.open_stream(self.found).read_all().combine_chunks()
        at = pc.index_in(pa.array(_keys(batch, self.by), pa.large_string()), found["key"])
        for name in found.column_names[2:]:
            batch = put(batch, name, found[name].combine_chunks().take(at))
        if not self.one:
            return batch
        first = found["first"].combine_chunks().take(at)
        return mark(batch, pc.not_equal(first, batch["row"]), "in the answer of its group", first)

    def __repr__(self) -> str:
        return f"GroupAnswer({self.by}, {len(self.found)} bytes, one={self.one})"


def aggregate(
    rows: Any, instruction: str, model: str, *, columns: tuple[str, ...] = ("text",), by: tuple[str, ...] = (), name: str = "answer",
    answer: str = TEXT, max_tokens: int = 512, room: int = 8000,
) -> pa.Table:  # fmt: skip
    """Return the answer to one question about all rows of a table or frame, or a row for each group of equal values in `by`.

    The columns are `by`, `name`, and `{name}_answer`, how the answer came about and what it cost. Groups come in the order of their
    first rows. Without `by` there is one row, even for no rows. See `Agg`.
    """
    table = as_table(rows)
    agg = Agg(instruction, model, columns, by, name, answer, False, max_tokens, room)
    groups = list(_groups(table, by).values())
    numbered = pa.record_batch({"group": pa.array(range(len(groups)), pa.int64())})
    told = with_answers(numbered, agg.column, _answers(table, groups, agg.question), arrow_type(answer))
    firsts = table.take(pa.array([rows[0] for rows in groups], pa.int64())) if by else table
    found = {each: firsts[each] for each in by} | {each: told[each] for each in told.schema.names[1:]}
    return pa.table(found)


def _groups(table: pa.Table, by: Sequence[str]) -> dict[str, list[int]]:
    """Return the numbers of the rows of each group by its key, in the order of their first rows; all rows are one without `by`."""
    if not by:
        return {as_line({}): list(range(len(table)))}
    found: dict[str, list[int]] = {}
    for n, key in enumerate(_keys(table, by)):
        found.setdefault(key, []).append(n)
    return found


def _keys(rows: pa.Table | pa.RecordBatch, by: Sequence[str]) -> list[str]:
    require(rows, by, "semantic.Agg")
    return [as_line(row) for row in rows.select(list(by)).to_pylist()] if by else [as_line({})] * len(rows)


def _answers(table: pa.Table, groups: Sequence[Sequence[int]], question: Question) -> list[Answer]:
    """Return the answer for each group of row numbers; rows with nothing to show are no part of it."""
    require(table, question.columns, "semantic.Agg")
    rows: list[Row] = table.select(list(dict.fromkeys(question.columns))).to_pylist()
    shown = [[rows[n] for n in group if any(value is not None and value != "" for value in rows[n].values())] for group in groups]

    async def work(session: llm.Session, group: list[Row]) -> Answer:
        return await summary(Meter(session, f"semantic aggregate: {question.instruction[:60]}"), question, group)

    return list(llm.in_order(work, shown))
