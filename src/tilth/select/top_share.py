"""The best share of a corpus by one signal: the threshold is found exactly, in a few passes over that one column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.op import Fold
from tilth.rules import Filter
from tilth.select.scores import scores

_STATE = pa.schema([("bin", pa.int64()), ("rows", pa.int64()), ("bytes", pa.int64())])
_BITS = 16  # of a float64 a pass: four passes tell any two values apart, and a state has 65,536 rows at most
_TOP = np.uint64(1 << 63)
_MOST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class TopShare(Fold):
    """Learn the threshold that keeps the `share` of rows, or of bytes of text, whose `column` is highest, and finish into that rule.

    What equals the threshold stays too, so that a little more than the share is kept where values tie. Rows whose value is null or NaN
    are not counted, and go. `lowest` keeps the lowest values instead (perplexity). The threshold is that of sorting all values, found by
    counting: a pass looks at the next 16 bits of the numbers that the pass before could not tell from the threshold.

    Raises RecipeError where `share` is no share or `by` neither "rows" nor "bytes", CorpusError where no row has a value, or where
    they are no numbers that float64 tells apart (see `scores`).

    Source: DCLM keeps the top tenth by its classifier (Li et al., 2024, section 4.4); selection by digits is radix selection.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": list("abcdefghij"), "quality": [0.1, 0.9, 0.3, 0.8, 0.2, None, 0.5, 0.4, 0.7, 0.6]})
    >>> kept = evaluate([TopShare("quality", 1 / 3)], rows)
    >>> kept.table["text"].to_pylist(), kept.executed[-1].rule
    (['b', 'd', 'i'], 'quality >= 0.7')
    """

    column: str
    share: float = 0.1
    by: str = "rows"
    lowest: bool = False
    reason: str = ""
    prefix: tuple[int, ...] = ()  # what earlier passes found: the digits of the threshold so far
    above: int = 0  # rows or bytes that they found to be above these digits
    wanted: int = -1  # rows or bytes to keep; known from the first pass on

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.by not in ("rows", "bytes"):
            raise RecipeError(
                "A share is more than 0 and at most 1, of rows or bytes.", where=repr(self),
                fix='select.TopShare("quality", 0.1, by="bytes")',
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column, "text") if self.by == "bytes" else (self.column,)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return, for each value of the next digits, how many rows have it and how many bytes of text these hold."""
        values = scores(batch, self.column, repr(self))
        known = np.asarray(pc.fill_null(pc.invert(pc.is_nan(values)), False))
        numbers = _ordered(values.fill_null(0.0).to_numpy(), self.lowest)
        for place, digit in enumerate(self.prefix):
            known &= _digit(numbers, place) == digit
        found, at = np.unique(_digit(numbers[known], len(self.prefix)), return_inverse=True)
        sizes = np.zeros(0, np.int64)
        if self.by == "bytes":
            sizes = np.asarray(pc.fill_null(pc.binary_length(batch["text"]), 0)).astype(np.int64)[known]
        weights = np.bincount(at, weights=sizes, minlength=len(found)) if self.by == "bytes" else np.zeros(len(found))
        return _state(found, np.bincount(at, minlength=len(found)), weights)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        both = pa.concat_tables([a, b]).group_by("bin").aggregate([("rows", "sum"), ("bytes", "sum")]).sort_by("bin")
        return _state(*(both[name].to_numpy() for name in ("bin", "rows_sum", "bytes_sum")))

    def finish(self, state: pa.Table) -> list[Any]:
        """Return the next pass, or the rule once no two values of the corpus lie in one bin."""
        counts, bins = state[self.by].to_numpy(), state["bin"].to_numpy()
        if not len(state) or not state["rows"].to_numpy().sum():
            raise CorpusError.empty(repr(self), why=f"no row has a value in {self.column!r}")
        wanted = self.wanted if self.wanted >= 0 else max(1, int(np.ceil(counts.sum() * self.share - 1e-9)))
        below = np.cumsum(counts[::-1])  # from the highest bin down
        last = min(int(np.searchsorted(below, wanted - self.above)), len(bins) - 1)
        digits = (*self.prefix, int(bins[::-1][last]))
        if len(digits) * _BITS < 64:
            above = self.above + int(below[last] - counts[::-1][last])
            return [replace(self, prefix=digits, above=above, wanted=wanted)]
        threshold = _value(digits, self.lowest)
        rule = f"{self.column} {'<=' if self.lowest else '>='} {threshold!r}"
        if threshold == (_MOST if self.lowest else -_MOST):
            rule = f"{self.column} == {self.column}"  # whatever has a value, infinities too, for which rules have no name
        return [Filter(rule, self.reason or f"not in the {'lowest' if self.lowest else 'top'} {self.share:.4g} by {self.column}")]


def _state(bins: np.ndarray, rows: np.ndarray, sizes: np.ndarray) -> pa.Table:
    return pa.table([pa.array(each.astype(np.int64)) for each in (bins, rows, sizes)], schema=_STATE)


def _ordered(values: np.ndarray, lowest: bool) -> np.ndarray:
    """uint64[n] that sort as the numbers do, or the other way round; -0.0 is 0.0, an infinity the largest number."""
    bits = (np.clip(values, -_MOST, _MOST) + 0.0).view(np.uint64)
    rising = np.where(bits & _TOP, ~bits, bits | _TOP)
    return ~rising if lowest else rising


def _digit(numbers: np.ndarray, place: int) -> np.ndarray:
    return ((numbers >> np.uint64(64 - _BITS * (place + 1))) & np.uint64((1 << _BITS) - 1)).astype(np.int64)


def _value(digits: tuple[int, ...], lowest: bool) -> float:
    whole = np.uint64(sum(digit << (64 - _BITS * (place + 1)) for place, digit in enumerate(digits)))
    rising = ~whole if lowest else whole
    return float((rising & ~_TOP if rising & _TOP else ~rising).view(np.float64))
