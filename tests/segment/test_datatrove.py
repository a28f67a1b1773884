"""Words as datatrove splits them: our own code against the libraries it stands for, on any text."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kernels.texts import pages, texts
from segment.texts import mixed

from tilth.errors import RecipeError
from tilth.segment import words
from tilth.segment.datatrove import KERNELS, indic, split_words, tool_of, tools


@functools.cache
def spacy_tokenizer(code: str) -> Any:
    spacy = pytest.importorskip("spacy", reason="spaCy, of the extra 'datatrove', is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return spacy.blank(code).tokenizer


LANGUAGE_OF = {tool.partition(":")[2]: language for language, tool in sorted(tools().items()) if tool.startswith("spacy:")}


@given(st.one_of(texts, pages, mixed), st.sampled_from(sorted(KERNELS)))
@settings(max_examples=500)
@example("COVID-19-Pandemie 90-е 5--a 8-D a-b 5-:)", "xx")
@example("COVID-19-Pandemie 90-е 5--a 8-D a-b 5-:)", "tn")
@example("'Cause it's o'clock; don't :-) 10km", "cs")
def test_the_kernel_is_spacy_to_the_word(text: str, code: str) -> None:
    wanted = [token.text.strip() for token in spacy_tokenizer(code)(text) if token.text.strip()]
    assert split_words(pa.array([text], pa.large_string()), LANGUAGE_OF[code]).lists()[0] == wanted


def test_every_language_of_a_kernel_is_one_of_datatrove() -> None:
    assert set(KERNELS) <= set(LANGUAGE_OF)
    assert sum(tool.partition(":")[2] in KERNELS for tool in tools().values()) > 1300


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("यह 3, 4 है।", "hi", ["यह", "3,4", "है", "।"]), ("3, 4 है", "hi", ["3", ",", "4", "है"]), ("", "hi", []), (" \n ", "hi", []),
        ("एक\nदो तीन", "hi", ["एक\nदो", "तीन"]), ("ایک، دو۔", "ur", ["ایک", "،", "دو", "۔"]), ("ایک 3, 4", "ur", ["ایک", "3", ",", "4"]),
        ("ৰাম-সীতা", "as", ["ৰাম", "-", "সীতা"]),
    ],
)  # fmt: skip
def test_indic(text: str, code: str, found: list[str]) -> None:
    assert indic(text, code) == found


@given(st.one_of(mixed, st.text("०१12 ,.:/।अआ\n\t", max_size=30)), st.sampled_from(["hi", "ta", "ur"]))
def test_indic_loses_nothing_but_white_space(text: str, code: str) -> None:
    assert "".join("".join(indic(text, code)).split()) == "".join(text.split())


@pytest.mark.parametrize(("language", "says"), [("bod_Tibt", "botok"), ("bel_Cyrl", "stanza"), ("egl_Latn", "no tool")])
def test_what_it_cannot_do_it_refuses(language: str, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        tool_of(language)
    with pytest.raises(RecipeError, match='splitter="tilth"'):
        words("a", language, "datatrove")


def test_short_codes_are_full_names_first() -> None:
    """datatrove itself takes "hi" for Hindi in Latin letters and "zh" for Chinese in them."""
    assert words("यह है।", "hi", "datatrove") == words("यह है।", "hin_Deva", "datatrove") == ["यह", "है", "।"]
