"""A filter at a fraction of its price: a proxy decides what it is sure of, the model only the rest, with the quality guaranteed."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc

from tilth.embed.sample import bottom, population, ranks
from tilth.errors import RecipeError
from tilth.op import Fold, Op
from tilth.semantic.answer import Answer, columns
from tilth.semantic.answer_type import arrow_type
from tilth.semantic.ask import answered
from tilth.semantic.extrapolate import extrapolate, rows_in_random_order
from tilth.semantic.filter import Filter
from tilth.semantic.strata import Inquiry
from tilth.semantic.strata import answered as driven
from tilth.semantic.thresholds import precision_recall


@dataclass(frozen=True)
class Cascade(Fold):
    """Learn where the scores of `proxy` may stand for the answers of `step`, and become a step that asks only about the rest.

    `proxy` is any step that adds the column `score` (number, higher is likelier a yes): `Likelihood` of a small model, `embed.Similarity`,
    a trained `filters.Classify`. With probability 1 - `delta`, at least `precision` of the kept rows are a yes of the model, and at least
    `recall` of those that it would say yes to are kept. A corpus of up to `pool` rows is decided as a whole (thresholds.py): this holds
    for its very rows, and none is asked about twice. Of a larger one a uniform sample of `pool` rows is seen, `labels` of which are
    labelled, and cuts are proved for all of it (extrapolate.py). Where a proxy proves useless, the model decides every row.

    Raises RecipeError for targets outside (0, 1).

    >>> from tilth.semantic.likelihood import Likelihood
    >>> small = Likelihood(Filter("Is it glad?", model="openai/gpt-4o-mini"))
    >>> Cascade(Filter("Is it glad?", model="openai/gpt-4o"), small).reads
    ('row', 'text')
    """

    step: Filter
    proxy: Op
    score: str = "likelihood"
    precision: float = 0.9
    recall: float = 0.9
    delta: float = 0.05
    pool: int = 10_000
    labels: int = 2000

    def __post_init__(self) -> None:
        if not all(0 < value < 1 for value in (self.precision, self.recall, self.delta)) or min(self.pool, self.labels) < 1:
            raise RecipeError(
                "A cascade cannot keep such targets.", where=f"semantic.Cascade: {self.step.instruction[:60]}",
                why="precision, recall and delta lie between 0 and 1; pool and labels are at least 1", fix="precision=0.9, recall=0.9",
            )  # fmt: skip

    @property
    def rehearsal(self) -> tuple[Op, ...]:
        return (*self.proxy.rehearsal, *self.step.rehearsal)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("row", *self.step.reads, *(self.proxy.reads or ()))))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows."""
        return bottom(pa.Table.from_batches([batch.select(list(self.reads))]), self.pool)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return bottom(pa.concat_tables([a, b]), self.pool)

    def finish(self, state: pa.Table) -> list[Op]:
        order = rows_in_random_order(ranks(state["row"].to_numpy()))
        rows = state.take(pa.array(order)).combine_chunks().to_batches()
        if not rows:
            return [self.step]
        scores = _filled(scores_in(self.proxy.apply(rows[0]), self.score, self.proxy))
        oracle = _Oracle(self.step, rows[0])
        found: Any = driven(self._search(scores, state), oracle)
        return [Cascaded(self.step, self.proxy, self.score, found.accept_above, found.reject_below, oracle.known(), oracle.calls)]

    def _search(self, scores: np.ndarray, state: pa.Table) -> Inquiry[Any]:
        if len(state) < self.pool:
            return precision_recall(scores, self.precision, self.recall, self.delta)
        return extrapolate(scores, population(state, self.pool), self.precision, self.recall, self.delta, self.labels)


