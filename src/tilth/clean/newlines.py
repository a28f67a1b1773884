"""Runs of newlines shortened."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tilth.clean.edited import with_edited
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.page_edits import limit_newlines
from tilth.op import Op


@dataclass(frozen=True)
class LimitNewlines(Op):
    """Keep at most `most` newlines in a row in `text`, and all else as it is.

    Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), section 3.1; DCLM's `newline_removal_modifier`.

    >>> LimitNewlines().apply(pa.record_batch({"text": ["one\\n\\n\\n\\ntwo"]}))["text"].to_pylist()
    ['one\\n\\ntwo']
    """

    most: int = 2

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return with_edited(batch, strings(*limit_newlines(*utf8(batch["text"]), self.most)))
