"""A set balanced by language and length: what there is much of gives way to what there is little of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.instruct.turns import Turns
from tilth.op import Op, put
from tilth.select import Mix


def balanced(rows: int, *, language: str = "lang", edges: tuple[int, ...] = (300, 1000, 3000), temperature: float = math.inf) -> list[Any]:
    """Return the steps that draw `rows` conversations, as many of each language and length as there are, up to an equal part of each.

    `temperature` 1 keeps the parts as they are, infinity makes them equal where there is enough; nothing is drawn twice. Which ones are
    drawn goes by a hash of their ids. See `LengthBand` and `select.Mix`.

    >>> [type(step).__name__ for step in balanced(1000)]
    ['Turns', 'LengthBand', 'Mix']
    """
    return [Turns(), LengthBand(language, edges), Mix(temperature=temperature, budget=rows, cap=1, group="length_band", by="rows")]


@dataclass(frozen=True)
class LengthBand(Op):
    """Add `length_band` (large_string): the language of a conversation and how many characters are said in it, as one name.

    `language` is the column of language codes, "" for none; `edges`, ascending, are where one band of characters ends and the next
    begins. Rows without a language count as "unknown". Raises RecipeError on edges that do not ascend, CorpusError without the columns.

    >>> rows = {"lang": ["en", None], "turns_prompt_chars": [40, 40], "turns_answer_chars": [90, 9000]}
    >>> LengthBand(edges=(100, 1000)).apply(pa.record_batch(rows))["length_band"].to_pylist()
    ['en 100-999', 'unknown 1000-']
    """

    language: str = "lang"
    edges: tuple[int, ...] = (300, 1000, 3000)

    def __post_init__(self) -> None:
        if not self.edges or any(a >= b for a, b in zip((0, *self.edges), self.edges, strict=False)):
            raise RecipeError("Bands need edges that ascend from above 0.", where=repr(self), fix="edges=(300, 1000, 3000)")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("turns_prompt_chars", "turns_answer_chars", *([self.language] if self.language else []))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        for name in self.reads:
            if name not in batch.schema.names:
                fix = "put instruct.Turns() and filters.Language() before this step"
                raise CorpusError.no_column(name, batch.schema.names, repr(self), fix)
        chars = pc.add(batch["turns_prompt_chars"], batch["turns_answer_chars"])
        band = np.searchsorted(np.array(self.edges), np.asarray(pc.fill_null(chars, 0)), side="right")
        ends = (*(str(edge - 1) for edge in self.edges), "")
        names = pa.array([f"{a}-{b}" for a, b in zip((0, *self.edges), ends, strict=True)], pa.large_string()).take(pa.array(band))
        if self.language:
            language = pc.fill_null(batch[self.language].cast(pa.large_string()), "unknown")
            names = pc.binary_join_element_wise(language, names, pa.scalar(" ", pa.large_string()))
        return put(batch, "length_band", names)
