"""Find the cells of a table that are wrong, and what should stand there instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from tilth.embed import sample
from tilth.errors import RecipeError
from tilth.op import Fold
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.json_schema import closed_object, nullable
from tilth.semantic.asking.prompt import as_line
from tilth.semantic.asking.question import Question, require

_LONG = 60  # characters of a value that the profile shows


@dataclass(frozen=True)
class Detect(Fold):
    """Learn what the cells of `columns` look like, and become the `WrongCells` step that asks which cells of a row are wrong.

    The profile of a column, which every prompt begins with, is made of `sample` rows of lowest hash of their address: its share of empty
    cells, its `frequent` values that occur more than once and the formats of its cells (a for letters, 9 for digits), each with its share.

    Source: error detection by prompts over serialised rows, Narayan et al., VLDB 2022; formats, Wrangler (Kandel et al., CHI 2011).

    Raises RecipeError where there is no column, CorpusError where one is missing.

    >>> rows = pa.record_batch({"row": pa.array([0, 1], pa.uint64()), "zip": ["35233", "3523x"]})
    >>> detect = Detect(("zip",), model="openai/gpt-4o-mini")
    >>> detect.finish(detect.observe(rows))[0].context
    ('{"column": "zip", "empty": 0.0, "frequent": {}, "formats": {"99999": 0.5, "9999a": 0.5}}',)
    """

    columns: tuple[str, ...]
    model: str
    instruction: str = ""
    name: str = "errors"
    frequent: int = 8
    sample: int = 2000
    batch: int = 4
    max_tokens: int = 256

    def __post_init__(self) -> None:
        if self.frequent < 1 or self.sample < 1:
            raise RecipeError("A profile needs rows and values.", where=repr(self), fix="frequent=8, sample=2000")
        _ = self._step(())

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", *self.columns)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows: `row` (uint64) and the columns."""
        require(batch, self.columns, "semantic.Detect")
        return sample.bottom(pa.Table.from_batches([batch.select(list(self.reads))]), self.sample)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return sample.bottom(pa.concat_tables([a, b]), self.sample)

    def finish(self, state: pa.Table) -> list[WrongCells]:
        return [self._step(tuple(as_line(profile(name, state[name].to_pylist(), self.frequent)) for name in self.columns))]

    def _step(self, context: tuple[str, ...]) -> WrongCells:
        return WrongCells(self.columns, self.model, self.instruction, self.name, context, self.batch, self.max_tokens)


@dataclass(frozen=True)
class WrongCells(Asked):
    """Ask which cells of a row are wrong: the column `name` is a list of {column, repair}, `repair` null where none is known.

    `context` are the profiles of the columns. `Detect` becomes this.

    Raises RecipeError where there is no column.

    >>> WrongCells(("zip",), "openai/gpt-4o-mini").column
    'errors'
    """

    columns: tuple[str, ...]
    model: str
    instruction: str = ""
    name: str = "errors"
    context: tuple[str, ...] = ()
    batch: int = 4
    max_tokens: int = 256

    def __post_init__(self) -> None:
        if not self.columns:
            raise RecipeError("There is no cell to look at.", where="semantic.Detect", why="no columns", fix='columns=("city", "zip")')
        _ = self.question

    @property
    def question(self) -> Question:
        told = "List the wrong cells of each row, each with what should stand there, null if it is not known; [] if none is wrong."
        told += f"\n{self.instruction}" if self.instruction else ""
        told += "\nThe context says what the cells of each column look like." if self.context else ""
        cell = closed_object({"column": {"type": "string", "enum": list(self.columns)}, "repair": nullable({"type": "string"})})
        answer = canonical({"type": "array", "items": cell})
        return Question(
            "detect", told, self.model, self.columns, answer, batch=self.batch, max_tokens=self.max_tokens, context=self.context
        )


def profile(column: str, cells: Sequence[Any], frequent: int) -> dict[str, Any]:
    """Return what is told of a column: its name, its share of empty cells, frequent values and formats with their shares.

    >>> profile("state", ["al", "al", "ax", "", None], 8)
    {'column': 'state', 'empty': 0.4, 'frequent': {'al': 0.67}, 'formats': {'aa': 1.0}}
    """
    texts = [str(cell) for cell in cells if cell is not None and str(cell).strip()]
    values = ((value, count) for value, count in _counted(texts) if count > 1 and len(value) <= _LONG)
    return {
        "column": column, "empty": round(1 - len(texts) / max(len(cells), 1), 2), "frequent": _shares(values, frequent, len(texts)),
        "formats": _shares(_counted(map(shape, texts)), frequent, len(texts)),
    }  # fmt: skip


def shape(text: str) -> str:
    """Return the format of a value: letters as a, digits as 9, runs of more than six as a+ or 9+.

    >>> shape("10/11/2020"), shape("birmingham, AL")
    ('99/99/9999', 'a+, aa')
    """
    signs = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))
    return re.sub(r"(a|9)\1{6,}", r"\1+", signs)[:_LONG]


def _counted(values: Any) -> Iterator[tuple[str, int]]:
    """Yield values with their counts, the most frequent first, those of one count in the order of their text."""
    return iter(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _shares(counted: Iterator[tuple[str, int]], most: int, of: int) -> dict[str, float]:
    return {value: round(count / of, 2) for value, count in islice(counted, most)}
