"""What is asked of every row, by which model, and how many rows share a prompt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.llm.request import Request
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.prompt import Messages, block, context, messages

Fields = Literal["given", "one", "free"]
VERSION = 1  # of prompts and their reading; part of every cache key


@dataclass(frozen=True)
class Question:
    """One task over rows. `answer` is the JSON Schema of one row's answer; `labels`, if any, is the menu that it is one of.

    With one row a prompt and several columns, rows are asked about in the order that a prefix cache has most of (prefix_order.py); `fields`
    says whether their fields may change places too: not ("given"), for all rows alike ("one"), or for each ("free").
    `context` are lines of JSON that every prompt shows before its rows: examples, what is known of the columns.
    `batch` rows share a prompt, fewer where they would take more than `room` tokens; `max_tokens` bounds one row's answer. A prompt of
    one row with labels is answered by one word, whose log-probabilities say how sure the model is.
    """

    kind: str
    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    answer: str = '{"type":"string"}'
    labels: tuple[str, ...] = ()
    batch: int = 8
    max_tokens: int = 64
    room: int = 8000
    context: tuple[str, ...] = ()
    fields: Fields = "given"

    def __post_init__(self) -> None:
        if not self.instruction.strip() or not self.model or self.batch < 1 or self.max_tokens < 1:
            raise RecipeError(
                "This question cannot be asked.", where=f"semantic {self.kind} by {self.model or 'no model'}",
                why="it needs an instruction, a model, and at least one row a prompt",
                fix='semantic.Filter("...", model="openai/gpt-4o-mini")',
            )  # fmt: skip

    def alone(self) -> bool:
        """Whether a prompt of one row is answered by one word of the menu."""
        return bool(self.labels)

    def request(self, rows: Sequence[Mapping[str, Any]]) -> Request:
        """Return the request that asks this of `rows` together, under the ids 1, 2, ..."""
        purpose, told = f"semantic.{self.kind}/{VERSION}", self.prompt(rows)
        if len(rows) == 1 and self.alone():
            return Request(self.model, told, labels=self.labels, max_tokens=max(8, self.max_tokens), purpose=purpose)
        return Request(self.model, told, schema=answers_schema(self.answer), max_tokens=self.max_tokens * len(rows) + 64, purpose=purpose)

    def prompt(self, rows: Sequence[Mapping[str, Any]]) -> Messages:
        """Return the messages that show `rows`; of none, what prompts of one row have in common."""
        shown = (*context(self.context), block("rows", rows))
        if len(rows) < 2 and self.alone():
            return messages(self.kind, self.instruction, *shown, form="label", labels=self.labels)
        return messages(self.kind, self.instruction, *shown)


def answers_schema(answer: str) -> str:
    """Return the JSON Schema of a prompt's answers, where `answer` is that of one row's.

    >>> json.loads(answers_schema('{"type":"boolean"}'))["properties"]["answers"]["items"]["required"]
    ['id', 'answer']
    """
    item = _object({"id": {"type": "integer"}, "answer": json.loads(answer)})
    return canonical(_object({"answers": {"type": "array", "items": item}}))


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def require(batch: pa.RecordBatch, columns: Iterable[str], where: str) -> None:
    """Raise CorpusError for the first of `columns` that `batch` lacks."""
    for name in columns:
        if name not in batch.schema.names:
            raise CorpusError.no_column(name, batch.schema.names, where, f'column="{batch.schema.names[-1]}"')


def slug(instruction: str) -> str:
    """Return the name of a column for what an instruction asks: its first words.

    >>> slug("Does the review praise the film?")
    'does_the_review_praise_the_film'
    """
    return "_".join(re.findall(r"\w+", instruction.lower())[:7])[:48] or "answer"
