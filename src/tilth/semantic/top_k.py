"""The best rows by a criterion in plain words: ranked by comparing pairs, no more of them than it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth import llm
from tilth.errors import RecipeError
from tilth.semantic.asking.meter import Meter, Spent
from tilth.semantic.asking.rows import as_table, different
from tilth.semantic.asking.waves import together
from tilth.semantic.gather import Gather, Placed, packed
from tilth.semantic.pairs.compare import Referee
from tilth.semantic.pairs.quickselect import best

_RANKS = pa.schema([("row", pa.int64()), ("rank", pa.int64())])


@dataclass(frozen=True)
class Ranked:
    """The best rows: `table` has `row` (int64, the number of the row) and `rank` (int64, from 1 in each group), group by group.

    `comparisons` pairs were asked about; in `disagreements` of them the two orders were answered differently, and in `unanswered` at
    least one not at all: such ties were broken by comparing with other rows and, at last, by the hint or the order of the rows.
    """

    table: pa.Table
    comparisons: int
    disagreements: int
    unanswered: int
    spent: Spent


def top_k(
    rows: Any, k: int, instruction: str, model: str, *, columns: tuple[str, ...] = (), by: str = "", hint: str = "", swap: bool = True
) -> Ranked:
    """Return the `k` best rows of a table or frame by `instruction`, ranked; with `by`, those of each group of equal values.

    A model compares pairs of rows, of which it is shown `columns` (by default all but `by` and `hint`): about 2 n + k log k pairs, all
    of a round at once (quickselect.py), each in both orders unless `swap` is off. `hint` names a column of numbers, greater for what is
    probably better (a score, a similarity): it chooses pivots and breaks ties. Equal rows are compared as one and stand together, the
    earlier first. A row with nothing to show is none of the best.

    Raises RecipeError on what cannot be, LlmError where two rows could not be compared for want of a server.
    """
    table = as_table(rows)
    missing = [name for name in (by, hint) if name and name not in table.column_names]
    if k < 1 or missing:
        raise RecipeError(
            "The best rows cannot be found so.", where=f"semantic top-k: {instruction[:60]}",
            why=f"there is no column {missing[0]!r}" if missing else "k is at least 1", fix="k=10",
        )  # fmt: skip
    unique = different(table, columns or tuple(name for name in table.column_names if name not in (by, hint)))
    groups = _groups(table, by, unique.copies)
    hints = [-float(value) if value is not None else float("inf") for value in table[hint].to_pylist()] if hint else [0.0] * len(table)

    async def work(session: llm.Session, _: None) -> Ranked:
        meter = Meter(session, f"semantic top-k: {instruction[:60]}")
        referee = Referee(meter, instruction, model, unique.rows, swap)

        async def ranked(group: dict[int, list[int]]) -> list[int]:
            order = await best(referee, list(group), k, lambda n: (hints[group[n][0]], n))
            return [row for n in order for row in group[n]][:k]

        found = await together(ranked, groups)
        places = [(row, rank) for order in found for rank, row in enumerate(order, 1)]
        made = pa.table([[row for row, _ in places], [rank for _, rank in places]], schema=_RANKS)
        return Ranked(made, len(referee.better), referee.disagreements, referee.unanswered, meter.spent)

    return next(iter(llm.in_order(work, [None], window=1)))


def _groups(table: pa.Table, by: str, copies: tuple[tuple[int, ...], ...]) -> list[dict[int, list[int]]]:
    """Return, for each group in order of its first row, its different rows and the rows that each stands for."""
    keys = table[by].to_pylist() if by else [None] * len(table)
    found: dict[Any, dict[int, list[int]]] = {key: {} for key in keys}
    for n, rows in enumerate(copies):
        for row in rows:
            found[keys[row]].setdefault(n, []).append(row)
    return list(found.values())


@dataclass(frozen=True)
class TopK(Gather):
    """Keep the `k` best rows by `instruction`, as a model compares them, with their `rank` (int64, from 1) as column `name`.

    With `by`, the best of each group of equal values in that column. The other rows are dropped; see `top_k` for how the best are
    found, and for `hint`. It remembers all rows that reach it, at most `most`.

    Raises RecipeError on what cannot be, StepError where more rows than `most` come.

    >>> TopK(10, "Which page teaches more?", model="openai/gpt-4o-mini").reads
    ('text',)
    """

    k: int
    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = "rank"
    by: str = ""
    hint: str = ""
    swap: bool = True
    most: int = 10_000

    def __post_init__(self) -> None:
        if self.k < 1 or not self.columns or not self.instruction.strip() or not self.model:
            raise RecipeError(
                "The best rows cannot be found so.", where=repr(self), why="it needs k of at least 1, columns, an instruction and a model",
                fix='semantic.TopK(10, "Which page teaches more?", model="openai/gpt-4o-mini")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.columns, *filter(None, (self.by, self.hint)))))

    def finish(self, state: pa.Table) -> list[Placed]:
        found = top_k(
            state.drop_columns(["row"]), self.k, self.instruction, self.model, columns=self.columns, by=self.by, hint=self.hint,
            swap=self.swap,
        ).table  # fmt: skip
        places = pa.table({"row": state["row"].take(found["row"]), self.name: found["rank"]})
        return [Placed(packed(places.combine_chunks()), others=f"not among the {self.k} best: {self.instruction}")]
