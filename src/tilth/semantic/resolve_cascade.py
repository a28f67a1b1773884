"""Entities with precision and recall of their pairs guaranteed, for a share of the questions: a proxy decides the pairs it is sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from tilth import llm
from tilth.errors import RecipeError
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.meter import Asks, Meter
from tilth.semantic.asking.rows import Row, as_table, different
from tilth.semantic.from_sample import targets_kept
from tilth.semantic.gather import Gather, Placed
from tilth.semantic.guarantees.betting import Floats
from tilth.semantic.guarantees.thresholds import precision_recall
from tilth.semantic.likelihood import likelihood
from tilth.semantic.pairs.candidates import candidate_pairs
from tilth.semantic.pairs.entities import KEEP, contradictions, doubtful, entities, stand_for
from tilth.semantic.pairs.pair_oracle import PairOracle, driven
from tilth.semantic.pairs.pairs import Pair, Task, Verdicts, ask_pairs
from tilth.semantic.resolve import Resolved, first_rows, resolvable, told


def cascade_resolve(
    rows: Any, instruction: str, model: str, *, small: str = "", columns: tuple[str, ...] = (), keys: tuple[str, ...] = (),
    keep: str = "first", candidates: int = 10, embedding: str = "words", batch: int = 16, small_batch: int = 16, precision: float = 0.9,
    recall: float = 0.9, delta: float = 0.05, recheck: bool = True,
) -> Resolved:  # fmt: skip
    """Return which rows of a table or frame are the same thing, as `resolve` does, without asking about all likely pairs.

    With probability 1 - `delta`, at least `precision` of the pairs in the answer's `pairs` are the same as `model` says, and at least
    `recall` of the candidate pairs that it would call the same are among them; pairs of equal rows are not counted. Nothing is promised of
    matches that are no candidates, nor of pairs that are in one entity only through others: a wrong pair joins two entities as wholes.

    Pairs are sorted by likeness (`embedding`); with `small`, a cheap model that is asked about every candidate pair, `small_batch` a
    prompt, by its likelihood plus likeness. `model` is asked, `batch` a prompt, where that is not sure. With `recheck` it is also asked
    about all pairs of an entity that contradicts itself. What it says instead of the proxy can only raise precision and recall.

    Pairs accepted unseen have the status "proxy". Raises RecipeError for targets outside (0, 1), StepError where the budget is spent.
    """
    where = f"semantic resolve: {instruction[:60]}"
    targets_kept(where, (batch, small_batch), precision=precision, recall=recall, delta=delta)
    table = as_table(rows)
    resolvable(table, instruction, keys, keep, candidates)
    unique, task = different(table, columns), Task(instruction, model, batch)

    async def work(session: llm.Session, _: None) -> Resolved:
        meter = Meter(session, where)
        alike = await candidate_pairs(meter, unique, table, keys, candidates, embedding)
        pairs, scores = list(alike), np.array(list(alike.values()), np.float64)
        if small:
            scores += await _likelihoods(meter, replace(task, model=small, batch=small_batch), unique.rows, pairs)
        oracle = PairOracle(meter, task, unique.rows, unique.rows, pairs.__getitem__)
        cut = await driven(precision_recall(scores, precision, recall, delta), oracle.labels)
        said = dict(zip(pairs, cut.decide().tolist(), strict=True))
        if recheck:
            said |= await _checked(oracle, pairs, said)
        group = entities(len(unique.rows), said)
        same = _same(oracle, said, scores)
        return Resolved(
            stand_for(table, unique, group, keep), first_rows(same, unique), first_rows(oracle.found.unanswered, unique), len(pairs),
            len(oracle.said), len(contradictions(group, said)), meter.spent,
        )  # fmt: skip

    return next(iter(llm.in_order(work, [None], window=1)))


async def _likelihoods(session: Asks, task: Task, rows: Sequence[Row], pairs: Sequence[Pair]) -> Floats:
    """Return how likely the cheap model takes each pair for a match: one half where it gives no answer."""
    heard: dict[Pair, Answer] = {}
    await ask_pairs(session, task, rows, rows, pairs, Verdicts(), heard.__setitem__)
    found = [likelihood(heard[pair]) for pair in pairs]
    return np.array([0.5 if each is None else each for each in found], np.float64)


async def _checked(oracle: PairOracle, pairs: Sequence[Pair], said: Mapping[Pair, bool]) -> dict[Pair, bool]:
    """Ask about all pairs of the entities that contradict themselves."""
    open_pairs = set(doubtful(entities(len(oracle.left), said), said))
    numbers = np.array([number for number, pair in enumerate(pairs) if pair in open_pairs], np.int64)
    return dict(zip([pairs[number] for number in numbers], await oracle.labels(numbers), strict=True))


def _same(oracle: PairOracle, said: Mapping[Pair, bool], scores: Floats) -> dict[Pair, Answer]:
    """Return the answers of the pairs that are the same: the model's own, or that of the proxy."""
    answers = oracle.found.matches
    accepted = [(pair, score) for (pair, same), score in zip(said.items(), scores.tolist(), strict=True) if same]
    return {pair: answers.get(pair) or Answer(True, status="proxy", score=score) for pair, score in accepted}


@dataclass(frozen=True)
class ResolveCascade(Gather):
    """Add `name` (uint64), the address of the row that stands for each row, with precision and recall of the pairs accepted guaranteed.

    See `cascade_resolve` for what is promised, and `Resolve` for `drop` and `most`.

    Raises RecipeError on what cannot be, StepError where more rows than `most` come, or the budget is spent.

    >>> ResolveCascade("The two rows are the same product.", "openai/gpt-4o", small="openai/gpt-4o-mini", columns=("title",)).reads
    ('title',)
    """

    instruction: str
    model: str
    small: str = ""
    columns: tuple[str, ...] = ("text",)
    name: str = "entity"
    keys: tuple[str, ...] = ()
    keep: str = "first"
    candidates: int = 10
    embedding: str = "words"
    batch: int = 16
    small_batch: int = 16
    precision: float = 0.9
    recall: float = 0.9
    delta: float = 0.05
    recheck: bool = True
    drop: bool = False
    most: int = 100_000

    def __post_init__(self) -> None:
        targets_kept(f"{self!r}", (self.batch, self.small_batch), precision=self.precision, recall=self.recall, delta=self.delta)
        _ = Task(self.instruction, self.model, self.batch)
        if not self.columns or self.candidates < 0 or not (self.candidates or self.keys):
            raise RecipeError(
                "Rows cannot be resolved so.", where=repr(self), why="it needs columns, and candidates or keys", fix="candidates=10"
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.columns, *self.keys, *([] if self.keep in KEEP else [self.keep]))))

    def finish(self, state: pa.Table) -> list[Placed]:
        found = cascade_resolve(
            state.drop_columns(["row"]), self.instruction, self.model, small=self.small, columns=self.columns, keys=self.keys,
            keep=self.keep, candidates=self.candidates, embedding=self.embedding, batch=self.batch, small_batch=self.small_batch,
            precision=self.precision, recall=self.recall, delta=self.delta, recheck=self.recheck,
        )  # fmt: skip
        return [told(state["row"], found.entity, self.name, self.instruction, self.drop)]
