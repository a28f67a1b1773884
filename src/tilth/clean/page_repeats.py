"""What a page says twice, said once."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tilth.clean.edited import with_edited
from tilth.errors import RecipeError
from tilth.kernels import letter_case
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.page_edits import drop_repeats
from tilth.kernels.text_classes import classes
from tilth.op import Op

_NEWLINES = {"line": 1, "paragraph": 2}


@dataclass(frozen=True)
class PageRepeats(Op):
    """Drop lines of `text`, or paragraphs (between two newlines), that the same page has had before; empty ones stay.

    `normalise`: capitals and white space around it do not make a line another one. Lines are compared by 64-bit hashes.

    Source: DCLM (MIT, commit 361714b), baselines/mappers/modifiers.py, `within_page_dedup`.

    >>> PageRepeats().apply(pa.record_batch({"text": ["Home\\nA story.\\nHOME"]}))["text"].to_pylist()
    ['Home\\nA story.']
    """

    unit: str = "line"
    normalise: bool = True

    def __post_init__(self) -> None:
        if self.unit not in _NEWLINES:
            raise RecipeError(
                f"There is no unit {self.unit!r}.", where=repr(self), why=f"PageRepeats knows: {', '.join(map(repr, _NEWLINES))}",
                fix="PageRepeats(unit='line')",
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        kept = drop_repeats(*utf8(batch["text"]), classes(), letter_case.lower(), _NEWLINES[self.unit], self.normalise)
        return with_edited(batch, strings(*kept))
