"""A join with precision and recall guaranteed, for a share of the pairs: likely ones are scored, the model is asked where it matters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tilth import llm
from tilth.llm.tokens import count_tokens
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.meter import Asks, Meter
from tilth.semantic.asking.prompt import line
from tilth.semantic.asking.rows import Different, as_table, different
from tilth.semantic.from_sample import targets_kept
from tilth.semantic.guarantees.betting import Floats
from tilth.semantic.guarantees.strata import Ints
from tilth.semantic.join import Joined, pairs_table, spread
from tilth.semantic.pairs.block_join import block_join, block_sizes
from tilth.semantic.pairs.nearest import nearest
from tilth.semantic.pairs.pair_cut import pair_cut
from tilth.semantic.pairs.pair_oracle import PairOracle, driven
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts


@dataclass(frozen=True)
class Guarded:
    """What is to be kept: shares of precision and recall, with probability 1 - `delta`, and how likely pairs are found."""

    precision: float = 0.9
    recall: float = 0.9
    delta: float = 0.05
    candidates: int = 10
    embedding: str = "words"
    small: str = ""


def cascade_join(
    left: Any, right: Any, instruction: str, model: str, *, left_columns: tuple[str, ...] = (), right_columns: tuple[str, ...] = (),
    precision: float = 0.9, recall: float = 0.9, delta: float = 0.05, small: str = "", candidates: int = 10, embedding: str = "words",
    batch: int = 16, block: int = 8, room: int = 8000,
) -> Joined:  # fmt: skip
    """Return the pairs of rows of two tables or frames that match by `instruction`, with guarantees, and without asking about all of them.

    With probability 1 - `delta`, at least `precision` of the pairs returned are a match as `model` says, and at least `recall` of all
    pairs that it would call a match are returned; pairs of equal rows count once. Scores are those of likeness by `embedding`, of the
    `candidates` rows most alike to each row of either side; with `small`, a cheap model that is asked about all pairs in blocks, the
    pairs that it finds come first. The model itself is asked about `batch` pairs a prompt: those that are neither sure nor hopeless, and
    a uniform sample of all others (pair_cut.py). Where that would take more tokens than asking it about all pairs in blocks of up to
    `block` rows of each side, it is asked so: `method` is then "block", else "cascade".

    Pairs accepted unseen have the status "proxy". Raises RecipeError for targets outside (0, 1), StepError where the budget is spent.
    """
    where = f"semantic join: {instruction[:60]}"
    targets_kept(where, (candidates, 1), precision=precision, recall=recall, delta=delta)
    mine, other = different(as_table(left), left_columns), different(as_table(right), right_columns)
    task, guarded = Task(instruction, model, batch, block, room), Guarded(precision, recall, delta, candidates, embedding, small)

    async def work(session: llm.Session, _: None) -> Joined:
        meter = Meter(session, where)
        found, method = await _joined(meter, task, guarded, mine, other)
        matches, silent = (pairs_table(sorted(spread(part, mine, other), key=_place)) for part in (found.matches, found.unanswered))
        return Joined(matches, silent, meter.spent, method, block)

    return next(iter(llm.in_order(work, [None], window=1)))


def _place(pair: tuple[int, int, Answer]) -> Pair:
    return pair[:2]


async def _joined(session: Asks, task: Task, guarded: Guarded, left: Different, right: Different) -> tuple[Verdicts, str]:
    population = len(left.rows) * len(right.rows)
    asked = PairOracle(session, task, left.rows, right.rows, lambda number: divmod(number, len(right.rows)))
    if population:
        codes, scores = await _candidates(session, task, guarded, left, right)
        search = pair_cut(
            codes, scores, population, guarded.precision, guarded.recall, guarded.delta, _worth_of_blocks(task, left.rows, right.rows)
        )
        cut = await driven(search, asked.labels)
        if cut.proved:
            score = dict(zip(codes.tolist(), scores.tolist(), strict=True))
            unseen = {asked.pair(code): Answer(True, status="proxy", score=score[code]) for code in cut.accepted.tolist()}
            return Verdicts(asked.found.matches | unseen, asked.found.unanswered), "cascade"
    rest = await block_join(session, task, left.rows, right.rows)
    return rest, "block"


async def _candidates(session: Asks, task: Task, guarded: Guarded, left: Different, right: Different) -> tuple[Ints, Floats]:
    """Return the numbers of the likely pairs, rising, and how likely each is: likeness, and one more where the small model says yes."""
    rights = len(right.rows)
    score: dict[int, float] = {}
    for texts, others, mine in ((left.texts, right.texts, True), (right.texts, left.texts, False)):
        which, alike = await nearest(session, texts, others, guarded.candidates, guarded.embedding)
        for n, m in np.argwhere(which >= 0).tolist():
            near = int(which[n, m])
            code = n * rights + near if mine else near * rights + n
            score[code] = max(score.get(code, 0.0), float(alike[n, m]))
    if guarded.small:
        found = await block_join(session, replace(task, model=guarded.small), left.rows, right.rows)
        for n, m in found.matches:
            score[n * rights + m] = 1.0 + score.get(n * rights + m, 0.0)
    codes = np.array(sorted(score), np.int64)
    return codes, np.array([score[code] for code in codes.tolist()], np.float64)


def _worth_of_blocks(task: Task, left: Sequence[Row], right: Sequence[Row]) -> int:
    """Return about how many pairs can be asked about, `batch` a prompt, for the tokens of blocks of all pairs."""
    one, two = (sum(count_tokens(line(row, 1)) for row in side) / len(side) for side in (left, right))
    each = block_sizes(one, two, 1 / min(len(left), len(right)), task, (len(left), len(right)))
    prompts = math.ceil(len(left) / each[0]) * math.ceil(len(right) / each[1])
    head = count_tokens(task.instruction) + _HEAD
    return int(prompts * (head + each[0] * one + each[1] * two) / (head / task.batch + one + two))


_HEAD = 120  # tokens of a prompt beside instruction and rows
