"""One answer from many rows: prompts hold as many rows as fit, and their answers are combined until one is left."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tilth.llm.request import Request
from tilth.semantic.asking.answer import Answer, share
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.ask import filled
from tilth.semantic.asking.json_schema import closed_object
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.prompt import block, messages
from tilth.semantic.asking.question import VERSION, Question
from tilth.semantic.asking.waves import together

_COMBINE = "Each row is the answer to this for a part of the data. Combine them into the one answer for all of it."
_HALVED = ("refused", "truncated", "invalid")  # what fewer rows can mend

Row = Mapping[str, Any]


async def summary(session: Asks, question: Question, rows: Sequence[Row]) -> Answer:
    """Return the answer to `question` about all of `rows` together; no answer, with the reason, where a part of them has none.

    Rows are packed in their order into prompts of at most `question.room` tokens and `question.batch` rows; the answers are the rows of
    the next prompts, in the same way, until one is left. A prompt that was refused, cut off or unreadable is halved.
    """
    if not rows:
        return Answer(status="empty", reason="there is nothing to ask about")
    bought: list[Answer] = []
    ask = partial(_asked, session, question, bought)
    prompts = filled(rows, question)
    told, least = question.instruction, 1
    while True:
        parts = [part for found in await together(partial(ask, told, least), prompts) for part in found]
        bad = next((part for part in parts if part.status != "ok"), None)
        if bad is not None or len(parts) == 1:
            return _paid(bad or parts[0], bought)
        told, least = f"{question.instruction}\n{_COMBINE}", 2
        prompts = iter(_packed([{"answer": part.value} for part in parts], question))


async def _asked(session: Asks, question: Question, bought: list[Answer], told: str, least: int, rows: Sequence[Row]) -> list[Answer]:
    """Return the answer of one prompt, or those of its halves where it had none, down to `least` rows; what was asked is in `bought`."""
    reply = await session.ask(_request(question, told, rows))
    answer = share(reply, 1, reply.value["answer"] if reply.status == "ok" else None)
    bought.append(answer)
    if len(rows) <= least or reply.status not in _HALVED:
        return [answer]
    middle = len(rows) // 2
    halves = await together(partial(_asked, session, question, bought, told, least), (rows[:middle], rows[middle:]))
    return [part for half in halves for part in half]


def _packed(rows: list[Row], question: Question) -> list[list[Row]]:
    """Return rows in prompts' worth, at least two in one of them, so that there are fewer answers every time."""
    prompts = list(filled(rows, question))
    return prompts if len(prompts) < len(rows) else [rows[n : n + 2] for n in range(0, len(rows), 2)]


def _paid(answer: Answer, bought: Sequence[Answer]) -> Answer:
    """Return `answer` with what all prompts cost; the sums do not depend on the order in which those came back."""
    costs = [each.cost for each in bought]
    return replace(
        answer, cost=None if None in costs else math.fsum(cost or 0.0 for cost in costs), attempts=sum(each.attempts for each in bought),
        prompt_tokens=sum(each.prompt_tokens for each in bought), cached_tokens=sum(each.cached_tokens for each in bought),
        completion_tokens=sum(each.completion_tokens for each in bought),
    )  # fmt: skip


def _request(question: Question, told: str, rows: Sequence[Row]) -> Request:
    schema = canonical(closed_object({"answer": json.loads(question.answer)}))
    shown = messages(question.kind, told, block("rows", rows), form="json")
    return Request(question.model, shown, schema=schema, max_tokens=question.max_tokens + 16, purpose=f"semantic.{question.kind}/{VERSION}")
