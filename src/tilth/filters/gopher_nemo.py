"""Gopher's rules as NeMo Curator's filters measure and put them: words between white space, lines that are not blank.

Where a text has no words or no lines NeMo Curator divides by zero and its run stops; here the figure is null, and a null fails its rule.

Source: NeMo Curator 1.4.0 (Apache-2.0), stages/text/filters/heuristic/string.py and repetition/repetition.py; names, limits and their
order from config/text/heuristic_filter_english_pipeline.yaml.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.filters.signals import filters
from tilth.kernels import gopher_dolma, gopher_nemo
from tilth.kernels.arrow import utf8
from tilth.kernels.letters import letters
from tilth.rules import Filter

Limits = tuple[tuple[int, float], ...]
REPETITION = (
    "gopher_dup_para_frac", "gopher_dup_para_char_frac", "gopher_dup_line_frac", "gopher_dup_line_char_frac",
    *(f"gopher_{'top' if n < 5 else 'dup'}_{n}_gram_char_frac" for n in range(2, 11)),
)


def quality_signals(texts: pa.Array, stop_words: tuple[str, ...]) -> dict[str, pa.Array]:
    """Return the columns that stand for NeMo Curator's figures of quality.

    >>> quality_signals(pa.array(["the end ... #"]), ("the", "of"))["gopher_symbol_ratio"].to_pylist()
    [0.5]
    """
    longest = max((len(word.encode()) for word in stop_words), default=0)
    figures = gopher_nemo.quality(*utf8(texts), letters(), gopher_dolma.hashes(stop_words), longest)
    columns = _columns(gopher_nemo.QUALITY, figures)
    return columns | {name: columns[name].cast(pa.int64()) for name in ("gopher_words", "gopher_stop_words")}


def repetition_signals(texts: pa.Array) -> dict[str, pa.Array]:
    """Return the columns that stand for NeMo Curator's figures of repetition: shares that repeat, where it has shares that do not.

    >>> repetition_signals(pa.array(["a line\\na line"]))["gopher_dup_line_frac"].to_pylist()
    [0.5]
    """
    return _columns(REPETITION, gopher_nemo.repetition(*utf8(texts), letters()))


def _columns(names: tuple[str, ...], figures: np.ndarray) -> dict[str, pa.Array]:
    return {name: pa.array(figures[:, at], from_pandas=True) for at, name in enumerate(names)}


def quality_rules(
    min_doc_words: int | None = 50, max_doc_words: int | None = 100_000, min_avg_word_length: float | None = 3,
    max_avg_word_length: float | None = 10, max_symbol_word_ratio: float | None = 0.1, max_bullet_lines_ratio: float | None = 0.9,
    max_ellipsis_lines_ratio: float | None = 0.3, min_alpha_words_ratio: float | None = 0.8, min_stop_words: int | None = 2,
) -> list[Filter]:
    """Return Gopher's quality rules in NeMo Curator's order, with its filters' names as reasons; None leaves a rule out.

    The limit of symbols holds for hashes and ellipses together.
    """
    return filters([
        ("gopher_symbol_ratio <=", max_symbol_word_ratio, "symbol_to_word"),
        ("gopher_words >=", min_doc_words, "word_count"),
        ("gopher_words <=", max_doc_words, "word_count"),
        ("gopher_alpha_word_ratio >=", min_alpha_words_ratio, "words_without_alphabets"),
        ("gopher_stop_words >=", min_stop_words, "common_english_words"),
        ("gopher_mean_word_length >=", min_avg_word_length, "mean_word_length"),
        ("gopher_mean_word_length <=", max_avg_word_length, "mean_word_length"),
        ("gopher_ellipsis_line_ratio <=", max_ellipsis_lines_ratio, "ellipsis"),
        ("gopher_bullet_line_ratio <=", max_bullet_lines_ratio, "bullet_ratio"),
    ])


def repetition_rules(
    dup_para_frac: float | None = 0.3, dup_para_char_frac: float | None = 0.2, dup_line_frac: float | None = 0.3,
    dup_line_char_frac: float | None = 0.2, top_n_grams: Limits = (), dup_n_grams: Limits = (),
) -> list[Filter]:
    """Return Gopher's repetition rules in NeMo Curator's order, with its filters' names as reasons; None leaves a rule out."""
    return filters([
        ("gopher_dup_line_frac <=", dup_line_frac, "repeated_lines"),
        ("gopher_dup_para_frac <=", dup_para_frac, "repeated_paragraphs"),
        ("gopher_dup_line_char_frac <=", dup_line_char_frac, "repeated_lines_char"),
        ("gopher_dup_para_char_frac <=", dup_para_char_frac, "repeated_paragraphs_char"),
        *((f"gopher_top_{n}_gram_char_frac <=", most, f"repeating_top_{n}grams") for n, most in top_n_grams),
        *((f"gopher_dup_{n}_gram_char_frac <=", most, f"repeating_dup_{n}gram") for n, most in dup_n_grams),
    ])
