"""A model grades a sample, a small classifier learns to grade like it and grades everything; unsure rows go back to the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed.sample import bottom, ranks
from tilth.errors import CorpusError, RecipeError
from tilth.filters.classify import Classify as Classifier
from tilth.filters.learn_classifier import LearnClassifier
from tilth.op import Fold, Op
from tilth.semantic.asking.answer import Answer, columns
from tilth.semantic.asking.answer_type import arrow_type
from tilth.semantic.asking.ask import answered
from tilth.semantic.asking.asked import Asked
from tilth.semantic.guarantees.share import least_share

STUDENT = LearnClassifier(word_ngrams=2, dim=16, epochs=25, min_count=2, buckets=1 << 16)
_BINS = 10  # of probabilities, for the calibration error
_FEW = 10  # labels that nothing can be learned from


@dataclass(frozen=True)
class Distil(Fold):
    """Learn from a model's answers to `step` on a sample, and become a step that answers like it without asking, or asks where unsure.

    `step` is a `semantic.Filter`, `Classify` or `Score`. Of the `pool` rows of lowest hash the model labels `labels` in all: a share
    `held_out` drawn evenly, on which the student is measured and never trained; of the rest a first part drawn evenly, then in each of
    `rounds` the rows that the student so far is least sure of. `student` says how the classifier is trained. `review` is the share of all
    rows, those of the lowest probability, that the finished step gives back to the model; with 0 it asks nothing.

    Raises RecipeError for shares that cannot be, CorpusError where the labels are too few or all the same.

    Source: graded by a model and distilled, FineWeb-Edu (Penedo et al., NeurIPS 2024), section 4; the rows to label by least confidence,
    Lewis and Gale (SIGIR 1994).

    >>> from tilth.semantic.filter import Filter
    >>> Distil(Filter("Is it a lesson?", model="openai/gpt-4o-mini"), labels=500).reads
    ('row', 'text')
    """

    step: Asked
    labels: int = 1000
    held_out: float = 0.3
    rounds: int = 3
    review: float = 0.0
    pool: int = 20_000
    student: LearnClassifier = STUDENT

    def __post_init__(self) -> None:
        if not 0 < self.held_out < 1 or not 0 <= self.review < 1 or self.rounds < 0 or not _FEW <= self.labels <= self.pool:
            raise RecipeError(
                "Nothing can be distilled so.", where=f"semantic.Distil: {self.step.question.instruction[:60]}",
                why=f"held_out lies between 0 and 1, review from 0 to below 1, labels from {_FEW} to pool", fix="labels=1000, pool=20_000",
            )  # fmt: skip

    @property
    def rehearsal(self) -> Sequence[Any]:
        return self.step.rehearsal

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("row", "text", *self.step.reads)))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows."""
        rows = pa.Table.from_batches([batch.select(list(self.reads))])
        return bottom(rows.filter(pc.greater(pc.fill_null(pc.binary_length(rows["text"]), 0), 0)), self.pool)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return bottom(pa.concat_tables([a, b]), self.pool)

    def finish(self, state: pa.Table) -> list[Op]:
        school = _School(self.step, state.take(pa.array(np.argsort(ranks(state["row"].to_numpy())))).combine_chunks())
        size = min(self.labels, len(state))
        exam = np.arange(int(size * self.held_out))
        school.label(exam)
        first = min(max(_FEW, (size - len(exam)) // (self.rounds + 1)), size - len(exam))  # with fewer there is no student to ask
        lessons = np.arange(len(exam), len(exam) + first)
        school.label(lessons)
        student = school.taught(self.student, lessons)
        for left in range(self.rounds, 0, -1):
            more = school.unsure(student, len(exam), (size - len(exam) - len(lessons)) // left, lessons)
            school.label(more)
            lessons = np.concatenate([lessons, more])
            student = school.taught(self.student, lessons)
        return [school.graded(student, exam, self.review)]


@dataclass
class _School:
    """The pool in random order, the model's labels of some of its rows, and what is learned from them."""

    step: Asked
    rows: pa.Table

    def __post_init__(self) -> None:
        self.said: dict[int, str] = {}
        self.asked = 0

    def label(self, numbers: np.ndarray) -> None:
        """Ask the model about these rows; a row that it does not answer teaches nothing."""
        batch = self.rows.take(pa.array(numbers)).combine_chunks().to_batches()
        answers = [answer for _, found in answered(batch, self.step.question) for answer in found]
        self.asked += len(answers)
        self.said |= {int(n): as_label(each.value) for n, each in zip(numbers, answers, strict=True) if each.status == "ok"}

    def taught(self, student: LearnClassifier, numbers: np.ndarray) -> Classifier:
        """Return the classifier that these labelled rows teach."""
        known = [int(n) for n in numbers if int(n) in self.said]
        if len(known) < _FEW or len({self.said[n] for n in known}) < 2:
            raise CorpusError(
                "There is too little to learn from.", where=f"semantic.Distil: {self.step.question.instruction[:60]}",
                why=f"the model answered {len(known)} of {len(numbers)} rows, with the answers {sorted({self.said[n] for n in known})}",
                fix="more labels: labels=2000; or an instruction that parts the rows",
            )  # fmt: skip
        learn = replace(student, label="label", name=self.step.column, positive="", scores=())
        taken = self.rows.take(pa.array(known)).combine_chunks()
        batch = pa.record_batch({"row": taken["row"].chunk(0), "text": taken["text"].chunk(0), "label": [self.said[n] for n in known]})
        return learn.finish(learn.observe(batch))[0]

    def unsure(self, student: Classifier, first: int, count: int, known: np.ndarray) -> np.ndarray:
        """Return the `count` rows after the `first` that the student is least sure of, and that have no label yet."""
        chances = _chances(student, self.rows)
        chances[:first] = np.inf
        chances[known] = np.inf
        return np.sort(np.argsort(chances, kind="stable")[:count])

    def graded(self, student: Classifier, exam: np.ndarray, review: float) -> Distilled:
        """Return the finished step, with what the exam says of it."""
        known = np.array([int(n) for n in exam if int(n) in self.said], np.int64)
        chances = _chances(student, self.rows)
        below = float(np.quantile(chances, review)) if review else 0.0
        made = student.apply(self.rows.take(pa.array(known)).combine_chunks().to_batches()[0]) if len(known) else None
        guesses = made[self.step.column].to_pylist() if made is not None else []
        right = np.array([guess == self.said[int(n)] for guess, n in zip(guesses, known, strict=True)], bool)
        reviewed = right | (chances[known] < below)
        return Distilled(
            self.step, student, below, labels=self.asked, held_out=len(known), agreed=int(right.sum()), agreed_reviewed=int(reviewed.sum()),
            calibration_error=calibration_error(chances[known], right),
        )  # fmt: skip


def _chances(student: Classifier, rows: pa.Table) -> np.ndarray:
    """The probability of the student's best label, 0 where it has none."""
    made = student.apply(rows.combine_chunks().to_batches()[0])
    return np.asarray(pc.fill_null(made[f"{student.name}_score"], 0.0)).copy()


def calibration_error(chances: np.ndarray, right: np.ndarray) -> float:
    """Return by how much probabilities differ from how often they are right, in ten bins, by the weight of each.

    Source: expected calibration error, Naeini, Cooper, Hauskrecht (AAAI 2015).

    >>> calibration_error(np.array([0.9] * 10), np.array([True] * 9 + [False]))
    0.0
    """
    bins = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    gaps = [abs(chances[bins == n].mean() - right[bins == n].mean()) * (bins == n).mean() for n in np.unique(bins)]
    return round(float(sum(gaps)), 9)


def as_label(value: Any) -> str:
    """Return an answer as a classifier's label.

    >>> as_label(True), as_label(3), as_label("glad")
    ('yes', '3', 'glad')
    """
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def as_value(label: str, of: pa.DataType) -> Any:
    """Return the answer that a classifier's label stands for.

    >>> as_value("yes", pa.bool_()), as_value("3", pa.int64())
    (True, 3)
    """
    return label == "yes" if pa.types.is_boolean(of) else int(label) if pa.types.is_integer(of) else label


@dataclass(frozen=True)
class Distilled(Op):
    """Answer like the model of `step`, by a classifier that learned from it; rows of a probability below `review_below` go to the model.

    Columns are those of `step`; in `{column}_answer` the status is "distilled", with the probability as `score`, or "ok" for the model's
    own. On `held_out` rows that it was not trained on it `agreed` with the model's answer, `agreed_reviewed` times with the review, and
    `calibration_error` is by how much its probabilities are off.
    """

    step: Asked
    student: Classifier
    review_below: float = 0.0
    labels: int = 0
    held_out: int = 0
    agreed: int = 0
    agreed_reviewed: int = 0
    calibration_error: float = 0.0

    @property
    def rehearsal(self) -> Sequence[Any]:
        return self.step.rehearsal if self.review_below else (self,)

    @property
    def agreement(self) -> tuple[float, float]:
        """The share of held-out rows with the model's answer, review included, and what it is at least, at confidence 0.95."""
        return self.agreed_reviewed / max(1, self.held_out), least_share(self.agreed_reviewed, self.held_out)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("text", *self.step.reads)))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        of = arrow_type(self.step.question.answer)
        waiting: deque[tuple[pa.RecordBatch, list[Answer | None]]] = deque()

        def unsure() -> Iterator[pa.RecordBatch]:
            for batch in batches:
                known = self._known(batch, of)
                waiting.append((batch, known))
                yield batch.take(pa.array([n for n, answer in enumerate(known) if answer is None], pa.int64()))

        if not self.review_below:
            yield from (self.step.settle(columns(batch, self.step.column, self._known(batch, of), of)) for batch in batches)  # type: ignore[arg-type]
            return
        for _, told in answered(unsure(), self.step.question):
            (batch, known), rest = waiting.popleft(), iter(told)
            yield self.step.settle(columns(batch, self.step.column, [answer or next(rest) for answer in known], of))

    def _known(self, batch: pa.RecordBatch, of: pa.DataType) -> list[Answer | None]:
        made = self.student.apply(batch)
        labels, chances = made[self.student.name].to_pylist(), made[f"{self.student.name}_score"].to_pylist()
        return [self._answer(label, chance, of) for label, chance in zip(labels, chances, strict=True)]

    def _answer(self, label: str | None, chance: float | None, of: pa.DataType) -> Answer | None:
        if label is None or chance is None:
            return Answer(status="empty", reason="there is nothing to go by")
        return Answer(as_value(label, of), status="distilled", score=chance) if chance >= self.review_below else None
