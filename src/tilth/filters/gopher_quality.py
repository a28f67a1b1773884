"""Gopher's quality rules: how long a page and its words are, and how much of it is marks, bullets and words that carry a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.filters import gopher_dclm, gopher_dolma, gopher_nemo
from tilth.filters.in_language import check_language, count, each_language
from tilth.filters.parameters import parameters
from tilth.filters.signals import Limit, add, check_variant, filters, ratio
from tilth.kernels.text_counts import (
    BULLETS,
    DOTS,
    DOTTED_ENDS,
    HASHES,
    LETTER_WORDS,
    PROPER_CHARS,
    PROPER_WORDS,
    QUALITY,
    SPLIT_LINES,
    STOP_WORDS,
    WORDS,
)
from tilth.op import Op
from tilth.rules import Filter

GOPHER_STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")


@dataclass(frozen=True)
class GopherQuality(Op):
    """Measure quality: `gopher_words` (int64, those that are not only marks), `gopher_mean_word_length` (code points), `gopher_hash_ratio`
    and `gopher_ellipsis_ratio` (a word), `gopher_bullet_line_ratio`, `gopher_ellipsis_line_ratio`, `gopher_alpha_word_ratio`,
    `gopher_stop_words` (int64, distinct); null where there is nothing to divide by.

    The variants "dolma", "dolma_v2", "nemo" and "dclm" have one `gopher_symbol_ratio` and count every stop word; the first two have
    `gopher_median_word_length`, the last two have lines that are not blank.

    "datatrove" knows languages: words are those of `language` as `splitter` finds them (`segment.words`); None takes each row's own, of
    its column `lang`, with the stop words that `parameters` (see `fineweb2_parameters`) have for it; null for languages that they lack.

    Source: Rae et al. 2021 (Gopher, arXiv 2112.11446), appendix A1.1; variant "datatrove": its GopherQualityFilter; "dolma", "dolma_v2":
    its taggers gopher_v1 and gopher_v2; "nemo": NeMo Curator's filters; "dclm": DCLM's. `docs/variants.md` says how they differ.

    >>> batch = GopherQuality().apply(pa.record_batch({"text": ["The end of the road."]}))
    >>> batch.to_pylist()[0]["gopher_words"], batch.to_pylist()[0]["gopher_stop_words"]
    (5, 2)
    """

    variant: str = "datatrove"
    stop_words: tuple[str, ...] = GOPHER_STOP_WORDS
    language: str | None = "en"
    splitter: str = "datatrove"
    parameters: bytes = b""

    def __post_init__(self) -> None:
        check_variant(self, self.variant, VARIANTS)
        check_language(self)
        if (self.language is None) != bool(self.parameters):
            raise RecipeError(
                "Stop words are asked for in every language, or given and not used.", where=repr(self),
                why="`language=None` needs `parameters`, and they serve nothing else", fix="filters.fineweb2(parameters)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text", "lang") if self.language is None else ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.language is None:
            return each_language(batch, self.in_language)
        return add(batch, VARIANTS[self.variant](self, batch["text"]))


    def in_language(self, name: str) -> GopherQuality | None:
        """Return the step for the rows in one language, "" for any; None where `parameters` lack it."""
        known = parameters(self.parameters)
        if name and name not in known:
            return None
        return replace(self, language=name or "en", stop_words=known[name].stop_words if name else (), parameters=b"")


def quality_signals(counts: np.ndarray) -> dict[str, pa.Array]:
    """Return the columns of the variant "datatrove" from a kernel's counts."""
    words, lines = counts[:, WORDS], counts[:, SPLIT_LINES]
    return {
        "gopher_words": pa.array(counts[:, PROPER_WORDS]),
        "gopher_mean_word_length": ratio(counts[:, PROPER_CHARS], counts[:, PROPER_WORDS]),
        "gopher_hash_ratio": ratio(counts[:, HASHES], words),
        "gopher_ellipsis_ratio": ratio(counts[:, DOTS], words),
        "gopher_bullet_line_ratio": ratio(counts[:, BULLETS], lines),
        "gopher_ellipsis_line_ratio": ratio(counts[:, DOTTED_ENDS], lines),
        "gopher_alpha_word_ratio": ratio(counts[:, LETTER_WORDS], words),
        "gopher_stop_words": pa.array(counts[:, STOP_WORDS]),
    }


