"""DCLM's variant of C4: the order of its rules and what each leaves."""

from __future__ import annotations

import pyarrow as pa
import pytest

import tilth
from tilth import filters

FIRST, SECOND = "Here are five words now.", "And here come some more words."


@pytest.mark.parametrize(("text", "left"), [
    (f"Home\n\n{FIRST}[1]\n\n{SECOND} ", f"{FIRST}\n\n{SECOND}"), (f"{FIRST}..\n{SECOND} ", SECOND),
    (f"{FIRST}\nTurn on Javascript here and now.", FIRST),
    (f"{FIRST}\nSee our Privacy Policy for all that.\n", FIRST), (f"{'x' * 1001} {FIRST}\n{SECOND}", SECOND), ("", ""),
    (f"{FIRST}\n{{\nMore words in lorem ipsum here.", f"{FIRST}\n{{\nMore words in lorem ipsum here."),
])
def test_texts(text: str, left: str) -> None:
    assert filters.C4("dclm").apply(pa.record_batch({"text": [text]}))["text"].to_pylist() == [left]


@pytest.mark.parametrize(("text", "wanted"), [
    (f"{FIRST}\n{SECOND} Yes, they do. All.", None), (f"{FIRST}\n{SECOND}", "page_length_filter: sentence"),
    ("", "page_length_filter: char"), ("x" * 190_001, "page_length_filter: char"), ("Menu", "page_length_filter: sentence"),
    ("Some lorem ipsum and { in it.", "substring_filter: lorem ipsum"), ("Here is { in a line.", "substring_filter: {"),
    ("Here is javascript { in a line.", "page_length_filter: sentence"),
])
def test_first_reasons(text: str, wanted: str | None) -> None:
    assert tilth.try_on(filters.c4("dclm"), text).get("drop") == wanted


def test_settings_switch_rules_off() -> None:
    text = "Home[1]\nTurn on javascript {\nuse cookies"
    off = filters.C4("dclm", False, False, -1, -1, False, False, False, False)
    assert off.apply(pa.record_batch({"text": [text]})).to_pylist()[0] == {
        "text": text, "c4_chars": 40, "c4_sentences": 1, "c4_lines": 3, "c4_lines_kept": 3,
        "c4_lorem_ipsum": False, "c4_curly_bracket": False,
    }
