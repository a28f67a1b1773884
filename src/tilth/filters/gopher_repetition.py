"""Gopher's repetition rules: how much of a page is lines, paragraphs and n-grams of words that came before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tilth.filters import gopher_dclm, gopher_dolma, gopher_nemo
from tilth.filters.in_language import check_language, count, each_language
from tilth.filters.signals import Limit, add, check_variant, filters, ratio
from tilth.kernels.text_counts import (
    GRAMS,
    LINE_REPEAT_CHARS,
    LINE_REPEATS,
    LINES,
    PARAGRAPH_REPEAT_CHARS,
    PARAGRAPH_REPEATS,
    PARAGRAPHS,
    REPETITION,
    TEXT_CHARS,
)
from tilth.op import Op
from tilth.rules import Filter

Limits = tuple[tuple[int, float], ...]
TOP_N_GRAMS: Limits = ((2, 0.20), (3, 0.18), (4, 0.16))
DUP_N_GRAMS: Limits = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))


@dataclass(frozen=True)
class GopherRepetition(Op):
    """Measure repetition: `gopher_chars` (int64) and, as float64 shares, `gopher_dup_{para,line}_frac`, `gopher_dup_{para,line}_char_frac`,
    `gopher_top_{2,3,4}_gram_char_frac`, `gopher_dup_{5...10}_gram_char_frac`; null where there is nothing to divide by.

    The variants "dolma" and "dolma_v2" have no `gopher_chars` and no paragraphs, and 0 where there is nothing to divide by; "nemo" has no
    `gopher_chars`, and 1 for n-grams longer than the text; "dclm" has no `gopher_chars`, and 0 for them.

    "datatrove" knows languages: words are those of `language` as `splitter` finds them (`segment.words`); None takes each row's own, of
    its column `lang`, and null where there is none.

    Source: Rae et al. 2021 (Gopher, arXiv 2112.11446), table A1; variant "datatrove": its GopherRepetitionFilter; "dolma", "dolma_v2":
    its taggers gopher_v1 and gopher_v2; "nemo": NeMo Curator's filters; "dclm": DCLM's. `docs/variants.md` says how they differ.

    >>> batch = GopherRepetition().apply(pa.record_batch({"text": ["one line\\none line\\nanother"]}))
    >>> batch["gopher_dup_line_frac"].to_pylist()
    [0.3333333333333333]
    """

    variant: str = "datatrove"
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


    def in_language(self, name: str) -> GopherRepetition:
        """Return the step for the rows in one language, "" for any."""
        return replace(self, language=name or "en")


def repetition_signals(counts: np.ndarray) -> dict[str, pa.Array]:
    """Return the columns of the variant "datatrove" from a kernel's counts."""
    chars = counts[:, TEXT_CHARS]
    columns = {
        "gopher_chars": pa.array(chars),
        "gopher_dup_para_frac": ratio(counts[:, PARAGRAPH_REPEATS], counts[:, PARAGRAPHS]),
        "gopher_dup_para_char_frac": ratio(counts[:, PARAGRAPH_REPEAT_CHARS], chars),
        "gopher_dup_line_frac": ratio(counts[:, LINE_REPEATS], counts[:, LINES]),
        "gopher_dup_line_char_frac": ratio(counts[:, LINE_REPEAT_CHARS], chars),
    }
    for n in range(2, 11):
        columns[f"gopher_{'top' if n < 5 else 'dup'}_{n}_gram_char_frac"] = ratio(counts[:, GRAMS + n - 2], chars)
    return columns


def _datatrove(step: GopherRepetition, texts: pa.Array) -> dict[str, pa.Array]:
    assert step.language is not None
    return repetition_signals(count(texts, REPETITION, step.language, step.splitter))


VARIANTS: dict[str, Callable[[GopherRepetition, pa.Array], dict[str, pa.Array]]] = {
    "datatrove": _datatrove,
    "dolma": lambda step, texts: gopher_dolma.repetition_signals(texts, merge_breaks=False),
    "dolma_v2": lambda step, texts: gopher_dolma.repetition_signals(texts, merge_breaks=True),
    "nemo": lambda step, texts: gopher_nemo.repetition_signals(texts),
    "dclm": lambda step, texts: gopher_dclm.repetition_signals(texts),
}


def repetition_rules(
    dup_para_frac: Limit = 0.3, dup_para_char_frac: Limit = 0.2, dup_line_frac: Limit = 0.3, dup_line_char_frac: Limit = 0.2,
    top_n_grams: tuple[tuple[int, Limit], ...] = TOP_N_GRAMS, dup_n_grams: tuple[tuple[int, Limit], ...] = DUP_N_GRAMS,
) -> list[Filter]:
    """Return Gopher's repetition rules in datatrove's order, with its names as reasons; None leaves a rule out."""
    return filters([
        ("gopher_chars >", 0, "empty"),
        ("gopher_dup_para_frac <=", dup_para_frac, "dup_para_frac"),
        ("gopher_dup_para_char_frac <=", dup_para_char_frac, "dup_para_char_frac"),
        ("gopher_dup_line_frac <=", dup_line_frac, "dup_line_frac"),
        ("gopher_dup_line_char_frac <=", dup_line_char_frac, "dup_line_char_frac"),
        *((f"gopher_top_{n}_gram_char_frac <=", most, f"top_{n}_gram") for n, most in top_n_grams),
        *((f"gopher_dup_{n}_gram_char_frac <=", most, f"duplicated_{n}_n_grams") for n, most in dup_n_grams),
    ])


RULES: dict[str, Callable[..., list[Filter]]] = {
    "datatrove": repetition_rules, "dolma": gopher_dolma.repetition_rules, "dolma_v2": gopher_dolma.repetition_rules,
    "nemo": gopher_nemo.repetition_rules, "dclm": gopher_dclm.repetition_rules,
}


def gopher_repetition(
    variant: str = "datatrove", dup_para_frac: float | None = 0.3, dup_para_char_frac: float | None = 0.2,
    dup_line_frac: float | None = 0.3, dup_line_char_frac: float | None = 0.2, top_n_grams: Limits = TOP_N_GRAMS,
    dup_n_grams: Limits = DUP_N_GRAMS, language: str = "en", splitter: str = "datatrove",
) -> list[Op]:
    """Return the steps that measure repetition and drop what is above Gopher's limits; None leaves a rule out.

    >>> len(gopher_repetition(dup_para_frac=None))
    14
    """
    step = GopherRepetition(variant, language, splitter)
    rules = RULES[variant](dup_para_frac, dup_para_char_frac, dup_line_frac, dup_line_char_frac, top_n_grams, dup_n_grams)
    return [step, *rules]
