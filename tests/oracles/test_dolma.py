"""Tilth's variants "dolma" and "dolma_v2" against what dolma 1.2.1 measured and its mixer kept."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.recorded import Recorded, after, assert_agree, close, column, digest, reasons

from tilth import filters

SHARE = 0.99
VERSIONS = {"v1": "dolma", "v2": "dolma_v2"}
QUALITY = {
    "word_count": "gopher_words", "median_word_length": "gopher_median_word_length", "symbol_to_word_ratio": "gopher_symbol_ratio",
    "fraction_of_words_with_alpha_character": "gopher_alpha_word_ratio", "required_word_count": "gopher_stop_words",
    "fraction_of_lines_starting_with_bullet_point": "gopher_bullet_line_ratio",
    "fraction_of_lines_ending_with_ellipsis": "gopher_ellipsis_line_ratio",
}
REPETITION = {
    "fraction_of_duplicate_lines": "gopher_dup_line_frac", "fraction_of_characters_in_duplicate_lines": "gopher_dup_line_char_frac",
    **{f"fraction_of_characters_in_most_common_{n}grams": f"gopher_top_{n}_gram_char_frac" for n in range(2, 5)},
    **{f"fraction_of_characters_in_duplicate_{n}grams": f"gopher_dup_{n}_gram_char_frac" for n in range(5, 11)},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_gopher_quality(recorded: Recorded, version: str) -> None:
    ours = after(filters.gopher_quality(VERSIONS[version]), recorded.batch())
    golden = recorded.golden(f"dolma_gopher_quality_{version}")
    assert_agree(recorded.differing(reasons(ours), golden["reason"].to_pylist()), len(recorded.names), SHARE)
    for theirs, name in QUALITY.items():
        assert np.all(close(np.array(ours[name].to_pylist(), np.float64), column(golden, theirs), 1e-5)), name


@pytest.mark.parametrize("version", VERSIONS)
def test_gopher_repetition(recorded: Recorded, version: str) -> None:
    """With its released limits: 0.3 for characters of duplicate lines, and none on the most common n-gram."""
    ours = after(filters.gopher_repetition(VERSIONS[version], dup_line_char_frac=0.3, top_n_grams=()), recorded.batch())
    golden = recorded.golden(f"dolma_gopher_repetition_{version}")
    assert_agree(recorded.differing(reasons(ours), golden["reason"].to_pylist()), len(recorded.names), SHARE)
    for theirs, name in REPETITION.items():
        wanted = np.nan_to_num(column(golden, theirs))
        assert np.all(close(np.array(ours[name].to_pylist(), np.float64), wanted, 1.1e-5)), name


@pytest.mark.parametrize("version", VERSIONS)
def test_the_released_chain(recorded: Recorded, version: str) -> None:
    ours = reasons(after(filters.dolma(VERSIONS[version]), recorded.batch()))
    first, then = (recorded.golden(f"dolma_gopher_{family}_{version}")["reason"].to_pylist() for family in ("quality", "repetition"))
    assert_agree(recorded.differing(ours, [a or b for a, b in zip(first, then, strict=True)]), len(ours), SHARE)


def test_c4(recorded: Recorded) -> None:
    """All but its list of bad words, which it has as a file."""
    ours, golden = after(filters.c4("dolma"), recorded.batch()), recorded.golden("dolma_c4")
    marks = zip(*(golden[f"has_{name}"].to_pylist() for name in ("curly_brace", "lorem_ipsum", "javascript")), strict=True)
    wanted = ["has_curly_brace" if curly else "has_lorem_ipsum" if lorem else "has_javascript" if script else "" for curly, lorem,
        script in marks]
    assert_agree(recorded.differing(reasons(ours), wanted), len(wanted), SHARE)
    texts = [digest(text) for text in ours["text"].to_pylist()]
    assert_agree(recorded.differing(texts, golden["text"].to_pylist()), len(texts), SHARE)
