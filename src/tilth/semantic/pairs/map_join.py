"""Join by guessing first: a model writes what a matching right row could say, and that is what is searched for."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.semantic.asking.ask import ask, filled
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.question import Question
from tilth.semantic.asking.waves import together
from tilth.semantic.pairs.pairs import Row, Task

GUESS = "For each row, write in a few words what a row of another table that belongs to it could say. What belongs together: "


async def guesses(session: Asks, task: Task, left: Sequence[Row], texts: Sequence[str], guess: str = "") -> list[str]:
    """Return what to search for, for each left row: its guess, or its own text where the model gave none.

    `guess` is what the model is told; by default that it shall write what could match by the join's own instruction.

    Source: the map-search-filter join of LOTUS (Patel et al., VLDB 2025).
    """
    question = Question("map", guess or GUESS + task.instruction, task.model, (), batch=task.batch, max_tokens=48, room=task.room)

    async def work(rows: list[Row]) -> list[str | None]:
        return [answer.value for answer in await ask(session, question, rows)]

    found = [value for part in await together(work, filled(left, question)) for value in part]
    return [value or text for value, text in zip(found, texts, strict=True)]
