"""What all steps that ask a question of every row have in common: the question, and columns of answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from tilth.op import Op
from tilth.semantic.asking.answer import Answer, columns
from tilth.semantic.asking.answer_type import arrow_type
from tilth.semantic.asking.ask import answered, shown
from tilth.semantic.asking.question import Question, slug


class Asked(Op):
    """Abstract: a step that adds a column with a model's answers, null where there is none, and `{column}_answer`.

    The column is called `name`, or by the first words of the instruction. `{column}_answer` is a struct: `status` ("ok", "empty",
    "refused", "truncated", "invalid", "failed"), `reason`, `score` (the probability of the answer, where the server gives
    log-probabilities), `model`, `attempts`, and the row's share of tokens and dollars when its answer was bought. Rows are shown to the
    model as JSON, and share prompts of `batch` rows. With one row a prompt they are asked about in the order that a prefix cache has
    most of; `fields` says whether the columns shown may change places for it ("one" way for all rows, "free" for each).
    """

    name: str

    @property
    def column(self) -> str:
        """The name of the column of answers."""
        return self.name or slug(self.question.instruction)

    @property
    def question(self) -> Question:
        """What is asked of every row."""
        raise NotImplementedError(f"{type(self).__name__}.question")

    @property
    def rehearsal(self) -> tuple[Unasked]:
        return (Unasked(self.column, self.question),)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.question.columns

    def settle(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch, its answers given, with what follows from them; as it is unless a step has a verdict."""
        return batch

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        of = arrow_type(self.question.answer)
        for batch, answers in answered(batches, self.question):
            yield self.settle(columns(batch, self.column, answers, of))


@dataclass(frozen=True)
class Unasked(Op):
    """What stands for a question where nothing may be spent: its columns, all null, status "unasked"; no row is marked.

    >>> question = Question("filter", "Is it good?", "any", answer='{"type":"boolean"}')
    >>> Unasked("good", question).apply(pa.record_batch({"text": ["a"]})).schema.names
    ['text', 'good', 'good_answer']
    """

    column: str
    question: Question

    @property
    def blank(self) -> tuple[str, ...]:
        """The columns that say nothing here: a rule about them cannot be tried."""
        return (self.column, f"{self.column}_answer")

    @property
    def reads(self) -> tuple[str, ...]:
        return self.question.columns

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        shown(batch.slice(0, 0), self.question)
        return columns(batch, self.column, [Answer(status="unasked")] * len(batch), arrow_type(self.question.answer))
