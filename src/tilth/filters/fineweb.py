"""FineWeb's chain of rules: Gopher repetition, Gopher quality, C4, then its own, as datatrove's example script has it."""

from __future__ import annotations

from tilth.filters.c4 import C4, c4_rules
from tilth.filters.fineweb_quality import FineWebQuality, fineweb_rules
from tilth.filters.gopher_quality import GOPHER_STOP_WORDS, GopherQuality, quality_rules
from tilth.filters.gopher_repetition import DUP_N_GRAMS, TOP_N_GRAMS, GopherRepetition, Limits, repetition_rules
from tilth.filters.measure import Measure
from tilth.op import Op


def fineweb(
    *,
    dup_para_frac: float | None = 0.3,
    dup_para_char_frac: float | None = 0.2,
    dup_line_frac: float | None = 0.3,
    dup_line_char_frac: float | None = 0.2,
    top_n_grams: Limits = TOP_N_GRAMS,
    dup_n_grams: Limits = DUP_N_GRAMS,
    min_doc_words: int | None = 50,
    max_doc_words: int | None = 100_000,
    min_avg_word_length: float | None = 3,
    max_avg_word_length: float | None = 10,
    max_symbol_word_ratio: float | None = 0.1,
    max_bullet_lines_ratio: float | None = 0.9,
    max_ellipsis_lines_ratio: float | None = 0.3,
    min_alpha_words_ratio: float | None = 0.8,
    min_stop_words: int | None = 2,
    stop_words: tuple[str, ...] = GOPHER_STOP_WORDS,
    filter_no_terminal_punct: bool = False,
    min_num_sentences: int | None = 5,
    line_punct_thr: float | None = 0.12,
    line_punct_exclude_zero: bool = False,
    short_line_thr: float | None = 0.67,
    short_line_length: int = 30,
    char_duplicates_ratio: float | None = 0.01,
    new_line_ratio: float | None = 0.3,
) -> list[Op]:
    """Return the steps of FineWeb's quality rules: all signals in one pass over the text, then the rules in datatrove's order.

    Thresholds and reasons bear datatrove's names; None leaves a rule out. FineWeb's paper has 0.1 for `char_duplicates_ratio`, its script
    runs with 0.01.

    Source: Penedo et al. 2024 (FineWeb, arXiv 2406.17557) and datatrove's examples/fineweb.py.

    >>> [type(step).__name__ for step in fineweb()][:2], len(fineweb())
    (['Measure', 'Filter'], 33)
    """
    steps = (
        GopherRepetition(),
        GopherQuality(stop_words=tuple(stop_words)),
        C4(filter_no_terminal_punct=filter_no_terminal_punct),
        FineWebQuality(short_line_length=short_line_length),
    )
    return [
        Measure(steps),
        *repetition_rules(dup_para_frac, dup_para_char_frac, dup_line_frac, dup_line_char_frac, top_n_grams, dup_n_grams),
        *quality_rules(
            min_doc_words, max_doc_words, min_avg_word_length, max_avg_word_length, max_symbol_word_ratio, max_bullet_lines_ratio,
            max_ellipsis_lines_ratio, min_alpha_words_ratio, min_stop_words,
        ),
        *c4_rules(min_num_sentences),
        *fineweb_rules(line_punct_thr, line_punct_exclude_zero, short_line_thr, char_duplicates_ratio, new_line_ratio),
    ]
