"""NeMo Curator's chain of heuristics for English pages, and the shares of characters that it measures beside Gopher's and C4's figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.filters import c4_nemo, gopher_nemo
from tilth.filters.c4 import C4
from tilth.filters.gopher_quality import GOPHER_STOP_WORDS, GopherQuality
from tilth.filters.gopher_repetition import DUP_N_GRAMS, TOP_N_GRAMS, GopherRepetition
from tilth.filters.signals import add, filters
from tilth.kernels import nemo as kernels
from tilth.kernels.arrow import utf8
from tilth.op import Op
from tilth.rules import Filter


@dataclass(frozen=True)
class CharacterRatios(Op):
    """Measure kinds of characters, as float64 shares of all: `char_other_ratio` (all but ASCII letters and digits, newlines, ? ! , .),
    `char_digit_ratio` (0-9), `char_url_ratio` (in http and https URLs), `char_white_space_ratio` (spaces, tabs, newlines, returns,
    backspaces) and `char_bracket_ratio` (round, square, curly and U+27E8, U+27E9). An empty text has 1 everywhere.

    Source: NeMo Curator 1.4.0 (Apache-2.0), stages/text/filters/heuristic/string.py.

    >>> batch = CharacterRatios().apply(pa.record_batch({"text": ["see (12)"]}))
    >>> batch["char_digit_ratio"].to_pylist(), batch["char_bracket_ratio"].to_pylist()
    ([0.25], [0.25])
    """

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        counts = kernels.characters(*utf8(batch["text"]))
        chars = counts[:, kernels.CHARS]
        parts = {
            "other": chars - counts[:, kernels.PLAIN], "digit": counts[:, kernels.DIGITS], "url": counts[:, kernels.URL_CHARS],
            "white_space": counts[:, kernels.BLANKS], "bracket": counts[:, kernels.BRACKETS],
        }
        shares = {f"char_{name}_ratio": np.where(chars > 0, part / np.maximum(chars, 1), 1.0) for name, part in parts.items()}
        return add(batch, {name: pa.array(share) for name, share in shares.items()})


def nemo(
    max_other_ratio: float | None = 0.25, max_digit_ratio: float | None = 0.15, max_url_ratio: float | None = 0.2,
    max_white_space_ratio: float | None = 0.25, max_bracket_ratio: float | None = 0.1, stop_words: tuple[str, ...] = GOPHER_STOP_WORDS,
) -> list[Op]:
    """Return the steps that measure and drop as NeMo Curator's English pipeline does, in its order; None leaves a rule out.

    Source: NeMo Curator 1.4.0 (Apache-2.0), config/text/heuristic_filter_english_pipeline.yaml.

    >>> len(nemo()), nemo()[4]
    (34, Filter(rule='char_other_ratio <= 0.25', reason='alpha_numeric'))
    """
    characters = filters([
        ("char_other_ratio <=", max_other_ratio, "alpha_numeric"),
        ("char_digit_ratio <=", max_digit_ratio, "numbers_ratio"),
        ("char_url_ratio <=", max_url_ratio, "urls_ratio"),
        ("char_white_space_ratio <=", max_white_space_ratio, "white_space"),
        ("char_bracket_ratio <=", max_bracket_ratio, "parentheses_ratio"),
    ])
    repetition = gopher_nemo.repetition_rules(top_n_grams=TOP_N_GRAMS, dup_n_grams=DUP_N_GRAMS)
    rules = sorted([*characters, *gopher_nemo.quality_rules(), *repetition, *c4_nemo.rules()], key=_place)
    return [GopherRepetition("nemo"), GopherQuality("nemo", tuple(stop_words)), C4("nemo"), CharacterRatios(), *rules]


_ORDER = (
    "alpha_numeric", "symbol_to_word", "numbers_ratio", "urls_ratio", "white_space", "parentheses_ratio", "boilerplate_string_ratio",
    "repeated_lines", "repeated_paragraphs", "repeated_lines_char", "repeated_paragraphs_char", "word_count", "punctuation",
    "words_without_alphabets", "common_english_words", "mean_word_length", "max_word_length", "ellipsis", "repeating_top_2grams",
    "repeating_top_3grams", "repeating_top_4grams", *(f"repeating_dup_{n}gram" for n in range(5, 11)), "bullet_ratio",
)


def _place(rule: Filter) -> int:
    return _ORDER.index(rule.reason)
