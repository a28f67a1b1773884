"""Words against gold in 44 languages, and laws that hold for any text in any language."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.recorded import oracle
from segment.texts import LANGUAGES, check_pieces, mixed

from tilth.errors import MissingExtra, RecipeError
from tilth.segment import split_words, tool_of, words

GOLD = oracle("language_texts")
GAP = r"\s|[\u200b་༌፡\x1c-\x1f]"


@pytest.mark.parametrize("language", GOLD.MARKED)
def test_gold(language: str) -> None:
    found = [words(sentence, language) for sentence in GOLD.sentences(language)]
    assert found == GOLD.words(language)


@given(mixed, st.sampled_from(LANGUAGES), st.sampled_from(["tilth", "unicode"]))
@settings(max_examples=300)
@example("นำ้ กำ", "th", "unicode")
@example("我\u0301们\ufe0f", "zh", "tilth")
@example("葛\U000e0100城", "ja", "tilth")
def test_words_and_gaps_are_the_text_and_no_character_is_cut(text: str, language: str, splitter: str) -> None:
    check_pieces(text, words(text, language, splitter), GAP)


@given(st.lists(st.one_of(st.none(), mixed), max_size=5), st.sampled_from(LANGUAGES))
def test_many_texts_at_once_are_each_as_alone(texts: list[str | None], language: str) -> None:
    found = split_words(pa.array(texts, pa.large_string()), language).lists()
    assert found == [words(text or "", language) for text in texts]


def test_words_of_a_slice_of_an_array() -> None:
    texts = pa.array(["nicht dies", "我们 hier", None, "und dies", "nein"], pa.large_string())[1:4]
    assert split_words(texts, "zh").lists() == [["我们", "hier"], [], ["und", "dies"]]


def test_a_language_decides_which_script_is_cut_by_a_dictionary() -> None:
    assert words("我们 กิน", "zh") == ["我们", "กิ", "น"]
    assert words("我们 กิน", "th") == ["我", "们", "กิน"]
    assert words("我们 กิน", "de") == ["我", "们", "กิ", "น"]


def test_what_parts_words_without_being_a_space() -> None:
    assert words("ខ្ញុំ\u200bទៅ", "km", "unicode") == words("ខ្ញុំ ទៅ", "km", "unicode")
    assert words("ዛሬ፡ወደ", "am") == ["ዛሬ", "ወደ"]
    assert words("བོད་ཡིག།", "bo") == ["བོད", "ཡིག", "།"]


def test_a_missing_library_says_what_to_install_and_is_never_replaced_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(MissingExtra, match=r"pip install 'tilth\[segment\]'"):
        words("雨停了以後", "zh")
    assert words("雨停了", "zh", "unicode") == ["雨", "停", "了"]


def test_errors_say_what_there_is() -> None:
    with pytest.raises(RecipeError, match="tilth, datatrove, unicode"):
        words("a", "en", "spaces")
    with pytest.raises(RecipeError, match="There is no language 'klingon'"):
        words("a", "klingon")


def test_tools() -> None:
    assert tool_of("th") == "newmm"
    assert tool_of("my") == "syllables"
    assert {tool_of(code, "unicode") for code in LANGUAGES} == {"uax29"}


def test_hostile_texts() -> None:
    assert words("", "zh") == []
    assert words(" \n\u200b", "th") == []
    assert words("a" * 100_000, "en") == ["a" * 100_000]
    assert sum(map(len, words("我们" * 20_000, "zh"))) == 40_000
    assert sum(map(len, words("ก" * 20_000, "th"))) == 20_000
    assert sum(map(len, words("東京" * 20_000, "ja"))) == 40_000
