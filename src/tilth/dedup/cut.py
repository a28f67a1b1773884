"""Spans that another step found in a text, cut out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.clean.splice import splice
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.spans import BOUNDARIES, align, count_words
from tilth.kernels.units import kinds
from tilth.op import Op, mark, put

SPANS = "repeated_spans"
SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("of", pa.uint64())])


@dataclass(frozen=True)
class CutSpans(Op):
    """Cut the spans of the column `repeated_spans` out of `text`, and drop what keeps fewer than `least` words of a text that was cut.

    A span is cut back to whole characters as readers see them (no combining mark, joined emoji or CRLF is parted), to whole words or to
    whole lines, by `boundary`; with `widen` it grows to them instead, and so takes what did not repeat. With words, what parts two of
    them stays, so that they do not become one. Texts without spans stay as they are, however short. `drop_of` is the row that the
    longest span of a dropped text names. Raises RecipeError on a boundary that there is not.

    Source: cutting, Lee et al. 2022, 4.1; dropping what is left short, as datatrove's `ExactSubstr` stage does (fewer than 50 words).

    >>> spans = pa.array([[{"start": 2, "end": 6, "of": 7}]], pa.large_list(SPAN))
    >>> batch = pa.record_batch({"text": pa.array(["a cat, a dog"], pa.large_string()), "repeated_spans": spans})
    >>> CutSpans(least=0).apply(batch)["text"].to_pylist(), CutSpans().apply(batch)["drop_of"].to_pylist()
    (['a  a dog'], [7])
    """

    version: ClassVar[int] = 2

    boundary: str = "character"
    widen: bool = False
    least: int = 50

    def __post_init__(self) -> None:
        if self.boundary not in BOUNDARIES:
            raise RecipeError(
                f"There is no boundary {self.boundary!r}.", where=repr(self), why=f"spans can be cut at {', '.join(BOUNDARIES)}",
                fix='CutSpans(boundary="character")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text", SPANS)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        row, start, end, of = _flat(batch[SPANS])
        offsets, data = utf8(batch["text"])
        cuts = align(offsets, data, kinds(), row, start, end, BOUNDARIES.index(self.boundary), self.widen)
        text = splice(batch["text"], cuts, [""] * len(cuts))
        if not len(cuts):
            return mark(batch, pa.array(np.zeros(len(batch), bool)), "", pa.nulls(len(batch), pa.uint64()))
        cut = np.zeros(len(batch), bool)
        cut[cuts[:, 0]] = True
        short = cut & (count_words(*utf8(text), kinds(), cut) < self.least)
        reason = f"repeated spans leave under {self.least} words" if self.least > 1 else "nothing but repeated spans"
        return mark(put(batch, "text", text), pa.array(short), reason, _longest(len(batch), row, end - start, of))


def _flat(spans: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the row in the batch, start, end and `of` of each span, sorted by row and start."""
    values = spans.flatten()
    row = np.asarray(pc.list_parent_indices(spans))
    start, end, of = (np.asarray(values.field(name)) for name in ("start", "end", "of"))
    order = np.lexsort((start, row))
    return row[order], start[order], end[order], of[order]


def _longest(rows: int, row: np.ndarray, size: np.ndarray, of: np.ndarray) -> pa.Array:
    """Return what the longest span of each row names, null where it has none; of equally long ones the first."""
    order = np.lexsort((-np.arange(len(row)), size, row))
    found, some = np.zeros(rows, np.uint64), np.zeros(rows, bool)
    found[row[order]], some[row[order]] = of[order], True
    return pa.array(found, mask=~some)
