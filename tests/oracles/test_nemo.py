"""Tilth's variant "nemo" and its chain against what NeMo Curator 1.4.0's filters scored and dropped."""

from __future__ import annotations

import numpy as np
from oracles.recorded import Recorded, after, assert_agree, close, column, reasons

from tilth import filters

SHARE = 0.999
FIGURES = {
    "alpha_numeric": "char_other_ratio", "numbers_ratio": "char_digit_ratio", "urls_ratio": "char_url_ratio",
    "white_space": "char_white_space_ratio", "parentheses_ratio": "char_bracket_ratio", "symbol_to_word": "gopher_symbol_ratio",
    "word_count": "gopher_words", "words_without_alphabets": "gopher_alpha_word_ratio", "mean_word_length": "gopher_mean_word_length",
    "ellipsis": "gopher_ellipsis_line_ratio", "bullet_ratio": "gopher_bullet_line_ratio", "punctuation": "c4_no_end_mark_ratio",
    "boilerplate_string_ratio": "c4_boilerplate_ratio", "max_word_length": "c4_longest_word",
}
SHARES_LEFT = {  # the tool has the share that does not repeat
    "repeated_lines": "gopher_dup_line_frac", "repeated_paragraphs": "gopher_dup_para_frac",
    "repeated_lines_char": "gopher_dup_line_char_frac", "repeated_paragraphs_char": "gopher_dup_para_char_frac",
}


def test_the_english_pipeline(recorded: Recorded) -> None:
    """Where the tool's own processes differ, as the order of their sets does, either reason is right."""
    golden = recorded.golden("nemo_heuristics")["reason"].to_pylist()
    ours = reasons(after(filters.nemo(), recorded.batch()))
    wanted = [a if a in b.split("|") else b for a, b in zip(ours, golden, strict=True)]
    assert_agree(recorded.differing(ours, wanted), len(wanted), SHARE)


def test_figures(recorded: Recorded) -> None:
    ours, golden = after(filters.nemo()[:4], recorded.batch()), recorded.golden("nemo_heuristics")
    for theirs, name in FIGURES.items():
        assert np.all(close(np.array(ours[name].to_pylist(), np.float64), column(golden, theirs))), name
    known = np.minimum(ours["gopher_stop_words"].to_pylist(), 2)  # the tool stops counting there
    assert np.array_equal(known, column(golden, "common_english_words"))


def test_repetition(recorded: Recorded) -> None:
    ours, golden = after([filters.GopherRepetition("nemo")], recorded.batch()), recorded.golden("nemo_repetition")
    for theirs, name in SHARES_LEFT.items():
        assert np.all(close(1 - np.array(ours[name].to_pylist(), np.float64), column(golden, theirs))), name
    for n in range(5, 11):
        found = np.array(ours[f"gopher_dup_{n}_gram_char_frac"].to_pylist(), np.float64)
        assert np.all(close(found, column(golden, f"repeating_dup_{n}gram"))), n


def test_the_most_common_n_gram_is_one_of_the_most_common(recorded: Recorded) -> None:
    """Where all of the tool's eight processes take the same one, so does Tilth; chance alone makes them agree on some ties."""
    ours, golden = after([filters.GopherRepetition("nemo")], recorded.batch()), recorded.golden("nemo_repetition")
    for n in range(2, 5):
        found = np.array(ours[f"gopher_top_{n}_gram_char_frac"].to_pylist(), np.float64)
        least, most = column(golden, f"repeating_top_{n}grams"), column(golden, f"repeating_top_{n}grams_most")
        differ = [recorded.names[at] for at in np.flatnonzero((least == most) & ~close(found, least))]
        assert_agree(differ, len(found), 0.99)
