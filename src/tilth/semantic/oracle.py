"""The dear model of a cascade: asked about rows by their number, and nothing that it said is paid for twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.semantic.asking.answer import Answer, columns, records
from tilth.semantic.asking.answer_type import arrow_type
from tilth.semantic.asking.ask import answered
from tilth.semantic.asking.asked import Asked
from tilth.semantic.guarantees.strata import Bools, Ints
from tilth.semantic.remembered import places, remember


@dataclass
class Oracle:
    """The model of `step`, and what it said of `rows` so far, by their number."""

    step: Asked
    rows: pa.RecordBatch
    said: dict[int, Answer] = field(default_factory=dict)

    def ask(self, wanted: Ints) -> list[Answer]:
        """Return its answers about these rows, bought or known."""
        new = [int(n) for n in wanted if int(n) not in self.said]
        if new:
            told = [answer for _, found in answered([self.rows.take(pa.array(new))], self.step.question) for answer in found]
            self.said |= dict(zip(new, told, strict=True))
        return [self.said[int(n)] for n in wanted]

    def values(self, wanted: Ints) -> list[Any]:
        """Return what it said, None where it gave no answer."""
        return [answer.value for answer in self.ask(wanted)]

    def yes(self, wanted: Ints) -> Bools:
        """Return to which rows it says yes; a row that it does not answer is none."""
        return np.array([bool(value) for value in self.values(wanted)], np.bool_)

    @property
    def bought(self) -> int:
        """How many rows it was asked about."""
        return len(self.said)

    def kept(self) -> bytes:
        """Return its answers (remembered.py: `value`, `answer`); a row without one may be asked again."""
        numbers = sorted(n for n, answer in self.said.items() if answer.status == "ok")
        told = [self.said[n] for n in numbers]
        values = pa.array([answer.value for answer in told], arrow_type(self.step.question.answer))
        return remember(self.rows.take(pa.array(numbers, pa.int64())), self.step.reads, {"value": values, "answer": records(told)})


def recalled(batch: pa.RecordBatch, step: Asked, kept: pa.RecordBatch | None) -> list[Answer | None]:
    """Return what the model of `step` said of each row before, by what `Oracle.kept` packed; None where it said nothing."""
    at = places(batch, step.reads, kept)
    if kept is None or at.null_count == len(at):
        return [None] * len(batch)
    known = kept.take(at.drop_null())
    answers = iter([Answer(value, **told) for value, told in zip(known["value"].to_pylist(), known["answer"].to_pylist(), strict=True)])
    return [next(answers) if place.is_valid else None for place in at]


def decided(
    step: Asked, batches: Iterable[pa.RecordBatch], known: Callable[[pa.RecordBatch], Sequence[Answer | None]]
) -> Iterator[pa.RecordBatch]:
    """Yield each batch with the answers that are known of its rows, and the model's own where None is."""
    of = arrow_type(step.question.answer)
    waiting: deque[tuple[pa.RecordBatch, Sequence[Answer | None]]] = deque()

    def unsure() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            answers = known(batch)
            waiting.append((batch, answers))
            yield batch.take(pa.array([n for n, answer in enumerate(answers) if answer is None], pa.int64()))

    for _, told in answered(unsure(), step.question):
        (batch, answers), rest = waiting.popleft(), iter(told)
        yield step.settle(columns(batch, step.column, [answer or next(rest) for answer in answers], of))
