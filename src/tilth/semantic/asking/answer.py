"""A model's answer about one row: a value, or a null with its reason, and what it cost; and columns of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from tilth.llm.request import Reply, Status
from tilth.op import put
from tilth.semantic.asking.answer_type import ANSWER, fitted


@dataclass(frozen=True)
class Answer:
    """One row's answer. `value` is None unless `status` is "ok"; tokens and dollars are the row's share of the prompts it stood in.

    `score` is the probability of the value where the server gave log-probabilities, else None. `status` "empty" is a row with nothing
    to show, which was not asked; the others are those of `tilth.llm.Reply`.
    """

    value: Any = None
    status: Status | str = "ok"
    reason: str = ""
    score: float | None = None
    model: str = ""
    prompt_tokens: float = 0.0
    cached_tokens: float = 0.0
    completion_tokens: float = 0.0
    cost: float | None = 0.0
    attempts: int = 0

    def after(self, spent: Answer) -> Answer:
        """Return this answer with what was spent on the row before."""
        cost = None if self.cost is None or spent.cost is None else self.cost + spent.cost
        return replace(
            self, prompt_tokens=self.prompt_tokens + spent.prompt_tokens, cached_tokens=self.cached_tokens + spent.cached_tokens,
            completion_tokens=self.completion_tokens + spent.completion_tokens, cost=cost, attempts=self.attempts + spent.attempts,
        )  # fmt: skip


def share(reply: Reply, rows: int, value: Any = None, score: float | None = None) -> Answer:
    """Return what one of `rows` rows has of a reply: its value, and an equal share of tokens and of what it cost when it was bought.

    >>> from tilth.llm.request import Usage
    >>> share(Reply("ok", usage=Usage(prompt=30, completion=6), cost=0.003), rows=3, value=True).prompt_tokens
    10.0
    """
    return Answer(
        value, reply.status, reply.reason, score, reply.model, reply.usage.prompt / rows, reply.usage.cached / rows,
        reply.usage.completion / rows, None if reply.worth is None else reply.worth / rows, reply.attempts,
    )  # fmt: skip


def columns(batch: pa.RecordBatch, name: str, answers: Sequence[Answer], of: pa.DataType) -> pa.RecordBatch:
    """Return `batch` with the column `name` of type `of`, null where there is no answer, and `{name}_answer`, how each came about.

    A value that the type cannot hold (a whole number beyond 64 bits, a date that there is not) is no answer: "invalid".

    >>> columns(pa.record_batch({"n": [1]}), "good", [Answer(True)], pa.bool_()).schema.names
    ['n', 'good', 'good_answer']
    """
    held = [holdable(answer, of) for answer in answers]
    batch = put(batch, name, pa.array([fitted(answer.value, of) for answer in held], of))
    return put(batch, f"{name}_answer", records(held))


def holdable(answer: Answer, of: pa.DataType) -> Answer:
    """Return `answer`, or where a column of type `of` cannot hold its value, no answer and the reason.

    >>> holdable(Answer(2**70), pa.int64()).status
    'invalid'
    """
    if answer.value is None:
        return answer
    try:
        pa.scalar(fitted(answer.value, of), of)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        return replace(answer, value=None, score=None, status="invalid", reason=f"{error}"[:200])
    return answer


def records(answers: Iterable[Answer]) -> pa.Array:
    """Return a struct array with all but the values of `answers`."""
    names = [field.name for field in ANSWER]
    return pa.array([{name: getattr(answer, name) for name in names} for answer in answers], ANSWER)
