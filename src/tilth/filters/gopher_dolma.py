"""Gopher's rules as dolma's taggers gopher_v1 and gopher_v2 measure them, and as its released mixers put them.

Words lie between white space; every copy of what repeats counts, and the ratios are rounded to five places. gopher_v1 takes every empty
line for a line, so prose with blank lines repeats itself; gopher_v2 takes runs of newlines for one.

Source: dolma 1.2.1 (Apache-2.0), taggers/gopher.py, and configs/dolma-v1_6/mixing/cc-head.yaml of its repository.
"""

from __future__ import annotations

import pyarrow as pa

from tilth.filters.signals import filters
from tilth.kernels import gopher_dolma
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes
from tilth.rules import Filter

Limits = tuple[tuple[int, float], ...]
PLACES = 5


def quality_signals(texts: pa.Array, stop_words: tuple[str, ...], merge_breaks: bool) -> dict[str, pa.Array]:
    """Return the columns that stand for dolma's figures of quality; `merge_breaks` is gopher_v2.

    >>> quality_signals(pa.array(["the end of it"]), ("the", "of"), False)["gopher_median_word_length"].to_pylist()
    [2.5]
    """
    figures = gopher_dolma.quality(*utf8(texts), classes(), gopher_dolma.hashes(stop_words), merge_breaks).round(PLACES)
    columns = {name: pa.array(figures[:, at]) for at, name in enumerate(gopher_dolma.QUALITY)}
    return columns | {name: columns[name].cast(pa.int64()) for name in ("gopher_words", "gopher_stop_words")}


def repetition_signals(texts: pa.Array, merge_breaks: bool) -> dict[str, pa.Array]:
    """Return the columns that stand for dolma's figures of repetition; 0 where a text has too few words for an n-gram.

    >>> repetition_signals(pa.array(["a line\\na line"]), True)["gopher_dup_line_frac"].to_pylist()
    [1.0]
    """
    figures = gopher_dolma.repetition(*utf8(texts), classes(), merge_breaks).round(PLACES)
    return {name: pa.array(figures[:, at]) for at, name in enumerate(gopher_dolma.REPETITION)}


def quality_rules(
    min_doc_words: int | None = 50, max_doc_words: int | None = 100_000, min_avg_word_length: float | None = 3,
    max_avg_word_length: float | None = 10, max_symbol_word_ratio: float | None = 0.1, max_bullet_lines_ratio: float | None = 0.9,
    max_ellipsis_lines_ratio: float | None = 0.3, min_alpha_words_ratio: float | None = 0.8, min_stop_words: int | None = 2,
) -> list[Filter]:
    """Return Gopher's quality rules in the order of dolma's mixers, with its attributes as reasons; None leaves a rule out.

    The limits of word length hold for the median, that of symbols for hashes and ellipses together.
    """
    return filters([
        ("gopher_words >=", min_doc_words, "word_count_low"),
        ("gopher_words <=", max_doc_words, "word_count_high"),
        ("gopher_median_word_length >=", min_avg_word_length, "median_word_length_low"),
        ("gopher_median_word_length <=", max_avg_word_length, "median_word_length_high"),
        ("gopher_symbol_ratio <=", max_symbol_word_ratio, "symbol_to_word_ratio"),
        ("gopher_alpha_word_ratio >=", min_alpha_words_ratio, "fraction_of_words_with_alpha_character"),
        ("gopher_stop_words >=", min_stop_words, "required_word_count"),
        ("gopher_bullet_line_ratio <=", max_bullet_lines_ratio, "fraction_of_lines_starting_with_bullet_point"),
        ("gopher_ellipsis_line_ratio <=", max_ellipsis_lines_ratio, "fraction_of_lines_ending_with_ellipsis"),
    ])


def repetition_rules(
    dup_para_frac: float | None = None, dup_para_char_frac: float | None = None, dup_line_frac: float | None = 0.3,
    dup_line_char_frac: float | None = 0.2, top_n_grams: Limits = (), dup_n_grams: Limits = (),
) -> list[Filter]:
    """Return Gopher's repetition rules in the order of dolma's mixers, with its attributes as reasons; None leaves a rule out.

    dolma measures no paragraphs: the first two limits are there for the sake of the other variants, and nothing is held against them.
    """
    return filters([
        ("gopher_dup_line_frac <=", dup_line_frac, "fraction_of_duplicate_lines"),
        ("gopher_dup_line_char_frac <=", dup_line_char_frac, "fraction_of_characters_in_duplicate_lines"),
        *((f"gopher_top_{n}_gram_char_frac <=", most, f"fraction_of_characters_in_most_common_{n}grams") for n, most in top_n_grams),
        *((f"gopher_dup_{n}_gram_char_frac <=", most, f"fraction_of_characters_in_duplicate_{n}grams") for n, most in dup_n_grams),
    ])
