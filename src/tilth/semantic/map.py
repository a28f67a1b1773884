"""Write something new about every row."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.question import Fields, Question


@dataclass(frozen=True)
class Map(Asked):
    """Have a model write a text about every row, into the column `name`; null, with the reason beside it, where it did not.

    `max_tokens` bounds one row's text; a text that would be longer is no answer ("truncated"), never a cut one.

    Source: sem_map of LOTUS (Patel et al., VLDB 2025).

    >>> Map("Say in one sentence what this is about.", model="openai/gpt-4o-mini", name="summary").reads
    ('text',)
    """

    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = ""
    batch: int = 4
    max_tokens: int = 256
    fields: Fields = "given"

    def __post_init__(self) -> None:
        _ = self.question

    @property
    def question(self) -> Question:
        return Question(
            "map", self.instruction, self.model, self.columns, batch=self.batch, max_tokens=self.max_tokens, fields=self.fields
        )
