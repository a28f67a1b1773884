"""Places of words against the words themselves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels import spacy_twin
from kernels.texts import texts
from segment.texts import mixed

from tilth.kernels import word_spans
from tilth.kernels.arrow import utf8
from tilth.kernels.spacy_rules import language
from tilth.kernels.text_classes import classes
from tilth.kernels.uax29 import split, word_breaks
from tilth.segment.pieces import Pieces

NOTHING = np.zeros(0x110000, np.bool_)
PARTING = "\u200b་༌፡"


def unicode_words(batch: list[str], whole: np.ndarray = NOTHING) -> tuple[list[list[str]], list[bool]]:
    offsets, data = utf8(pa.array(batch, pa.large_string()))
    starts, stops, ends, stretch = word_spans.uax29_spans(offsets, data, word_breaks(), classes(), whole)
    return Pieces(data, starts, stops, ends).lists(), stretch.tolist()


@given(st.lists(mixed.filter(lambda text: not set("\u0e33\u0eb3\u17d2\u1039") & set(text)), max_size=4))
@settings(max_examples=200)
def test_words_are_those_of_the_annex_less_what_parts_them(batch: list[str]) -> None:
    assert unicode_words(batch)[0] == [[word for word in split(text) if word.strip().strip(PARTING)] for text in batch]


def test_vowels_and_stacked_consonants_stay_with_their_character() -> None:
    assert unicode_words(["กำน้ำ", "ຄຳ", "ស្រី", "ဝတ္ထု"])[0] == [["กำ", "น้ำ"], ["ຄຳ"], ["ស្រី"], ["ဝ", "တ္ထု"]]


def test_stretches_stay_whole_with_the_marks_on_them() -> None:
    whole = NOTHING.copy()
    whole[ord("一") : ord("龯")] = True
    found, stretches = unicode_words(["ab中文\ufe00字cd 一", "x"], whole)
    assert found == [["ab", "中文\ufe00字", "cd", "一"], ["x"]]
    assert stretches == [False, True, False, True, False]


@given(st.lists(texts, max_size=4))
@settings(max_examples=200)
def test_words_are_those_of_spacy(batch: list[str]) -> None:
    offsets, data = utf8(pa.array(batch, pa.large_string()))
    assert Pieces(data, *word_spans.spacy_spans(offsets, data, language())).lists() == [
        [word for word in spacy_twin.words(text) if not word.isspace()] for text in batch
    ]