def _datatrove(step: GopherQuality, texts: pa.Array) -> dict[str, pa.Array]:
    assert step.language is not None
    return quality_signals(count(texts, QUALITY, step.language, step.splitter, stop_words=step.stop_words))


VARIANTS: dict[str, Callable[[GopherQuality, pa.Array], dict[str, pa.Array]]] = {
    "datatrove": _datatrove,
    "dolma": lambda step, texts: gopher_dolma.quality_signals(texts, step.stop_words, merge_breaks=False),
    "dolma_v2": lambda step, texts: gopher_dolma.quality_signals(texts, step.stop_words, merge_breaks=True),
    "nemo": lambda step, texts: gopher_nemo.quality_signals(texts, step.stop_words),
    "dclm": lambda step, texts: gopher_dclm.quality_signals(texts, step.stop_words),
}


def quality_rules(
    min_doc_words: Limit = 50, max_doc_words: Limit = 100_000, min_avg_word_length: Limit = 3, max_avg_word_length: Limit = 10,
    max_symbol_word_ratio: Limit = 0.1, max_bullet_lines_ratio: Limit = 0.9, max_ellipsis_lines_ratio: Limit = 0.3,
    min_alpha_words_ratio: Limit = 0.8, min_stop_words: Limit = 2,
) -> list[Filter]:
    """Return Gopher's quality rules in datatrove's order, with its names as reasons; None leaves a rule out."""
    return filters([
        ("gopher_words >=", min_doc_words, "gopher_short_doc"),
        ("gopher_words <=", max_doc_words, "gopher_long_doc"),
        ("gopher_mean_word_length >=", min_avg_word_length, "gopher_below_avg_threshold"),
        ("gopher_mean_word_length <=", max_avg_word_length, "gopher_above_avg_threshold"),
        ("gopher_hash_ratio <=", max_symbol_word_ratio, "gopher_too_many_hashes"),
        ("gopher_ellipsis_ratio <=", max_symbol_word_ratio, "gopher_too_many_ellipsis"),
        ("gopher_bullet_line_ratio <=", max_bullet_lines_ratio, "gopher_too_many_bullets"),
        ("gopher_ellipsis_line_ratio <=", max_ellipsis_lines_ratio, "gopher_too_many_end_ellipsis"),
        ("gopher_alpha_word_ratio >=", min_alpha_words_ratio, "gopher_below_alpha_threshold"),
        ("gopher_stop_words >=", min_stop_words, "gopher_enough_stop_words"),
    ])


RULES: dict[str, Callable[..., list[Filter]]] = {
    "datatrove": quality_rules, "dolma": gopher_dolma.quality_rules, "dolma_v2": gopher_dolma.quality_rules,
    "nemo": gopher_nemo.quality_rules, "dclm": gopher_dclm.quality_rules,
}


def gopher_quality(
    variant: str = "datatrove", min_doc_words: int | None = 50, max_doc_words: int | None = 100_000, min_avg_word_length: float | None = 3,
    max_avg_word_length: float | None = 10, max_symbol_word_ratio: float | None = 0.1, max_bullet_lines_ratio: float | None = 0.9,
    max_ellipsis_lines_ratio: float | None = 0.3, min_alpha_words_ratio: float | None = 0.8, min_stop_words: int | None = 2,
    stop_words: tuple[str, ...] = GOPHER_STOP_WORDS, language: str = "en", splitter: str = "datatrove",
) -> list[Op]:
    """Return the steps that measure quality and drop what Gopher's thresholds exclude; None leaves a rule out.

    >>> gopher_quality(min_doc_words=20)[1]
    Filter(rule='gopher_words >= 20', reason='gopher_short_doc')
    """
    step = GopherQuality(variant, tuple(stop_words), language, splitter)
    rules = RULES[variant](
        min_doc_words, max_doc_words, min_avg_word_length, max_avg_word_length, max_symbol_word_ratio, max_bullet_lines_ratio,
        max_ellipsis_lines_ratio, min_alpha_words_ratio, min_stop_words,
    )
    return [step, *rules]
