"""Grade every row on a scale."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.errors import RecipeError
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.question import Fields, Question


@dataclass(frozen=True)
class Score(Asked):
    """Have a model grade every row with a whole number from `low` to `high`, into the column `name` (int64).

    Say in the instruction what the ends of the scale mean. A number outside it is no answer.

    Raises RecipeError where the scale has less than two steps.

    Source: graded by a model from 0 to 5, FineWeb-Edu (Penedo et al., NeurIPS 2024), section 4.

    >>> Score("How useful is this page to learn from? 0: not at all. 5: a textbook.", model="openai/gpt-4o-mini", name="edu").question.kind
    'score'
    """

    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = ""
    low: int = 0
    high: int = 5
    batch: int = 8
    fields: Fields = "given"

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise RecipeError("This is no scale.", where=repr(self), why="high must be above low", fix="low=0, high=5")
        _ = self.question

    @property
    def question(self) -> Question:
        answer = canonical({"type": "integer", "minimum": self.low, "maximum": self.high})
        return Question(
            "score", self.instruction, self.model, self.columns, answer, batch=self.batch, max_tokens=16,
            fields=self.fields,
        )  # fmt: skip
