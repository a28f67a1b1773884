"""How likely a model takes a row for a yes: what a cascade sorts rows by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from tilth.op import Op, put
from tilth.semantic.asking.answer import Answer, records
from tilth.semantic.asking.ask import answered, shown
from tilth.semantic.asking.question import Question
from tilth.semantic.filter import Filter


@dataclass(frozen=True)
class Likelihood(Op):
    """Measure `name` (float64): the probability that the model of `step` says yes, from the log-probabilities of its one-word answer.

    `{name}_answer` tells how it came about and what it cost, like that of every answer. Where the server gives no log-probabilities it is
    1 for a yes and 0 for a no; where there is no answer it is null. Every row has its own prompt.

    >>> Likelihood(Filter("Is it glad?", model="openai/gpt-4o-mini")).reads
    ('text',)
    """

    step: Filter
    name: str = "likelihood"

    @property
    def rehearsal(self) -> tuple[Unmeasured]:
        return (Unmeasured(self),)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.step.reads

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch, answers in answered(batches, replace(self.step.question, batch=1)):
            yield _measured(batch, self.name, answers)


def _measured(batch: pa.RecordBatch, name: str, answers: Sequence[Answer]) -> pa.RecordBatch:
    measured = put(batch, name, pa.array([likelihood(answer) for answer in answers], pa.float64()))
    return put(measured, f"{name}_answer", records(answers))


def likelihood(answer: Answer) -> float | None:
    """Return the probability of a yes that an answer tells.

    >>> likelihood(Answer(True, score=0.9)), likelihood(Answer(False)), likelihood(Answer(status="refused"))
    (0.9, 0.0, None)
    """
    if answer.value is None:
        return None
    sure = 1.0 if answer.score is None else answer.score
    return sure if answer.value else 1.0 - sure


@dataclass(frozen=True)
class Unmeasured(Op):
    """What stands for a `Likelihood` where nothing may be spent: a column of nulls."""

    step: Likelihood

    @property
    def blank(self) -> tuple[str, ...]:
        """The columns that say nothing here."""
        return (self.step.name, f"{self.step.name}_answer")

    @property
    def question(self) -> Question:
        """What will be asked, row by row."""
        return replace(self.step.step.question, batch=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.step.reads

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        shown(batch.slice(0, 0), self.step.step.question)
        return _measured(batch, self.step.name, [Answer(status="unasked")] * len(batch))
