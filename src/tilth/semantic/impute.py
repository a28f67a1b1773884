"""Fill the missing cells of a column from the other cells of their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed import sample
from tilth.errors import CorpusError, RecipeError
from tilth.op import Fold, put
from tilth.semantic.asking.answer import Answer, columns
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.json_schema import nullable
from tilth.semantic.asking.parts import answered_in_parts
from tilth.semantic.asking.prompt import as_line
from tilth.semantic.asking.question import Question, require

_KINDS = ((pa.types.is_boolean, "boolean"), (pa.types.is_integer, "integer"), (pa.types.is_floating, "number"))


@dataclass(frozen=True)
class Impute(Fold):
    """Learn how the values of `column` look from `examples` rows that have one, and become the `FillIn` step that asks for the others.

    `columns` are the cells that a model is shown to guess from. The examples are the rows of lowest hash of their address, so that they are
    the same however the corpus is cut, and every prompt begins with them, so that a server's prefix cache holds them. With `menu` a column
    of texts that has at most so many different values among its examples is filled with one of these and nothing else.

    Source: few-shot prompts of serialised rows, Narayan et al., Can Foundation Models Wrangle Your Data?, VLDB 2022.

    Raises RecipeError where a row would be shown its own missing cell, CorpusError where a column is missing, or is one that cannot be
    told in words.

    >>> Impute("state", model="openai/gpt-4o-mini", columns=("city", "zip")).reads
    ('row', 'city', 'zip', 'state')
    """

    column: str
    model: str
    columns: tuple[str, ...]
    instruction: str = ""
    examples: int = 10
    menu: int = 0
    batch: int = 8
    max_tokens: int = 64

    def __post_init__(self) -> None:
        if self.column in self.columns or not self.columns or self.examples < 0 or self.menu < 0:
            raise RecipeError(
                "A missing cell cannot be filled so.", where=f"semantic.Impute({self.column!r})",
                why="it is filled from other columns than itself, one at least, and there are no fewer than 0 examples",
                fix=f'semantic.Impute({self.column!r}, columns=("city", "zip"), model=...)',
            )  # fmt: skip
        _ = FillIn(self.column, self.model, self.columns, self.instruction, '{"type":"string"}', (), self.batch, self.max_tokens)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("row", *self.columns, self.column)))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of rows with a value: the columns that `reads` names."""
        require(batch, self.reads, f"semantic.Impute({self.column!r})")
        rows = batch.select(list(self.reads)).filter(pc.invert(missing(batch[self.column])))
        return sample.bottom(pa.Table.from_batches([rows]), self._size)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return sample.bottom(pa.concat_tables([a, b]), self._size)

    def finish(self, state: pa.Table) -> list[FillIn]:
        answer = _schema_of(state[self.column].type, self.column)
        values = sorted(set(state[self.column].to_pylist())) if answer == {"type": "string"} else []
        if 0 < len(values) <= self.menu:
            answer["enum"] = values
        shown = sample.bottom(state, self.examples).select([*self.columns, self.column]).to_pylist() if self.examples else []
        context = tuple(as_line({"example": row}) for row in shown)
        settings = (self.instruction, canonical(answer), context, self.batch, self.max_tokens)
        return [FillIn(self.column, self.model, self.columns, *settings)]

    @property
    def _size(self) -> int:
        """Rows to remember: enough to find all the different values that a menu may have."""
        return max(self.examples, 40 * self.menu)


@dataclass(frozen=True)
class FillIn(Asked):
    """Ask for the cells of the column `name` that are null or empty and put the answers there; `{name}_answer` is null for the others.

    `answer` is the JSON Schema of a cell, `context` the lines that every prompt shows. `Impute` becomes this.

    >>> FillIn("state", "openai/gpt-4o-mini", ("city",)).reads
    ('city', 'state')
    """

    name: str
    model: str
    columns: tuple[str, ...]
    instruction: str = ""
    answer: str = '{"type":"string"}'
    context: tuple[str, ...] = ()
    batch: int = 8
    max_tokens: int = 64

    def __post_init__(self) -> None:
        _ = self.question

    @property
    def question(self) -> Question:
        told = f"Fill in the missing {json.dumps(self.name, ensure_ascii=False)} of each row; null if the row does not tell."
        told += f"\n{self.instruction}" if self.instruction else ""
        told += "\nThe context shows rows whose value is known." if self.context else ""
        answer = canonical(nullable(json.loads(self.answer)))
        return Question(
            "impute", told, self.model, self.columns, answer, batch=self.batch, max_tokens=self.max_tokens, context=self.context
        )

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.columns, self.name)

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        question = self.question
        unasked = Answer(status="", model="")
        for batch, found in answered_in_parts(batches, question, self._split):
            cells = batch[self.name]
            told = columns(batch.select([self.name]), "new", [answers[0] if answers else unasked for answers in found], cells.type)
            gaps = missing(cells)
            filled = pc.if_else(gaps, told["new"], cells)
            how = pc.if_else(gaps, told["new_answer"], pa.nulls(len(batch), told["new_answer"].type))
            yield put(put(batch, self.name, filled), f"{self.name}_answer", how)

    def _split(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[int]]:
        gaps = missing(batch[self.name])
        return batch.filter(gaps), [int(gap) for gap in gaps.to_pylist()]


def missing(cells: pa.Array) -> pa.Array:
    """Return, as booleans, which cells are null or an empty text."""
    empty = pc.is_null(cells)
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        empty = pc.or_(empty, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(cells), ""), False))
    return empty


def _schema_of(of: pa.DataType, column: str) -> dict[str, Any]:
    """Return the JSON Schema of the values of a column."""
    if pa.types.is_date(of):
        return {"type": "string", "format": "date"}
    if pa.types.is_string(of) or pa.types.is_large_string(of) or pa.types.is_null(of):
        return {"type": "string"}
    for fits, kind in _KINDS:
        if fits(of):
            return {"type": kind}
    raise CorpusError(
        f"The column {column!r} cannot be filled in.", where="semantic.Impute", why=f"its values are {of}, which no model can say",
        fix="numbers, texts, dates, and true or false can be",
    )  # fmt: skip
