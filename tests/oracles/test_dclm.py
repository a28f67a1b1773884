"""Tilth's variants "dclm", its line edits and its chain against what DCLM's own functions said."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from oracles.recorded import GOLDEN, Recorded, after, assert_agree, close, column, digest, reasons

from tilth import clean, filters
from tilth.op import Op

SHARE = 0.99
EMPTIED = {  # DCLM drops a page where an edit leaves nothing; here the next rule does
    "url_removal_modifier": "page_length_filter",
    **dict.fromkeys(
        ("uppercase_ratio_line_modifier", "numeric_ratio_line_modifier", "counter_line_modifier", "line_length_modifier",
        "substring_line_modifier"), "word_removal_ratio_filter",
    ),
}
C4_EMPTIED = dict.fromkeys(
    ("word_length_modifier", "citation_removal_modifier", "punctuation_line_modifier", "line_length_modifier", "substring_line_modifier"),
    "page_length_filter: sentence",
)
QUALITY = {
    "word_length": "gopher_mean_word_length", "symbols": "gopher_symbol_ratio", "bullets": "gopher_bullet_line_ratio",
    "ellipses": "gopher_ellipsis_line_ratio", "stop_words": "gopher_stop_words", "non_letter_words": "gopher_alpha_word_ratio",
}
REPETITION = {
    "repeated_lines": "gopher_dup_line_frac", "repeated_paragraphs": "gopher_dup_para_frac",
    "repeated_line_characters": "gopher_dup_line_char_frac", "repeated_paragraph_characters": "gopher_dup_para_char_frac",
    **{f"most_common_{n}_gram": f"gopher_top_{n}_gram_char_frac" for n in range(2, 5)},
    **{f"repeated_{n}_grams": f"gopher_dup_{n}_gram_char_frac" for n in range(5, 11)},
}


@pytest.mark.parametrize(("steps", "name"), [
    (filters.gopher_quality("dclm"), "quality"), (filters.gopher_repetition("dclm"), "repetition"), (filters.dclm(), "chain"),
    (clean.refinedweb_line_edits(), "edits"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_verdicts(recorded: Recorded, steps: list[Op], name: str) -> None:
    theirs = [EMPTIED.get(reason, reason) for reason in recorded.golden("dclm_verdicts")[name].to_pylist()]
    assert not recorded.differing(reasons(after(steps, recorded.batch())), theirs)


def test_c4(recorded: Recorded) -> None:
    """Sentences are not Punkt's: a few pages of few sentences differ."""
    ours, golden = after(filters.c4("dclm"), recorded.batch()), recorded.golden("dclm_verdicts")
    theirs = [C4_EMPTIED.get(reason, reason) for reason in golden["c4"].to_pylist()]
    assert_agree(recorded.differing(reasons(ours), theirs), len(theirs), SHARE)
    texts = [None if reason else digest(text) for text, reason in zip(ours["text"].to_pylist(), theirs, strict=True)]
    assert not recorded.differing(texts, golden["text"].to_pylist())


def test_edited_texts(recorded: Recorded) -> None:
    """Of a text that was edited, and not to nothing, there is a digest."""
    texts, golden = recorded.texts.to_pylist(), recorded.golden("dclm_verdicts")
    pages = after([clean.RemoveUrls("dclm"), clean.LimitNewlines()], recorded.batch())["text"].to_pylist()
    assert not recorded.differing(_changed(texts, pages), golden["page"].to_pylist())
    edited = after(clean.refinedweb_line_edits(), recorded.batch())
    assert not recorded.differing(_changed(texts, [text or before for text, before in zip(edited["text"].to_pylist(), texts, strict=True)]),
        golden["edited"].to_pylist())
    assert edited["line_edits_words"].to_pylist() == golden["words"].to_pylist()
    assert edited["line_edits_words_left"].to_pylist() == golden["words_left"].to_pylist()


def _changed(before: list[str], after: list[str]) -> list[bytes | None]:
    return [digest(b) if a != b else None for a, b in zip(before, after, strict=True)]


def test_figures(recorded: Recorded) -> None:
    """Of every fourth text; DCLM computes none where a page is dropped or passes before."""
    golden = pq.read_table(GOLDEN / "dclm_figures.parquet")
    at = {row: place for place, row in enumerate(golden["document"].to_pylist())}
    mine = [place for place, row in enumerate(recorded.rows.to_pylist()) if row in at]
    golden = golden.take([at[recorded.rows[place].as_py()] for place in mine])
    ours = after([filters.GopherQuality("dclm"), filters.GopherRepetition("dclm")], recorded.batch()).take(mine)
    for theirs, name in (QUALITY | REPETITION).items():
        figures, wanted = np.array(ours[name].to_pylist(), np.float64), column(golden, theirs)
        figures = 1 - figures if theirs == "non_letter_words" else figures
        none = np.isnan(wanted)
        assert np.all(close(figures[~none], wanted[~none])), name
        assert not np.nan_to_num(figures[none]).any(), name
