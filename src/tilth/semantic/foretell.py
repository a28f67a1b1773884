"""What a recipe's questions will cost, said beforehand from a probe: calls, tokens and dollars, at most."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tilth import llm
from tilth.semantic.asking.ask import filled, shown
from tilth.semantic.asking.question import Question


@dataclass(frozen=True)
class Foretold:
    """What one question over a whole corpus takes at most: every row that reaches it asked, every answer with all its room.

    `low` counts one token an answer; dollars are None where the price is unknown.
    """

    question: Question
    calls: int
    prompt_tokens: int
    completion_tokens: int
    low: float | None
    high: float | None

    def __str__(self) -> str:
        asked = self.question
        dollars = "at a price that is unknown" if self.low is None or self.high is None else f"${self.low:,.2f} to ${self.high:,.2f}"
        tokens = f"{self.prompt_tokens:,} tokens of prompts, {self.completion_tokens:,} of answers"
        return f"{asked.kind} {asked.instruction[:60]!r} by {asked.model}: at most {self.calls:,} calls, {tokens}, {dollars}"


def foretold(question: Question, rows: pa.Table, times: float) -> Foretold:
    """Return what asking `question` takes over a corpus that is `times` as large as `rows`; nothing is sent, the cache is looked up.

    >>> with llm.using(llm.Client(base_url="http://localhost:9/v1", cache=":memory:")):
    ...     print(foretold(Question("map", "Shout.", "m"), pa.table({"text": ["a", "b"] * 4}), times=10))
    map 'Shout.' by m: at most 10 calls, 3,100 tokens of prompts, 5,760 of answers, at a price that is unknown
    """
    told = [row for batch in rows.to_batches() for row in shown(batch, question) if any(value not in (None, "") for value in row.values())]
    found = llm.estimate(question.request(group) for group in filled(told, question))
    low, high = (None if dollars is None else dollars * times for dollars in (found.low, found.high))
    calls, prompts, answers = (round(n * times) for n in (found.calls, found.prompt_tokens, found.most_completion_tokens))
    return Foretold(question, calls, prompts, answers, low, high)
