"""Which rows are the same thing: likely pairs are asked about, the answers make entities, one row stands for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tilth import llm
from tilth.errors import RecipeError
from tilth.semantic.agg import Agg
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.meter import Asks, Meter, Spent
from tilth.semantic.asking.rows import Different, as_table, different
from tilth.semantic.gather import Gather, Placed, packed
from tilth.semantic.join import pairs_table
from tilth.semantic.pairs.candidates import candidate_pairs
from tilth.semantic.pairs.entities import KEEP, contradictions, doubtful, entities, stand_for
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts, ask_pairs


@dataclass(frozen=True)
class Resolved:
    """`entity` (int64[rows]) is the number of the row that stands for each row, itself where it stands alone.

    `pairs` are those that were said to be the same, `unanswered` those that nobody could answer (left, right, score, answer, by the
    number of the first row of each). Of the `candidates`, the likely pairs, `asked` were asked about. `conflicts` counts pairs inside an
    entity that were said not to be the same: answers that cannot all be true.
    """

    entity: pa.Array
    pairs: pa.Table
    unanswered: pa.Table
    candidates: int
    asked: int
    conflicts: int
    spent: Spent


def resolve(
    rows: Any, instruction: str, model: str, *, columns: tuple[str, ...] = (), keys: tuple[str, ...] = (), keep: str = "first",
    candidates: int = 10, embedding: str = "words", batch: int = 16, recheck: bool = True,
) -> Resolved:  # fmt: skip
    """Return which rows of a table or frame are the same thing, by `instruction`, as the model says of pairs.

    Asked are the `candidates` rows most alike to each by `embedding` (nearest.py), and rows with an equal value in a column of `keys`;
    `batch` pairs a prompt. What is said to be the same, through others too, is one entity; rows that are equal in `columns` are anyway.
    With `recheck` the pairs of an entity that contradicts itself are asked again, one a prompt and the other way round, and that answer
    counts; without one they are not the same. `keep` says who stands for an entity: the "first" row, the "longest" (most
    characters), the "fullest" (most columns with a value), or the one with the highest value in a column of that name.

    Raises RecipeError on what cannot be, StepError where the budget is spent.
    """
    table = as_table(rows)
    resolvable(table, instruction, keys, keep, candidates)
    unique = different(table, columns)
    task = Task(instruction, model, batch)

    async def work(session: llm.Session, _: None) -> Resolved:
        meter = Meter(session, f"semantic resolve: {instruction[:60]}")
        pairs = await candidate_pairs(meter, unique, table, keys, candidates, embedding)
        said: dict[Pair, bool] = {}
        found = await _asked(meter, task, unique.rows, pairs, said)
        again: dict[Pair, bool] = {}
        if recheck and (open_pairs := doubtful(entities(len(unique.rows), said), said)):
            swapped = await _asked(meter, replace(task, batch=1), unique.rows, [pair[::-1] for pair in open_pairs], again)
            said |= {pair: again.get(pair[::-1], False) for pair in open_pairs}
            found.matches |= {pair[::-1]: answer for pair, answer in swapped.matches.items()}
        group = entities(len(unique.rows), said)
        same = {pair: answer for pair, answer in found.matches.items() if said[pair]}
        return Resolved(
            stand_for(table, unique, group, keep), first_rows(same, unique), first_rows(found.unanswered, unique), len(pairs), len(pairs),
            len(contradictions(group, said)), meter.spent,
        )  # fmt: skip

    return next(iter(llm.in_order(work, [None], window=1)))


def resolvable(table: pa.Table, instruction: str, keys: Sequence[str], keep: str, candidates: int) -> None:
    """Raise RecipeError where rows cannot be resolved by such keys and candidates."""
    missing = [name for name in (*keys, *([keep] if keep not in KEEP else [])) if name not in table.column_names]
    if missing or candidates < 0 or not (candidates or keys):
        raise RecipeError(
            "Rows cannot be resolved so.", where=f"semantic resolve: {instruction[:60]}",
            why=f"there is no column {missing[0]!r}" if missing else "it needs candidates or keys", fix='candidates=10, keep="first"',
        )  # fmt: skip


async def _asked(session: Asks, task: Task, rows: Sequence[Row], pairs: Iterable[Pair], said: dict[Pair, bool]) -> Verdicts:
    """Ask about pairs; `said` takes what was answered, yes or no."""

    def heard(pair: Pair, answer: Answer) -> None:
        if answer.status == "ok":
            said[pair] = bool(answer.value)

    return await ask_pairs(session, task, rows, rows, pairs, Verdicts(), heard)


def first_rows(verdicts: Mapping[Pair, Answer], unique: Different) -> pa.Table:
    """Return pairs of different rows as a table (join.py), each row by the number of the first that is equal to it."""
    return pairs_table([(unique.copies[a][0], unique.copies[b][0], answer) for (a, b), answer in sorted(verdicts.items(), key=_place)])


def _place(each: tuple[Pair, Answer]) -> Pair:
    return each[0]


@dataclass(frozen=True)
class Resolve(Gather):
    """Add `name` (uint64): the address of the row that stands for each row, among those that are the same thing by `instruction`.

    A row that is like no other stands for itself. With `drop` only those rows stay that stand for themselves, and the audit names for
    each other one who stands for it. See `resolve` for how it is found out; it remembers all rows that reach it, at most `most`.

    Raises RecipeError on what cannot be, StepError where more rows than `most` come, or the budget is spent.

    >>> Resolve("The two rows are the same product.", model="openai/gpt-4o-mini", columns=("title",)).reads
    ('title',)
    """

    version: ClassVar[int] = 2

    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = "entity"
    keys: tuple[str, ...] = ()
    keep: str = "first"
    candidates: int = 10
    embedding: str = "words"
    batch: int = 16
    recheck: bool = True
    drop: bool = False
    most: int = 100_000

    def __post_init__(self) -> None:
        _ = Task(self.instruction, self.model, self.batch)
        if not self.columns or self.candidates < 0 or not (self.candidates or self.keys):
            raise RecipeError(
                "Rows cannot be resolved so.", where=repr(self), why="it needs columns, and candidates or keys", fix="candidates=10"
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.columns, *self.keys, *([] if self.keep in KEEP else [self.keep]))))

    def finish(self, state: pa.Table) -> list[Placed]:
        found = resolve(
            state.drop_columns(["row"]), self.instruction, self.model, columns=self.columns, keys=self.keys, keep=self.keep,
            candidates=self.candidates, embedding=self.embedding, batch=self.batch, recheck=self.recheck,
        )  # fmt: skip
        return [told(state["row"], found.entity, self.name, self.instruction, self.drop)]


def told(row: pa.ChunkedArray, entity: pa.Array, name: str, instruction: str, drop: bool) -> Placed:
    """Return the step that tells each row who stands for it, in the column `name`, or with `drop` drops those that another stands for."""
    row = row.combine_chunks()
    of = row.take(entity)
    if not drop:
        return Placed(packed(pa.table({"row": row, name: of})))
    why = pa.scalar(f"the same: {instruction}", pa.large_string())
    return Placed(packed(pa.table({"row": row, "drop": pc.if_else(pc.not_equal(row, of), why, None), "drop_of": of})))


def dedup(
    instruction: str, model: str, *, columns: tuple[str, ...] = ("text",), keys: tuple[str, ...] = (), keep: str = "first",
    candidates: int = 10, embedding: str = "words", batch: int = 16, merge: str = "",
) -> list[Resolve | Agg]:  # fmt: skip
    """Return the steps that keep one row of each entity; see `Resolve`.

    With `merge`, an instruction, a model writes one text out of the rows of each entity, into the column `merged` of its first row.

    >>> [type(step).__name__ for step in dedup("The same product.", model="openai/gpt-4o-mini", merge="Write one description.")]
    ['Resolve', 'Agg']
    """
    found = Resolve(
        instruction, model, columns, keys=keys, keep=keep, candidates=candidates, embedding=embedding, batch=batch, drop=not merge
    )
    return [found, Agg(merge, model, columns, by=(found.name,), name="merged", one=True)] if merge else [found]
