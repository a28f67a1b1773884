"""Keep the rows that a model says yes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from tilth.op import fail, mark
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.question import Fields, Question


@dataclass(frozen=True)
class Filter(Asked):
    """Ask a yes-or-no question of every row and drop those with a no; the column `name` is a boolean.

    `columns` are what the model is shown. A row without an answer is quarantined with the reason, kept with a null, or dropped, as
    `unanswered` says; it never counts as a yes or a no. With `batch=1` every row has a prompt of its own, answered by one word whose
    probability is `{name}_answer.score`.

    Source: sem_filter of LOTUS (Patel et al., VLDB 2025); rows that share a prompt, FlockMTL (Dorbani et al., VLDB 2025).

    >>> Filter("Does the review praise the film?", model="openai/gpt-4o-mini").column
    'does_the_review_praise_the_film'
    """

    instruction: str
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = ""
    batch: int = 8
    unanswered: Literal["quarantine", "keep", "drop"] = "quarantine"
    fields: Fields = "given"

    def __post_init__(self) -> None:
        _ = self.question

    @property
    def question(self) -> Question:
        return Question(
            "filter", self.instruction, self.model, self.columns, answer='{"type":"boolean"}', labels=("yes", "no"), batch=self.batch,
            max_tokens=16, fields=self.fields,
        )  # fmt: skip

    def settle(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        said = batch[self.column]
        gone = mark(batch, pc.invert(said), f"no: {self.instruction}")
        if self.unanswered == "drop":
            return mark(gone, pc.is_null(said), f"no answer: {self.instruction}")
        return fail(gone, pc.is_null(said), unanswered(batch, self.column)) if self.unanswered == "quarantine" else gone


def unanswered(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Return, as large_string, why each row has no answer in the column `name`: its status and the reason."""
    told, colon = batch[f"{name}_answer"], pa.scalar(": ", pa.large_string())
    return pc.binary_join_element_wise(pc.struct_field(told, "status"), pc.struct_field(told, "reason"), colon)
