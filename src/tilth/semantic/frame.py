"""The same operators over a frame that a person has at hand: pandas, Polars or Arrow in, the same out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from tilth import evaluate, llm
from tilth.errors import RecipeError
from tilth.llm import Spending
from tilth.semantic.agg import aggregate
from tilth.semantic.classify import Classify
from tilth.semantic.detect import Detect
from tilth.semantic.extract import extract
from tilth.semantic.filter import Filter
from tilth.semantic.frame_columns import Kind, columns_of, converted, kind_of, texts_of
from tilth.semantic.group_by import GroupBy
from tilth.semantic.impute import Impute
from tilth.semantic.map import Map
from tilth.semantic.score import Score
from tilth.semantic.top_k import TopK

_TAKEN = ("row", "drop", "drop_of", "error")  # columns that mean something to the runner: a frame's own are passed by, not shown
_NAMED = re.compile(r"\{([^{}\n]+)\}")


def over(data: Any, model: str = "") -> Frame:
    """Return `data`, a pandas or Polars frame or an Arrow table, as a `Frame` to which a model's tasks are put.

    `model` answers every task that names none. Raises RecipeError for anything else.

    >>> over(pa.table({"text": ["a"]})).kind
    'arrow'
    """
    return Frame(pa.Table.from_batches([data]) if isinstance(data, pa.RecordBatch) else data, model=model)


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame and the steps that are to be done over it; they are done, once, when a result is asked for.

    Rows are known by their place and nothing else: an index, of any kind, comes back with its rows, untouched. What is shown to the model
    are `columns`; without these the columns that the instruction names in braces, `"{review} praises the film"`; without these all.
    """

    data: Any
    steps: tuple[Any, ...] = ()
    model: str = ""

    def __post_init__(self) -> None:
        names = list(map(str, self.data.columns)) if self.kind != "arrow" else self.data.column_names
        if len(set(names)) != len(names):
            raise RecipeError("Two columns have one name.", where="semantic.over", why=", ".join(names)[:200], fix="name each once")

    @property
    def kind(self) -> Kind:
        """Which library the frame is of."""
        return kind_of(self.data)

    def then(self, *steps: Any) -> Frame:
        """Return this with further steps: any Op, Fold or Exchange."""
        return replace(self, steps=(*self.steps, *steps))

    def filter(self, instruction: str, *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Keep the rows that the model says yes to; see `semantic.Filter`."""
        return self.then(Filter(**self._asked(instruction, model, columns), **settings))

    def map(self, instruction: str, *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Have a text written about every row; see `semantic.Map`."""
        return self.then(Map(**self._asked(instruction, model, columns), **settings))

    def classify(
        self, instruction: str, labels: tuple[str, ...], *, model: str = "", columns: tuple[str, ...] = (), **settings: Any
    ) -> Frame:
        """Have one of `labels` given to every row; see `semantic.Classify`."""
        return self.then(Classify(labels=tuple(labels), **self._asked(instruction, model, columns), **settings))

    def score(self, instruction: str, *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Have every row graded; see `semantic.Score`."""
        return self.then(Score(**self._asked(instruction, model, columns), **settings))

    def extract(
        self, schema: type | Mapping[str, Any] | str, instruction: str = "", *, model: str = "", columns: tuple[str, ...] = (),
        **settings: Any,
    ) -> Frame:  # fmt: skip
        """Have fields read out of every row; see `semantic.extract`."""
        return self.then(*extract(schema, **self._asked(instruction, model, columns), **settings))

    def impute(self, column: str, instruction: str = "", *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Have the missing cells of `column` filled; see `semantic.Impute`."""
        asked = self._asked(instruction, model, columns)
        others = tuple(name for name in asked.pop("columns") if name != column)
        return self.then(Impute(column, columns=others, **asked, **settings))

    def detect(self, instruction: str = "", *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Have wrong cells found; see `semantic.Detect`."""
        return self.then(Detect(**self._asked(instruction, model, columns), **settings))

    def group_by(self, instruction: str, groups: int, *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Have groups found and every row put into one; see `semantic.GroupBy`."""
        return self.then(GroupBy(groups=groups, **self._asked(instruction, model, columns), **settings))

    def top_k(self, k: int, instruction: str, *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Frame:
        """Keep the k best rows; see `semantic.TopK`."""
        return self.then(TopK(k=k, **self._asked(instruction, model, columns), **settings))

    def aggregate(self, instruction: str, *, model: str = "", columns: tuple[str, ...] = (), **settings: Any) -> Any:
        """Return the answer to one question about all rows, or with `by` about each group, as a frame; see `semantic.aggregate`."""
        return converted(aggregate(self.to_arrow(), **self._asked(instruction, model, columns), **settings), self.kind)

    def collect(self) -> Any:
        """Return the rows that are left, with what was added, as a frame of the kind that came."""
        return self.to_pandas() if self.kind == "pandas" else self.to_polars() if self.kind == "polars" else self.to_arrow()

    def to_arrow(self) -> pa.Table:
        """Return the rows that are left, with what was added, as an Arrow table."""
        given = self.data if self.kind == "arrow" else pa.table(self._given)
        kept = given.take(self._kept)
        for name, column in self._added.items():
            at = kept.schema.get_field_index(name)
            kept = kept.append_column(name, column) if at < 0 else kept.set_column(at, name, column)
        return kept

    def to_pandas(self) -> Any:
        """Return the rows that are left, with what was added, as a pandas frame; whole numbers stay whole where some are null."""
        if self.kind != "pandas":
            return converted(self.to_arrow(), "pandas")
        kept = self.data.iloc[self._kept.to_numpy()].copy()
        known = {str(name): name for name in kept.columns}
        for name, column in self._added.items():
            kept[known.get(name, name)] = converted(pa.table({name: column}), "pandas")[name].array
        return kept

    def to_polars(self) -> Any:
        """Return the rows that are left, with what was added, as a Polars frame."""
        if self.kind != "polars":
            return converted(self.to_arrow(), "polars")
        return self.data[self._kept.to_numpy()].with_columns(*converted(pa.table(self._added), "polars"))

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows that are left, with what was added, as dicts."""
        return list(self.to_arrow().to_pylist())

    @property
    def audit(self) -> pa.Table:
        """The rows that were dropped: `row` (their place in the frame), `reason`, and more."""
        return self._done[0].audit

    @property
    def quarantine(self) -> pa.Table:
        """The rows that no answer came for: `row` (their place in the frame) and `error`."""
        return self._done[0].quarantine

    def cost(self) -> dict[str, Spending]:
        """Return what was paid and what the cache saved, by model, while the steps were done: by all who share the client's account."""
        return self._done[1]

    def _asked(self, instruction: str, model: str, columns: tuple[str, ...]) -> dict[str, Any]:
        """Return what a step is told: the instruction without braces, the model, and the columns to show."""
        names = [*self._given, *(name for step in self.steps if (name := getattr(step, "column", "")))]
        chosen = (columns,) if isinstance(columns, str) else tuple(columns)
        named = tuple(dict.fromkeys(name for name in _NAMED.findall(instruction) if name in names))
        chosen = chosen or named or tuple(name for name in self._given if name not in _TAKEN)
        taken = [name for name in chosen if name in _TAKEN]
        if taken or not (model or self.model):
            raise RecipeError(
                f"The column {taken[0]!r} cannot be shown." if taken else "No model is named.", where=f"semantic.over: {instruction[:60]}",
                why="it has a meaning of its own in a recipe" if taken else "neither the task nor the frame has one",
                fix="rename the column" if taken else 'semantic.over(frame, model="openai/gpt-4o-mini")',
            )  # fmt: skip
        plain = _NAMED.sub(lambda found: found[1] if found[1] in names else found[0], instruction)
        return {"instruction": plain, "model": model or self.model, "columns": chosen}

    @cached_property
    def _given(self) -> dict[str, pa.Array]:
        """The columns that Arrow can hold."""
        return dict(columns_of(self.data, self.kind))

    @cached_property
    def _done(self) -> tuple[Any, dict[str, Spending]]:
        rows = {name: column for name, column in self._given.items() if name not in _TAKEN}
        rows |= {name: texts_of(rows[name]) for name in ("id", "source") if name in rows}
        place = pa.array(np.arange(len(self.data), dtype=np.uint64))
        before = _spending()
        done = evaluate(self.steps, pa.table({"row": place, **rows}))
        spent = {model: after - before.get(model, Spending()) for model, after in _spending().items()}
        return done, {model: each for model, each in spent.items() if each != Spending()}

    @cached_property
    def _kept(self) -> pa.Array:
        """The places of the rows that are left."""
        return self._done[0].table["row"].combine_chunks().cast(pa.int64())

    @cached_property
    def _added(self) -> dict[str, pa.Array]:
        """The columns that the steps added or changed."""
        found = {name: self._done[0].table[name].combine_chunks() for name in self._done[0].table.column_names}
        return {name: column for name, column in found.items() if name not in ("row", "id", "source") and not self._same(name, column)}

    def _same(self, name: str, column: pa.Array) -> bool:
        return name in self._given and column.equals(self._given[name].take(self._kept))


def _spending() -> dict[str, Spending]:
    """What the ambient client's account has spent so far."""

    async def work(session: llm.Session, _: None) -> dict[str, Spending]:
        return await session.spending()

    return next(iter(llm.in_order(work, [None], window=1)))
