"""What stands between us and the libraries: pieces of long texts, marks, syllables, what is missing."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import MissingExtra
from tilth.segment import words
from tilth.segment.libraries import SUDACHI_BYTES, TOOLS, cut_all, parts, words_of


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(4, 30))
def test_parts_are_the_text_and_small_enough(text: str, size: int) -> None:
    found = list(parts(text, size))
    assert "".join(found) == text
    assert all(len(part.encode()) <= size for part in found)


def test_a_part_ends_at_a_newline_where_there_is_one() -> None:
    assert list(parts("aaaa\nbb", 6)) == ["aaaa\n", "bb"]
    assert list(parts("a\nbbbbbb", 6)) == ["a\nbbbb", "bb"]  # not in the second half


def test_japanese_texts_longer_than_sudachi_takes() -> None:
    text = "東京へ行きます。" * (2 * SUDACHI_BYTES // 24)
    assert "".join(words_of("sudachi", "", text)) == text
    assert "".join(words(text.replace("。", ""), "ja")) == text.replace("。", "")


@given(st.lists(st.text("我们在北京大学学习东西", min_size=1, max_size=9), max_size=6))
def test_stretches_in_one_call_are_each_as_alone(stretches: list[str]) -> None:
    found, counts = cut_all("rjieba", stretches)
    assert "".join(found) == "".join(stretches)
    alone = [cut_all("rjieba", [stretch])[0] for stretch in stretches]
    assert (found, counts) == ([word for each in alone for word in each], [len(each) for each in alone])


def test_no_stretches() -> None:
    assert cut_all("rjieba", []) == ([], [])
    assert cut_all("newmm", []) == ([], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [("ကျွန်တော်", "ကျွန်|တော်"), ("ဝတ္ထု", "ဝတ္ထု"), ("မြန်မာစာ", "မြန်|မာ|စာ"), ("ကျောင်း", "ကျောင်း"), ("သွားတယ်", "သွား|တယ်")],
)
def test_burmese_syllables(text: str, found: str) -> None:
    assert words_of("syllables", "", text) == found.split("|")


MODULES = {"rjieba": "rjieba", "newmm": "pythainlp.tokenize", "khmercut": "khmercut", "laonlp": "laonlp.tokenize"}


@pytest.mark.parametrize(("tool", "module"), MODULES.items())
def test_a_missing_library_is_named(tool: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"tilth\[segment\]"):
        words_of(tool, "", "กขค")


def test_every_tool_says_what_it_is() -> None:
    assert all(tool.__doc__ for tool in TOOLS.values())