@dataclass
class _Oracle:
    """The expensive model, asked for labels of rows by their number; a row that it does not answer is no yes."""

    step: Filter
    rows: pa.RecordBatch
    said: dict[int, bool] = field(default_factory=dict)

    def __call__(self, wanted: np.ndarray) -> np.ndarray:
        asked = self.rows.take(pa.array(wanted))
        answers = [answer for _, found in answered([asked], self.step.question) for answer in found]
        self.said |= {int(row): bool(answer.value) for row, answer in zip(wanted, answers, strict=True) if answer.status == "ok"}
        return np.array([bool(answer.value) for answer in answers])

    @property
    def calls(self) -> int:
        """How many rows were labelled."""
        return len(self.said)

    def known(self) -> bytes:
        """Return the labels bought, by address."""
        numbers = np.array(sorted(self.said), np.int64)
        address = self.rows["row"].take(pa.array(numbers)) if len(numbers) else pa.array([], pa.uint64())
        table = pa.table({"row": address, "yes": pa.array([self.said[n] for n in numbers.tolist()], pa.bool_())}).sort_by("row")
        sink = io.BytesIO()
        with ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue()


def scores_in(made: pa.RecordBatch, score: str, proxy: Op) -> pa.Array:
    """Return a proxy's scores of rows, float64, null where it has none; RecipeError where it adds no such column."""
    if score not in made.schema.names:
        raise RecipeError(
            f"The proxy adds no column {score!r}.", where=f"semantic.Cascade by {proxy!r}",
            why=f"it leaves: {', '.join(made.schema.names)}", fix=f"score={made.schema.names[-1]!r}",
        )  # fmt: skip
    values = made[score].cast(pa.float64())
    return pc.if_else(pc.fill_null(pc.is_nan(values), True), None, values)


@dataclass(frozen=True)
class Cascaded(Op):
    """Keep the rows that a proxy is sure of, drop those that it is sure are none, and let the model of `step` decide the others.

    `labels` holds answers of the model that were bought before, by address (Arrow IPC: `row`, `yes`); those stand. A row's column tells
    the decision, and the proxy's columns stay beside it; `{column}_answer` tells who decided: status "ok" and the model, or status
    "proxy", whose score it then holds.
    """

    step: Filter
    proxy: Op
    score: str
    accept_above: float
    reject_below: float
    labels: bytes = b""
    bought: int = 0

    @property
    def rehearsal(self) -> tuple[Op, ...]:
        return (*self.proxy.rehearsal, *self.step.rehearsal)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.step.reads, *(self.proxy.reads or ()))))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        labels = _labels(self.labels)
        waiting: deque[tuple[pa.RecordBatch, list[Answer | None]]] = deque()

        def unsure() -> Iterator[pa.RecordBatch]:
            for made in self.proxy.stream(batches):
                scores = scores_in(made, self.score, self.proxy).to_pylist()
                known = [self._unasked(row, score, labels) for row, score in zip(made["row"].to_pylist(), scores, strict=True)]
                waiting.append((made, known))
                yield made.take(pa.array([n for n, answer in enumerate(known) if answer is None], pa.int64()))

        of = arrow_type(self.step.question.answer)
        for _, told in answered(unsure(), self.step.question):
            (made, known), rest = waiting.popleft(), iter(told)
            yield self.step.settle(columns(made, self.step.column, [answer or next(rest) for answer in known], of))

    def _unasked(self, row: int, score: float | None, labels: dict[int, bool]) -> Answer | None:
        """What is known of a row without asking: a label bought before, or what the proxy is sure of."""
        if row in labels:
            return Answer(labels[row], reason="asked about while the cuts were learned", model=self.step.model)
        if score is None:
            return None
        if score >= self.accept_above:
            return Answer(True, status="proxy", score=score)
        return Answer(False, status="proxy", score=score) if score < self.reject_below else None


def _filled(scores: pa.Array) -> np.ndarray:
    """A row without a score stands in the middle, where the model is asked."""
    middle = pc.approximate_median(scores)
    return np.asarray(pc.fill_null(scores, middle if middle.is_valid else 0.0))


def _labels(stored: bytes) -> dict[int, bool]:
    if not stored:
        return {}
    table = ipc.open_stream(stored).read_all()
    return dict(zip(table["row"].to_pylist(), table["yes"].to_pylist(), strict=True))
