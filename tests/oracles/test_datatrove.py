"""Tilth's variant "datatrove" against what datatrove 0.10.1 said: verdicts and first reasons, figures, edited texts to the byte."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.recorded import Recorded, after, assert_agree, close, column, digests, reasons

from tilth import filters

SHARE = 0.999
COMPOSITES = {
    "gopher_quality": filters.gopher_quality, "gopher_repetition": filters.gopher_repetition, "fineweb": filters.fineweb_quality,
    "c4": filters.c4,
    "c4_fineweb": lambda: filters.c4(filter_no_terminal_punct=False),
}
FIGURES = {
    "gopher_quality": {
        "words": "gopher_words", "mean_word_length": "gopher_mean_word_length", "hash_ratio": "gopher_hash_ratio",
        "ellipsis_ratio": "gopher_ellipsis_ratio", "bullet_lines": "gopher_bullet_line_ratio",
        "ellipsis_lines": "gopher_ellipsis_line_ratio",
        "alpha_words": "gopher_alpha_word_ratio", "stop_words": "gopher_stop_words",
    },
    "gopher_repetition": {
        "dup_para_frac": "gopher_dup_para_frac", "dup_para_char_frac": "gopher_dup_para_char_frac", "dup_line_frac": "gopher_dup_line_frac",
        "dup_line_char_frac": "gopher_dup_line_char_frac", **{f"top_{n}_gram": f"gopher_top_{n}_gram_char_frac" for n in range(2, 5)},
        **{f"dup_{n}_grams": f"gopher_dup_{n}_gram_char_frac" for n in range(5, 11)},
    },
    "fineweb": {
        "line_punct_thr": "fineweb_line_punct_ratio", "short_line_thr": "fineweb_short_line_ratio",
        "char_duplicates_ratio": "fineweb_char_dup_ratio", "new_line_ratio": "fineweb_list_ratio",
    },
    "c4": {"sentences": "c4_sentences", "kept_lines": "c4_lines_kept"},
}


@pytest.mark.parametrize("name", COMPOSITES)
def test_verdicts_and_first_reasons(recorded: Recorded, name: str) -> None:
    found = reasons(after(COMPOSITES[name](), recorded.batch()))
    assert_agree(recorded.differing(found, recorded.golden(f"datatrove_{name}")["reason"].to_pylist()), len(found), SHARE)


@pytest.mark.parametrize("name", FIGURES)
def test_figures(recorded: Recorded, name: str) -> None:
    """A figure that the tool did not come to, because it stopped before, is not compared."""
    measured, golden = after(COMPOSITES[name]()[:1], recorded.batch()), recorded.golden(f"datatrove_{name}")
    stopped = np.isin(golden["reason"].to_pylist(), ["lorem_ipsum", "curly_bracket"])
    for theirs, ours in FIGURES[name].items():
        wanted = column(golden, theirs)
        found = np.array(measured[ours].to_pylist(), np.float64)
        same = close(found, wanted) | np.isnan(wanted) | stopped
        assert_agree([f"{recorded.names[i]}: {ours} {found[i]}, not {wanted[i]}" for i in np.flatnonzero(~same)], len(found), SHARE)


@pytest.mark.parametrize("name", ["c4", "c4_fineweb"])
def test_edited_texts_to_the_byte(recorded: Recorded, name: str) -> None:
    edited, golden = after(COMPOSITES[name](), recorded.batch()), recorded.golden(f"datatrove_{name}")
    kept = [not ours and not theirs for ours, theirs in zip(reasons(edited), golden["reason"].to_pylist(), strict=True)]
    wanted = [text if keep else None for text, keep in zip(golden["text"].to_pylist(), kept, strict=True)]
    assert sum(kept) > 700
    assert_agree(recorded.differing(digests(edited["text"], kept), wanted), sum(kept), 1.0)


def test_the_chain_of_fineweb(recorded: Recorded) -> None:
    """First reason of the chain, and the text that goes on to deduplication."""
    chained, golden = after(filters.fineweb(), recorded.batch()), recorded.golden("datatrove_fineweb_chain")
    wanted = [reason.partition(": ")[2] for reason in golden["reason"].to_pylist()]
    assert_agree(recorded.differing(reasons(chained), wanted), len(wanted), SHARE)
    kept = [not ours and not theirs for ours, theirs in zip(reasons(chained), wanted, strict=True)]
    theirs = [text if keep else None for text, keep in zip(golden["text"].to_pylist(), kept, strict=True)]
    assert_agree(recorded.differing(digests(chained["text"], kept), theirs), sum(kept), 1.0)
