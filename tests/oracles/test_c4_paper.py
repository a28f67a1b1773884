"""Tilth's C4 variant "paper" against what the original C4 code said, run as it is with its own sentence splitter."""

from __future__ import annotations

from oracles.recorded import Recorded, after, assert_agree, digests, reasons

from tilth import filters

NAMES = {"loremipsum": "lorem_ipsum", "squigglybracket": "curly_bracket"}


def wanted(recorded: Recorded) -> list[str]:
    """Return the first reasons: a page too long comes before what `clean_page` says."""
    golden = recorded.golden("c4_clean").to_pylist()
    return ["too_long" if page["too_long"] else NAMES.get(page["reason"], page["reason"]) for page in golden]


def test_verdicts_and_first_reasons(recorded: Recorded) -> None:
    found = reasons(after(filters.c4("paper"), recorded.batch()))
    assert_agree(recorded.differing(found, wanted(recorded)), len(found), 0.99)
    assert_agree(recorded.differing(found, wanted(recorded)), len(found), 0.998)  # what it was when this was written


def test_cleaned_texts_to_the_byte(recorded: Recorded) -> None:
    ours, golden = after(filters.c4("paper"), recorded.batch()), recorded.golden("c4_clean")
    kept = [not a and not b for a, b in zip(reasons(ours), wanted(recorded), strict=True)]
    theirs = [text if keep else None for text, keep in zip(golden["text"].to_pylist(), kept, strict=True)]
    assert sum(kept) > 700
    assert_agree(recorded.differing(digests(ours["text"], kept), theirs), sum(kept), 1.0)


def test_kept_lines(recorded: Recorded) -> None:
    ours = after(filters.c4("paper")[:1], recorded.batch())
    assert recorded.differing(ours["c4_lines_kept"].to_pylist(), recorded.golden("c4_clean")["kept_lines"].to_pylist()) == []


def test_sentences_differ_on_few_pages(recorded: Recorded) -> None:
    ours = after(filters.c4("paper")[:1], recorded.batch())
    assert_agree(recorded.differing(ours["c4_sentences"].to_pylist(), recorded.golden("c4_clean")["sentences"].to_pylist()), len(ours),
        0.96)
