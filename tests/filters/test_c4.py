"""C4's rules, line by line."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import filters

FIVE = "One is here. Two is here. Three is here. Four is here. Five is here."


def clean(text: str, **options: object) -> dict[str, object]:
    return filters.C4(**options).apply(pa.record_batch({"text": [text]})).to_pylist()[0]  # type: ignore[arg-type]


def first_reason(text: str, **options: object) -> str | None:
    batch = pa.record_batch({"text": [text]})
    for step in filters.c4(**options):  # type: ignore[arg-type]
        batch = step.apply(batch)
    return batch["drop"][0].as_py()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("A line of words.", True), ("A line of words", False), ("Wait for it...", False), ("He said 'no way.'", True),
        ("Two words.", False), ("Please enable JavaScript to go on.", False), ("Read our Privacy Policy first.", False),
        ("x" * 1001 + " is too long.", False),
        ("x" * 1000 + " is just right.", True),
    ],
)
def test_lines(line: str, kept: bool) -> None:
    row = clean(f"{FIVE}\n{line}\n")
    assert row["text"] == (f"{FIVE}\n{line}" if kept else FIVE)
    assert (row["c4_lines"], row["c4_lines_kept"]) == (2, 1 + kept)


def test_citations_go_and_what_they_leave_stays() -> None:
    assert clean("A fact [12] is cited [edit] here [citation needed].")["text"] == "A fact  is cited  here ."
    assert clean("A fact [12] is cited.", remove_citations=False)["text"] == "A fact [12] is cited."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FIVE, None), (f"{FIVE}\nThis is lorem ipsum text.", "lorem_ipsum"), (f"{FIVE}\nvoid f() {{ return; }} .", "curly_bracket"),
        (f"{FIVE}\nint g {{ x y .\nThis is Lorem Ipsum text.", "curly_bracket"), ("One is here. Two is here.", "too_few_sentences"),
        ("", "too_few_sentences"),
    ],
)
def test_first_reason(text: str, reason: str | None) -> None:
    assert first_reason(text) == reason


def test_a_page_that_is_dropped_whole_keeps_its_text() -> None:
    text = f"Menu\n{FIVE}\nvoid f() {{ return; }} ."
    row = clean(text)
    assert (row["text"], row["c4_curly_bracket"], row["c4_lorem_ipsum"]) == (text, True, False)
    assert clean(text, filter_curly_bracket=False)["text"] == text.removeprefix("Menu\n")


def test_a_null_text_stays_null() -> None:
    assert filters.C4().apply(pa.record_batch({"text": [None, "A line of words."]}))["text"].to_pylist() == [None, "A line of words."]


def test_fewer_sentences_may_do() -> None:
    assert first_reason("One is here. Two is here.", min_num_sentences=2) is None
