"""Lines that are no text: rows of symbols, and those that a pattern of the user's own names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.symbol_lines import without_symbol_lines
from tilth.kernels.text_classes import classes
from tilth.op import Op, put

C4_PHRASES = "(?i)javascript|terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"


@dataclass(frozen=True)
class SymbolLines(Op):
    """Remove the lines of `text` that are symbols and spaces and nothing else, or put the line `instead` in the place of each run of them.

    Lines of white space stay; all line breaks become newlines and one at the end is lost, as there.
    Source: datatrove's SymbolLinesFormatter; the symbols are its PUNCTUATION_SET.

    >>> SymbolLines().apply(pa.record_batch({"text": ["Title\\n=====\\n* * *\\nText."]}))["text"].to_pylist()
    ['Title\\nText.']
    """

    instead: str = ""

    def __post_init__(self) -> None:
        if len(self.instead.encode()) > 64:
            raise RecipeError("The line to put there is too long.", where=f"clean.SymbolLines({self.instead!r})", fix="64 bytes at most")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        edited = strings(*without_symbol_lines(*utf8(text), np.frombuffer(self.instead.encode(), np.uint8), classes()))
        return put(batch, "text", _where_valid(text, edited))


@dataclass(frozen=True)
class DropLines(Op):
    """Drop the lines of `text` in which a regular expression matches; `lines_dropped` (int64) counts them. Lines end with a newline.

    The pattern is RE2's, so no text can make it slow. The default is what C4 drops lines for: javascript, policies, cookies.
    Source: Raffel et al. 2020 (C4), section 2.2. Raises RecipeError for a pattern that RE2 refuses.

    >>> step = DropLines("^Share (this|on)")
    >>> step.apply(pa.record_batch({"text": ["Rain is due.\\nShare on X\\nMore rain."]})).to_pylist()
    [{'text': 'Rain is due.\\nMore rain.', 'lines_dropped': 1}]
    """

    pattern: str = C4_PHRASES

    def __post_init__(self) -> None:
        try:
            pc.match_substring_regex(pa.array([""]), pattern=self.pattern)
        except pa.ArrowInvalid as problem:
            fix = "write it in RE2's syntax: no back-references, no look-around"
            raise RecipeError("The pattern cannot be used.", where="clean.DropLines", why=str(problem), fix=fix) from None

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        lines = pc.split_pattern(pc.fill_null(text.cast(pa.large_string()), ""), "\n")
        row = pc.list_parent_indices(lines)
        gone = np.asarray(pc.match_substring_regex(lines.flatten(), pattern=self.pattern))
        dropped = np.bincount(np.asarray(row)[gone], minlength=len(batch)).astype(np.int64)
        counted = put(batch, "lines_dropped", pa.array(dropped, mask=np.asarray(text.is_null())))
        if not gone.any():
            return counted
        ends = np.concatenate(([0], np.cumsum(np.bincount(np.asarray(row)[~gone], minlength=len(batch)))))
        left = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), lines.flatten().filter(pa.array(~gone)))
        return put(counted, "text", _where_valid(text, pc.binary_join(left, pa.scalar("\n", pa.large_string()))))


def _where_valid(before: pa.Array, after: pa.Array) -> pa.Array:
    return pc.if_else(before.is_null(), pa.scalar(None, before.type), after.cast(before.type)) if before.null_count else after
