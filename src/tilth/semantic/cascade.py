"""A filter at a fraction of its price: a proxy decides what it is sure of, the model only the rest, with the quality guaranteed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.op import Op
from tilth.semantic.asking.answer import Answer
from tilth.semantic.filter import Filter
from tilth.semantic.from_sample import FromSample, read_by, targets_kept
from tilth.semantic.guarantees.extrapolate import extrapolate
from tilth.semantic.guarantees.rare import rare
from tilth.semantic.guarantees.strata import Inquiry
from tilth.semantic.guarantees.strata import answered as driven
from tilth.semantic.guarantees.thresholds import precision_recall
from tilth.semantic.oracle import Oracle, decided, recalled
from tilth.semantic.pupil import lessons, taught
from tilth.semantic.remembered import added, opened, remember, streamed


@dataclass(frozen=True)
class Cascade(FromSample):
    """Learn where the scores of `proxy` may stand for the answers of `step`, and become a step that asks only about the rest.

    `proxy` is any step that adds the column `score` (number, higher is likelier a yes): `Likelihood` of a small model, `embed.Similarity`,
    a trained `filters.Classify`; without one a classifier is trained on labels bought for it. With probability 1 - `delta`, at least
    `precision` of the kept rows are a yes of the model, and at least `recall` of those that it would say yes to are kept.

    With `rare` every row that is kept was verified: precision is 1, and all of `delta` is spent on recall, or on that at most `overlook`
    rows are missed, however few there are (rare.py).

    A corpus of fewer than `pool` rows is decided as a whole (thresholds.py): this holds for its very rows. Of a larger one `labels` rows of
    a uniform sample are labelled, and cuts are proved for all of it (extrapolate.py). Where a proxy proves useless, the model decides
    every row. Neither the model nor the proxy is asked about a row twice: the step that it becomes knows what they said.

    Raises RecipeError for targets outside (0, 1).

    >>> from tilth.semantic.likelihood import Likelihood
    >>> small = Likelihood(Filter("Is it glad?", model="openai/gpt-4o-mini"))
    >>> Cascade(Filter("Is it glad?", model="openai/gpt-4o"), small).reads
    ('row', 'text')
    """

    version: ClassVar[int] = 2

    step: Filter
    proxy: Op | None = None
    score: str = "likelihood"
    precision: float = 0.9
    recall: float = 0.9
    delta: float = 0.05
    rare: bool = False
    overlook: int = 0
    pool: int = 10_000
    labels: int = 2000

    def __post_init__(self) -> None:
        where = f"semantic.Cascade: {self.step.instruction}"
        targets_kept(where, (self.pool, self.labels), precision=self.precision, recall=self.recall, delta=self.delta)
        if self.overlook < 0 or (self.overlook and not self.rare):
            raise RecipeError("Nothing can be overlooked so.", where=where, why="only a search for rare rows has a number", fix="rare=True")

    def finish(self, state: pa.Table) -> list[Op]:
        rows, population = self.drawn(state)
        if rows is None:
            return [self.step]
        learned = 0 if self.proxy else lessons(len(rows))
        if len(state) >= self.pool:
            rows = rows.slice(0, learned + self.labels)  # nobody looks at the scores of more
        oracle = Oracle(self.step, rows)
        proxy = self.proxy or taught(oracle, learned, self.score, "yes")
        if proxy is None:
            return [Cascaded(self.step, None, labels=oracle.kept(), bought=oracle.bought)]
        made = proxy.apply(rows)
        scores = filled(scores_in(made, self.score, proxy))
        if len(state) < self.pool:
            found: Any = driven(self._whole(scores), oracle.yes)
        else:  # the rows that taught the proxy are no sample of what it makes of others: the rest is, and is what is left to decide
            found = driven(self._sampled(scores[learned:], population - learned), lambda wanted: oracle.yes(wanted + learned))
        scored = remember(rows, read_by(self.step, proxy), added(rows, made))
        return [Cascaded(self.step, proxy, self.score, found.accept_above, found.reject_below, oracle.kept(), oracle.bought, scored)]

    def _whole(self, scores: np.ndarray) -> Inquiry[Any]:
        """The search over these very rows.

        It may well meet rows that the proxy was trained on: whatever the scores are and wherever they come from, what it promises rests on
        its own random draws alone, and those know nothing of the scores' past.
        """
        if self.rare:
            return rare(scores, self.recall, self.delta, overlook=self.overlook)
        return precision_recall(scores, self.precision, self.recall, self.delta)

    def _sampled(self, scores: np.ndarray, population: int) -> Inquiry[Any]:
        return extrapolate(scores, population, self.precision, self.recall, self.delta, self.labels, accept=not self.rare)


def scores_in(made: pa.RecordBatch, score: str, proxy: object) -> pa.Array:
    """Return a proxy's scores of rows, float64, null where it has none; RecipeError where it adds no such column."""
    if score not in made.schema.names:
        raise RecipeError(
            f"The proxy adds no column {score!r}.", where=f"a cascade by {proxy!r}"[:200],
            why=f"it leaves: {', '.join(made.schema.names)}", fix=f"score={made.schema.names[-1]!r}",
        )  # fmt: skip
    values = made[score].cast(pa.float64())
    return pc.if_else(pc.fill_null(pc.is_nan(values), True), None, values)


@dataclass(frozen=True)
class Cascaded(Op):
    """Keep the rows that a proxy is sure of, drop those that it is sure are none, and let the model of `step` decide the others.

    `labels` are answers of the model that were bought before (`oracle.Oracle.kept`); those stand. `scored` is what the proxy said of
    rows before (remembered.py). A row's column tells the decision, and the proxy's columns stay beside it; `{column}_answer` tells who
    decided: status "ok" and the model, or status "proxy", whose score it then holds. Without a proxy the model decides all that it has
    not decided before.
    """

    step: Filter
    proxy: Op | None
    score: str = "likelihood"
    accept_above: float = math.inf
    reject_below: float = -math.inf
    labels: bytes = field(default=b"", repr=False)
    bought: int = 0
    scored: bytes = field(default=b"", repr=False)

    @property
    def rehearsal(self) -> tuple[Op, ...]:
        return (*(self.proxy.rehearsal if self.proxy else ()), *self.step.rehearsal)

    @property
    def reads(self) -> tuple[str, ...]:
        return read_by(self.step, self.proxy)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        labels = opened(self.labels)

        def known(made: pa.RecordBatch) -> list[Answer | None]:
            scores = scores_in(made, self.score, self.proxy).to_pylist() if self.proxy else [None] * len(made)
            return [told or self._sure(score) for told, score in zip(recalled(made, self.step, labels), scores, strict=True)]

        return decided(self.step, streamed(self.proxy, batches, self.reads, self.scored) if self.proxy else batches, known)

    def _sure(self, score: float | None) -> Answer | None:
        """What the proxy is sure of."""
        if score is None:
            return None
        if score >= self.accept_above:
            return Answer(True, status="proxy", score=score)
        return Answer(False, status="proxy", score=score) if score < self.reject_below else None


def filled(scores: pa.Array) -> np.ndarray:
    """Return scores as float64[rows]: a row without a score stands in the middle, where the model is asked."""
    middle = pc.approximate_median(scores)
    return np.asarray(pc.fill_null(scores, middle if middle.is_valid else 0.0))
