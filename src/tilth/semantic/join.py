"""Join two tables by a condition in plain words: the pairs that match, what could not be answered, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa

from tilth import llm
from tilth.errors import RecipeError
from tilth.semantic.asking.answer import Answer, records
from tilth.semantic.asking.answer_type import ANSWER
from tilth.semantic.asking.meter import Asks, Meter, Spent
from tilth.semantic.asking.rows import Different, as_table, different
from tilth.semantic.pairs.block_join import block_join
from tilth.semantic.pairs.block_size import START
from tilth.semantic.pairs.learned_join import learned_block_join
from tilth.semantic.pairs.map_join import guesses
from tilth.semantic.pairs.nearest import nearest
from tilth.semantic.pairs.pairs import Pair, Task, Verdicts, nested_loop
from tilth.semantic.pairs.promise import promising_block_join
from tilth.semantic.pairs.search_join import enough_candidates, search_join

Method = Literal["auto", "block", "search", "map", "nested"]
How = Literal["inner", "left", "anti"]
_MOST = 1000  # candidates of a row that are looked at to measure recall
PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("score", pa.float64()), ("answer", ANSWER)])


@dataclass(frozen=True)
class Joined:
    """The outcome of a join. `pairs` and `unanswered` are tables of `left` and `right` (int64, the numbers of rows), `score` and `answer`.

    `pairs` holds the matches in order of their rows; of a left join also the left rows that match none, with a null `right`; of an anti
    join only those, without a `right`. A left row with no match but a pair that nobody could answer is not among them: it is in
    `unanswered`, with the reason. `spent` is what it all cost, `method` how it was done, with up to `block` rows of each side in a prompt.
    """

    pairs: pa.Table
    unanswered: pa.Table
    spent: Spent
    method: str
    block: int

    def table(self, left: Any, right: Any) -> pa.Table:
        """Return the joined rows: the columns of both, those of the right with "_right" where the left has one of that name."""
        mine, other = as_table(left).take(self.pairs["left"]), as_table(right).take(self.pairs["right"])
        for name in other.column_names:
            mine = mine.append_column(f"{name}_right" if name in mine.column_names else name, other[name])
        return mine


@dataclass(frozen=True)
class Plan:
    """How a join is done: see `join`. With `learn` the size of its blocks is measured first."""

    task: Task
    learn: bool = False
    method: Method = "auto"
    candidates: int = 10
    recall: float = 0.0
    embedding: str = "words"
    guess: str = ""

    def __post_init__(self) -> None:
        if self.method not in get_args(Method) or self.candidates < 1 or not 0 <= self.recall < 1:
            raise RecipeError(
                "Rows cannot be joined so.", where=f"semantic join: {self.task.instruction[:60]}",
                why=f"methods are {', '.join(get_args(Method))}; candidates is at least 1, recall from 0 to below 1", fix='method="block"',
            )  # fmt: skip

    async def run(self, session: Asks, left: Different, right: Different) -> tuple[Verdicts, int]:
        """Return the verdicts on the pairs of these different rows, and how many rows of each side shared a prompt at most."""
        task, lefts, rights = self.task, left.rows, right.rows
        if self.method == "nested":
            return await nested_loop(session, task, lefts, rights), 1
        if self.method in ("auto", "block") and not task.limit:
            if self.learn:
                return await learned_block_join(session, task, left, right)
            return await block_join(session, task, lefts, rights), task.block
        texts = await guesses(session, task, lefts, left.texts, self.guess) if self.method == "map" else left.texts
        k = len(rights) if self.recall else self.candidates
        near = await nearest(session, texts, right.texts, min(k, _MOST), self.embedding)
        if self.method in ("auto", "block"):
            return await promising_block_join(session, task, lefts, rights, near), task.block
        return await self._searched(session, left, right, near), task.block

    async def _searched(self, session: Asks, left: Different, right: Different, near: tuple[np.ndarray, np.ndarray]) -> Verdicts:
        which, score = near
        if not self.recall:
            return await search_join(session, self.task, left.rows, right.rows, near)
        k, known = await enough_candidates(session, self.task, left.rows, right.rows, which, self.recall)
        if not k or k * self.task.block >= len(right.rows):  # so many candidates would be shown in more tokens than whole blocks
            rest = await block_join(session, self.task, left.rows, right.rows)
        else:
            rest = await search_join(session, self.task, left.rows, right.rows, (which[:, :k], score[:, :k]))
        return Verdicts(known.matches | rest.matches, known.unanswered | rest.unanswered)


def join(
    left: Any, right: Any, instruction: str, model: str, *, left_columns: tuple[str, ...] = (), right_columns: tuple[str, ...] = (),
    how: How = "inner", method: Method = "auto", limit: int = 0, batch: int = 16, block: int = 0, room: int = 8000,
    candidates: int = 10, recall: float = 0.0, embedding: str = "words", guess: str = "",
) -> Joined:  # fmt: skip
    """Return the pairs of rows of two tables or frames that match by `instruction`, as the model says.

    `left_columns` and `right_columns` are what it is shown, all columns by default. Rows that are equal are asked about once. Methods:

    "block" (and "auto"): prompts show up to `block` rows of both sides and ask for all pairs that match (block_join.py); every pair is
    judged, with about 1 / block**2 of the prompts. Where `block` is 0 it is as many as were measured to be answered like pairs alone, from
    8 to 32; where that cannot be measured it is 8, and likely pairs are asked alone as well (learned_join.py). "search": only the
    `candidates` right rows most alike to each left row by `embedding` (nearest.py) are asked about, `batch` pairs a prompt; with `recall`
    their number, at most 1,000, is measured on a sample, so that this share of the matches is among them with a probability of 95 %, and
    blocks are asked instead where the sample cannot say so, or so many would cost more. "map": a model first guesses what a match could
    say, and that is searched for. "nested": every pair in a prompt of its own, with a `score`.

    With `limit` the work stops when that many pairs are found, the most alike asked first.

    Raises RecipeError on what cannot be, StepError where the budget is spent.
    """
    mine, other = different(as_table(left), left_columns), different(as_table(right), right_columns)
    task = Task(instruction, model, batch, block or START, room, limit)
    plan = Plan(task, not block, method, candidates, recall, embedding, guess)
    if how not in get_args(How) or (limit and how != "inner"):
        raise RecipeError(
            f"There is no such join: how={how!r}, limit={limit}.", where=f"semantic join: {instruction[:60]}",
            why="it is inner, left or anti, and only an inner join can stop at a limit", fix='how="inner"',
        )  # fmt: skip

    async def work(session: llm.Session, plan: Plan) -> tuple[Verdicts, int, Spent]:
        meter = Meter(session, f"semantic join: {instruction[:60]}")
        found, size = await plan.run(meter, mine, other)
        return found, size, meter.spent

    found, size, spent = next(iter(llm.in_order(work, [plan], window=1)))
    pairs = sorted(spread(found.matches, mine, other))
    open_pairs = sorted(spread(found.unanswered, mine, other))
    if limit:
        pairs = pairs[:limit]
    rows = as_table(left).num_rows
    rest = set(range(rows)) - {n for n, _, _ in pairs} - {n for n, _, _ in open_pairs} if how != "inner" else set()
    done = [*(pairs if how != "anti" else ()), *((n, None, Answer(False)) for n in rest)]
    return Joined(pairs_table(sorted(done, key=lambda each: each[:1])), pairs_table(open_pairs), spent, plan.method, size)


def spread(verdicts: dict[Pair, Answer], left: Different, right: Different) -> Iterator[tuple[int, int, Answer]]:
    """Yield the pairs of rows, with their answer, that a pair of different rows stands for."""
    for (n, m), answer in verdicts.items():
        for one in left.copies[n]:
            for two in right.copies[m]:
                yield one, two, answer


def pairs_table(pairs: Any) -> pa.Table:
    """Return (left, right, answer) as a table of `left`, `right`, `score`, `answer`."""
    lefts, rights, answers = zip(*pairs, strict=True) if pairs else ((), (), ())
    columns = [pa.array(lefts, pa.int64()), pa.array(rights, pa.int64()), pa.array([each.score for each in answers], pa.float64())]
    return pa.table([*columns, records(answers)], schema=PAIRS)
