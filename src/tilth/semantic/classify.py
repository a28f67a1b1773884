"""Give every row one of a few labels."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.errors import RecipeError
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.question import Fields, Question


@dataclass(frozen=True)
class Classify(Asked):
    """Have a model give every row one of `labels`, into the column `name`; null, with the reason beside it, where it gave none of them.

    With `batch=1` the answer is one word, and `{name}_answer.score` its probability where the server tells it.

    Raises RecipeError for fewer than two labels, or two that are equal.

    >>> Classify("What is the mood?", ("glad", "sad"), model="openai/gpt-4o-mini").column
    'what_is_the_mood'
    """

    instruction: str
    labels: tuple[str, ...]
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = ""
    batch: int = 8
    fields: Fields = "given"

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels) or len(self.labels) < 2:
            raise RecipeError(
                "These are not labels to choose from.", where=repr(self), why="there must be at least two, and no two equal",
                fix='labels=("glad", "sad")',
            )  # fmt: skip
        _ = self.question

    @property
    def question(self) -> Question:
        answer = canonical({"type": "string", "enum": list(self.labels)})
        return Question(
            "classify", self.instruction, self.model, self.columns, answer, self.labels, self.batch, max_tokens=24,
            fields=self.fields,
        )  # fmt: skip
