"""Symbol lines against datatrove's own rule said in Python, on the cases of its test; dropped lines against a plain filter."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean import DropLines, SymbolLines
from tilth.errors import RecipeError
from tilth.kernels.text_classes import WORDLIKE, classes
from tilth.testing import check

TEXTS = st.text(alphabet="a .=*-水。\n\r\t\x0b\x85\u2028\xa0\x1f", max_size=24)


def plainly(text: str, instead: str) -> str:
    kept, removed = [], False
    for line in text.splitlines():
        symbols = line.strip() != "" and all(c == " " or not classes()[ord(c)] & WORDLIKE for c in line)
        if not symbols:
            kept.append(line)
        elif not removed and instead:
            kept.append(instead)
        removed = symbols
    return "\n".join(kept)


@given(st.lists(st.none() | TEXTS, max_size=4), st.sampled_from(["", "#", "\n", "long one"]))
def test_symbol_lines_as_datatrove_says(texts: list[str | None], instead: str) -> None:
    found = SymbolLines(instead).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["text"].to_pylist()
    assert found == [None if text is None else plainly(text, instead) for text in texts]


@pytest.mark.parametrize(("text", "left"), [
    ("one\n_____\ntwo", "one\ntwo"), ("one\n_ _\n...\ntwo", "one\ntwo"), ("one\n  \ntwo", "one\n  \ntwo"), ("***\none", "one"),
    ("one\n***", "one"),
    ("one\n## two", "one\n## two"), ("", ""), ("***", ""), ("a\n\n---\n\nb\n", "a\n\n\nb"),
])  # fmt: skip
def test_symbol_lines(text: str, left: str) -> None:
    assert SymbolLines().apply(pa.record_batch({"text": [text]}))["text"].to_pylist() == [left]


@given(st.lists(st.none() | st.text(alphabet="ab\né ", max_size=14), max_size=4), st.sampled_from(["^a", "b$", "(?i)A|é", "^$", "z"]))
def test_dropped_lines_are_those_that_match(texts: list[str | None], pattern: str) -> None:
    found = DropLines(pattern).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())})).to_pydict()
    for text, left, dropped in zip(texts, found["text"], found["lines_dropped"], strict=True):
        kept = None if text is None else [line for line in text.split("\n") if not re.search(pattern, line)]
        assert left == (None if kept is None else "\n".join(kept))
        assert dropped == (None if text is None or kept is None else len(text.split("\n")) - len(kept))


def test_c4s_phrases_are_the_default() -> None:
    text = "We use cookies.\nRain is due.\nPlease enable JavaScript\nRead the Privacy Policy and Terms of Use"
    assert DropLines().apply(pa.record_batch({"text": [text]}))["text"].to_pylist() == ["Rain is due."]


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(RecipeError, match="cannot be used"):
        DropLines("(?=a)")
    with pytest.raises(RecipeError, match="too long"):
        SymbolLines("x" * 65)


def test_texts_that_lose_nothing_keep_their_array() -> None:
    batch = pa.record_batch({"text": pa.array(["plain", None], pa.large_string())})
    assert DropLines().apply(batch)["text"].buffers()[2].address == batch["text"].buffers()[2].address


def test_laws() -> None:
    check(SymbolLines())
    check(SymbolLines("\n"))
    check(DropLines("(?i)line"))
