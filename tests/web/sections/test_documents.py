"""An example says what decided, and marks what failed."""

from __future__ import annotations

from tilth.web.sections.documents import LONGEST_ID, decided, example
from tilth.web.trails import Document

ONE = Document(7, "a<b", "web", " first\n\n \n\nlast ", {"words": 20.0, "lang_en": float("nan"), "score": 5.0})


def test_values_that_fail_are_marked_with_what_was_needed() -> None:
    shown = decided(ONE, "50 <= words <= 100_000 and lang_en >= 0.65 and score < 9 and source != 'web'")
    assert "<code>words</code> <b>20</b> needs ≥ 50<" in shown
    assert "<code>lang_en</code> <b>unknown</b> needs ≥ 0.65<" in shown
    assert "<code>score</code> <span>5</span> of &lt; 9<" in shown
    assert "<code>source</code> web<" in shown


def test_a_column_that_the_audit_does_not_keep_says_so() -> None:
    assert "not kept in the audit" in decided(ONE, "title is not null")


def test_names_are_escaped_and_cut_and_blank_lines_are_few() -> None:
    shown = example(ONE)
    assert "a&lt;b" in shown and "first\n\nlast" in shown
    assert "i" * LONGEST_ID + "…<" in example(Document(1, "i" * 9999, "")) and "no text" in example(Document(1, "x", ""))
