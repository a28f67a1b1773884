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
from tilth.semantic.gather import packed
from tilth.semantic.guarantees.strata import Bools, Ints


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
        """Return its answers by address, in order (Arrow IPC: `row`, `value`, `answer`); a row without one may be asked again."""
        numbers = sorted(n for n, answer in self.said.items() if answer.status == "ok")
        told = [self.said[n] for n in numbers]
        values = pa.array([answer.value for answer in told], arrow_type(self.step.question.answer))
        address = self.rows["row"].take(pa.array(numbers, pa.int64()))
        return packed(pa.table({"row": address, "value": values, "answer": records(told)}).sort_by("row"))


def recalled(kept: bytes) -> dict[int, Answer]:
    """Return by address the answers that `Oracle.kept` packed."""
    if not kept:
        return {}
    rows = pa.ipc.open_stream(kept).read_all().to_pylist()
    return {each["row"]: Answer(each["value"], **each["answer"]) for each in rows}


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
