"""Which rows are the same thing: likely pairs are asked about, the answers make entities, one row stands for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth import llm
from tilth.errors import RecipeError
from tilth.kernels.components import components
from tilth.semantic.agg import Agg
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.meter import Asks, Meter, Spent
from tilth.semantic.asking.rows import Different, as_table, different
from tilth.semantic.gather import Gather, Placed, packed
from tilth.semantic.join import pairs_table
from tilth.semantic.pairs.nearest import nearest
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts, ask_pairs

KEEP = ("first", "longest", "fullest")
_CROWD = 200  # rows of one value of a key, beyond which it would ask about too many pairs


@dataclass(frozen=True)
class Resolved:
    """`entity` (int64[rows]) is the number of the row that stands for each row, itself where it stands alone.

    `unanswered` are the pairs (left, right, score, answer) that nobody could answer; `asked` says how many pairs were asked about.
    `conflicts` counts pairs inside an entity that were said not to be the same: answers that cannot all be true.
    """

    entity: pa.Array
    unanswered: pa.Table
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
    missing = [name for name in (*keys, *([keep] if keep not in KEEP else [])) if name not in table.column_names]
    if missing or candidates < 0 or not (candidates or keys):
        raise RecipeError(
            "Rows cannot be resolved so.", where=f"semantic resolve: {instruction[:60]}",
            why=f"there is no column {missing[0]!r}" if missing else "it needs candidates or keys", fix='candidates=10, keep="first"',
        )  # fmt: skip
    unique = different(table, columns)
    task = Task(instruction, model, batch)

    async def work(session: llm.Session, _: None) -> Resolved:
        meter = Meter(session, f"semantic resolve: {instruction[:60]}")
        pairs = await _blocked(meter, unique, table, keys, candidates, embedding)
        said: dict[Pair, bool] = {}
        found = await _asked(meter, task, unique.rows, pairs, said)
        group = _entities(len(unique.rows), said)
        doubtful = [pair for pair in said if group[pair[0]] in _contradicted(group, said)] if recheck else []
        if doubtful:
            again: dict[Pair, bool] = {}
            await _asked(meter, replace(task, batch=1), unique.rows, [pair[::-1] for pair in doubtful], again)
            said |= {pair: again.get(pair[::-1], False) for pair in doubtful}
            group = _entities(len(unique.rows), said)
        conflicts = sum(not same and group[a] == group[b] for (a, b), same in said.items())
        silent = [(unique.copies[a][0], unique.copies[b][0], answer) for (a, b), answer in sorted(found.unanswered.items())]
        return Resolved(_stand_for(table, unique, group, keep), pairs_table(silent), len(pairs), conflicts, meter.spent)

    return next(iter(llm.in_order(work, [None], window=1)))


async def _blocked(
    session: Asks, unique: Different, table: pa.Table, keys: Sequence[str], candidates: int, embedding: str
) -> list[Pair]:
    """Return the pairs of different rows to ask about, each once, the smaller number first; those by likeness before those by keys."""
    texts = unique.texts
    which, score = await nearest(session, texts, texts, candidates + 1, embedding) if candidates else (np.zeros((0, 0), int), np.zeros(0))
    near = [(min(n, m), max(n, m), s) for n, row in enumerate(which.tolist()) for m, s in zip(row, score[n].tolist(), strict=True)]
    alike = [(n, m) for n, m, _ in sorted(near, key=lambda each: (-each[2], each[:2])) if n >= 0 and n != m]
    return list(dict.fromkeys([*alike, *_of_equal_keys(unique, table, keys)]))


def _of_equal_keys(unique: Different, table: pa.Table, keys: Sequence[str]) -> Iterator[Pair]:
    for key in keys:
        values = table[key].to_pylist()
        rows: dict[Any, list[int]] = {}
        for n, copies in enumerate(unique.copies):
            for value in {values[row] for row in copies} - {None, ""}:
                rows.setdefault(value, []).append(n)
        for value, group in rows.items():
            if len(group) > _CROWD:
                raise RecipeError(
                    f"{key!r} is no key to resolve by.", where=f"{key}={value!r}", why=f"{len(group)} different rows have this value",
                    fix="choose a column with values that few rows share",
                )  # fmt: skip
            yield from combinations(group, 2)


async def _asked(session: Asks, task: Task, rows: Sequence[Row], pairs: Iterable[Pair], said: dict[Pair, bool]) -> Verdicts:
    """Ask about pairs; `said` takes what was answered, yes or no."""

    def heard(pair: Pair, answer: Answer) -> None:
        if answer.status == "ok":
            said[pair] = bool(answer.value)

    return await ask_pairs(session, task, rows, rows, pairs, Verdicts(), heard)


def _entities(rows: int, said: dict[Pair, bool]) -> list[int]:
    """Return for each row the least row that it is the same as, through others too."""
    edges = np.array([pair for pair, same in said.items() if same], np.int64).reshape(-1, 2)
    found: list[int] = components(rows, edges[:, 0].copy(), edges[:, 1].copy()).tolist()
    return found


def _contradicted(group: list[int], said: dict[Pair, bool]) -> set[int]:
    """Return the entities of which two rows were said not to be the same."""
    return {group[a] for (a, b), same in said.items() if not same and group[a] == group[b]}


def _stand_for(table: pa.Table, unique: Different, group: list[int], keep: str) -> pa.Array:
    """Return int64[rows]: who stands for each row."""
    members: dict[int, list[int]] = {}
    for n, copies in enumerate(unique.copies):
        members.setdefault(group[n], []).extend(copies)
    entity = list(range(len(table)))
    for rows in members.values():
        ranks = _ranks(table.take(rows), keep) if len(rows) > 1 else [0.0]
        best = min(zip(ranks, rows, strict=True))[1]
        for row in rows:
            entity[row] = best
    return pa.array(entity, pa.int64())


def _ranks(rows: pa.Table, keep: str) -> list[float]:
    """Return one number a row, smaller for who shall rather stand for the others."""
    if keep == "first":
        return [0.0] * len(rows)
    if keep in KEEP:
        full = [[str(value) for value in row.values() if value is not None and value != ""] for row in rows.to_pylist()]
        return [-float(len(values) if keep == "fullest" else sum(map(len, values))) for values in full]
    return [float("inf") if value is None else -float(value) for value in rows[keep].to_pylist()]


@dataclass(frozen=True)
class Resolve(Gather):
    """Add `name` (uint64): the address of the row that stands for each row, among those that are the same thing by `instruction`.

    A row that is like no other stands for itself. With `drop` only those rows stay that stand for themselves, and the audit names for
    each other one who stands for it. See `resolve` for how it is found out; it remembers all rows that reach it, at most `most`.

    Raises RecipeError on what cannot be, StepError where more rows than `most` come, or the budget is spent.

    >>> Resolve("The two rows are the same product.", model="openai/gpt-4o-mini", columns=("title",)).reads
    ('title',)
    """

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
        row, of = state["row"].combine_chunks(), state["row"].combine_chunks().take(found.entity)
        table = pa.table({"row": row, self.name: of})
        if self.drop:
            why = pa.scalar(f"the same: {self.instruction}", pa.large_string())
            table = pa.table({"row": row, "drop": pc.if_else(pc.not_equal(row, of), why, None), "drop_of": of})
        return [Placed(packed(table))]


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
