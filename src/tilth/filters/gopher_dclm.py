"""Gopher's rules as DCLM has them: symbols together, bare words where it measures and Unicode's where it looks for n-grams.

Source: DCLM (MIT, commit 361714b), baselines/mappers/filters/content_filters.py and core_utils.py; limits and their order from
baselines/baselines_configs/dclm_baseline_refinedweb.yaml.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.filters.signals import filters, ratio
from tilth.kernels import gopher_dclm, letter_case
from tilth.kernels.arrow import utf8
from tilth.kernels.gopher_dclm import BULLETS, CHARS, ELLIPSES, LETTER_WORDS, LINES, STOPS, SYMBOLS, TOKENS, WORDS
from tilth.kernels.text_classes import classes
from tilth.kernels.uax29 import word_breaks
from tilth.rules import Filter

Limits = tuple[tuple[int, float], ...]
TOP_N_GRAMS: Limits = ((2, 0.20), (3, 0.18), (4, 0.16))
DUP_N_GRAMS: Limits = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
REPETITION = (
    "gopher_dup_line_frac", "gopher_dup_para_frac", "gopher_dup_line_char_frac", "gopher_dup_para_char_frac",
    *(f"gopher_{'top' if n < 5 else 'dup'}_{n}_gram_char_frac" for n in range(2, 11)),
)


def quality_signals(texts: pa.Array, stop_words: tuple[str, ...]) -> dict[str, pa.Array]:
    """Return the columns that stand for DCLM's figures of quality; shares of lines are 0 where there are none.

    >>> quality_signals(pa.array(["The end of it. . ."]), ("the", "of"))["gopher_symbol_ratio"].to_pylist()
    [0.16666666666666666]
    """
    counts = gopher_dclm.quality(*utf8(texts), classes(), letter_case.lower(), gopher_dclm.hashes(stop_words))
    words, lines = counts[:, WORDS], np.maximum(counts[:, LINES], 1)
    return {
        "gopher_words": pa.array(counts[:, TOKENS]),
        "gopher_mean_word_length": ratio(counts[:, CHARS], words),
        "gopher_symbol_ratio": ratio(counts[:, SYMBOLS], words),
        "gopher_bullet_line_ratio": ratio(counts[:, BULLETS], lines),
        "gopher_ellipsis_line_ratio": ratio(counts[:, ELLIPSES], lines),
        "gopher_alpha_word_ratio": ratio(counts[:, LETTER_WORDS], words),
        "gopher_stop_words": pa.array(counts[:, STOPS]),
    }


def repetition_signals(texts: pa.Array) -> dict[str, pa.Array]:
    """Return the columns that stand for DCLM's figures of repetition; 0 where nothing can repeat, null where there is no text.

    >>> repetition_signals(pa.array(["a line\\na line"]))["gopher_dup_line_frac"].to_pylist()
    [1.0]
    """
    figures = gopher_dclm.repetition(*utf8(texts), classes(), word_breaks())
    return {name: pa.array(figures[:, at], from_pandas=True) for at, name in enumerate(REPETITION)}


def quality_rules(
    min_doc_words: int | None = 50, max_doc_words: int | None = 100_000, min_avg_word_length: float | None = 3,
    max_avg_word_length: float | None = 10, max_symbol_word_ratio: float | None = 0.1, max_bullet_lines_ratio: float | None = 0.9,
    max_ellipsis_lines_ratio: float | None = 0.3, min_alpha_words_ratio: float | None = 0.8, min_stop_words: int | None = 2,
) -> list[Filter]:
    """Return Gopher's quality rules in DCLM's order, with its functions' names as reasons; None leaves a rule out.

    The limit of symbols holds for hashes and ellipses together; that of letters is DCLM's 0.2 of words without one.
    """
    return filters([
        ("gopher_words >=", min_doc_words, "page_length_filter"),
        ("gopher_words <=", max_doc_words, "page_length_filter"),
        ("gopher_mean_word_length >=", min_avg_word_length, "word_length_filter"),
        ("gopher_mean_word_length <=", max_avg_word_length, "word_length_filter"),
        ("gopher_symbol_ratio <=", max_symbol_word_ratio, "symbol_ratio_filter"),
        ("gopher_bullet_line_ratio <=", max_bullet_lines_ratio, "bullet_count_filter"),
        ("gopher_ellipsis_line_ratio <=", max_ellipsis_lines_ratio, "ellipsis_count_filter"),
        ("gopher_alpha_word_ratio >=", min_alpha_words_ratio, "alphabetic_word_ratio_filter"),
        ("gopher_stop_words >=", min_stop_words, "stop_word_filter"),
    ])


def repetition_rules(
    dup_para_frac: float | None = 0.3, dup_para_char_frac: float | None = 0.2, dup_line_frac: float | None = 0.3,
    dup_line_char_frac: float | None = 0.2, top_n_grams: Limits = TOP_N_GRAMS, dup_n_grams: Limits = DUP_N_GRAMS,
) -> list[Filter]:
    """Return Gopher's repetition rules in the order of DCLM's `massive_web_repetition_filters`; None leaves a rule out."""
    return filters([
        ("gopher_dup_line_frac <=", dup_line_frac, "repeated_lines"),
        ("gopher_dup_para_frac <=", dup_para_frac, "repeated_paragraphs"),
        ("gopher_dup_line_char_frac <=", dup_line_char_frac, "repeated_line_characters"),
        ("gopher_dup_para_char_frac <=", dup_para_char_frac, "repeated_paragraph_characters"),
        *((f"gopher_top_{n}_gram_char_frac <=", most, f"most_common_{n}_gram") for n, most in top_n_grams),
        *((f"gopher_dup_{n}_gram_char_frac <=", most, f"repeated_{n}_grams") for n, most in dup_n_grams),
    ])
