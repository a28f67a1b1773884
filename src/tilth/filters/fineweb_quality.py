"""FineWeb's own rules: a page must have lines that end like sentences, not too many short or repeated ones, and not be a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tilth.filters.in_language import check_language, count, each_language
from tilth.filters.signals import Limit, add, check_variant, filters, ratio
from tilth.kernels.text_counts import COPIED_CHARS, FINEWEB, FINEWEB_WORDS, FULL_LINES, LINE_CHARS, NEWLINES, SHORT_LINES, TERMINAL_ENDS
from tilth.op import Op
from tilth.rules import Filter


@dataclass(frozen=True)
class FineWebQuality(Op):
    """Measure lines: `fineweb_lines` (int64, not blank), `fineweb_line_punct_ratio` (end in a terminal mark), `fineweb_short_line_ratio`
    (at most `short_line_length` code points), `fineweb_char_dup_ratio` (code points in second and later copies of a line),
    `fineweb_list_ratio` (newlines a word); null where there is nothing to divide by.

    Words are those of `language` as `splitter` finds them (`segment.words`); None takes each row's own, of its column `lang`, and null
    where there is none.

    Source: Penedo et al. 2024 (FineWeb, arXiv 2406.17557), section 3.6; variant "datatrove": its FineWebQualityFilter.

    >>> FineWebQuality().apply(pa.record_batch({"text": ["A sentence.\\n\\nNo end"]}))["fineweb_line_punct_ratio"].to_pylist()
    [0.5]
    """

    variant: str = "datatrove"
    short_line_length: int = 30
    language: str | None = "en"
    splitter: str = "datatrove"

    def __post_init__(self) -> None:
        check_variant(self, self.variant, VARIANTS)
        check_language(self)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text", "lang") if self.language is None else ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.language is None:
            return each_language(batch, self.in_language)
        return add(batch, VARIANTS[self.variant](self, batch["text"]))


    def in_language(self, name: str) -> FineWebQuality:
        """Return the step for the rows in one language, "" for any."""
        return replace(self, language=name or "en")


def fineweb_signals(counts: np.ndarray) -> dict[str, pa.Array]:
    """Return the columns of the variant "datatrove" from a kernel's counts."""
    lines = counts[:, FULL_LINES]
    return {
        "fineweb_lines": pa.array(lines),
        "fineweb_line_punct_ratio": ratio(counts[:, TERMINAL_ENDS], lines),
        "fineweb_short_line_ratio": ratio(counts[:, SHORT_LINES], lines),
        "fineweb_char_dup_ratio": ratio(counts[:, COPIED_CHARS], counts[:, LINE_CHARS]),
        "fineweb_list_ratio": ratio(counts[:, NEWLINES], counts[:, FINEWEB_WORDS]),
    }


def _datatrove(step: FineWebQuality, texts: pa.Array) -> dict[str, pa.Array]:
    assert step.language is not None
    return fineweb_signals(count(texts, FINEWEB, step.language, step.splitter, short_line=step.short_line_length))


VARIANTS: dict[str, Callable[[FineWebQuality, pa.Array], dict[str, pa.Array]]] = {"datatrove": _datatrove}


def fineweb_rules(
    line_punct_thr: Limit = 0.12, line_punct_exclude_zero: bool = False, short_line_thr: Limit = 0.67,
    char_duplicates_ratio: Limit = 0.01, new_line_ratio: Limit = 0.3,
) -> list[Filter]:
    """Return FineWeb's own rules in datatrove's order, with its names as reasons; None leaves a rule out."""
    zero = "fineweb_line_punct_ratio == 0 or " if line_punct_exclude_zero else ""
    return filters([
        ("fineweb_lines >", 0, "empty"),
        (f"{zero}fineweb_line_punct_ratio >=", line_punct_thr, "line_punct_ratio"),
        ("fineweb_short_line_ratio <=", short_line_thr, "short_line_ratio"),
        ("fineweb_char_dup_ratio <=", char_duplicates_ratio, "char_dup_ratio"),
        ("fineweb_list_ratio <=", new_line_ratio, "list_ratio"),
    ])


def fineweb_quality(
    variant: str = "datatrove", line_punct_thr: float | None = 0.12, line_punct_exclude_zero: bool = False,
    short_line_thr: float | None = 0.67, short_line_length: int = 30, char_duplicates_ratio: float | None = 0.01,
    new_line_ratio: float | None = 0.3, language: str = "en", splitter: str = "datatrove",
) -> list[Op]:
    """Return the steps that measure lines and drop what FineWeb's own thresholds exclude; None leaves a rule out.

    >>> fineweb_quality(new_line_ratio=None)[-1]
    Filter(rule='fineweb_char_dup_ratio <= 0.01', reason='char_dup_ratio')
    """
    rules = fineweb_rules(line_punct_thr, line_punct_exclude_zero, short_line_thr, char_duplicates_ratio, new_line_ratio)
    return [FineWebQuality(variant, short_line_length, language, splitter), *rules]
