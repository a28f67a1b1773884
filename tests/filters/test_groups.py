"""Mentions are counted as a person would count them, in whole words, and near a context as far as the window goes."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters import Mentions, Terms
from tilth.testing import check, examples

YOUNG, OLD, SCHOOL = Terms("young", ("child", "kids")), Terms("old", ("Elder", "kids")), Terms("school", ("school", "class"))


def counted(step: Mentions, *texts: str | None) -> dict[str, list[int | None]]:
    found = step.apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))
    return {name: found[name].to_pylist() for name in step.signals}


def test_whole_words_in_any_letter_case() -> None:
    assert counted(Mentions(contexts=()), "She said: HER mother's there, other. Он", "", None, "his|him") == {
        "group_women": [2, 0, None, 0], "group_men": [0, 0, None, 2],
    }


def test_a_word_may_be_of_two_groups_and_lists_are_of_any_language() -> None:
    step = Mentions((Terms("frauen", ("Frau", "Ärztin")), Terms("berufe", ("ärztin",))), ())
    assert counted(step, "Die ÄRZTIN und die Frau") == {"group_frauen": [2], "group_berufe": [1]}


WORDS = st.lists(st.sampled_from(["child", "kids", "elder", "school", "class", "tree", "."]), max_size=30)


@given(WORDS, st.integers(1, 4))
def test_near_is_at_most_so_many_words_away(words: list[str], window: int) -> None:
    step, text = Mentions((YOUNG, OLD), (SCHOOL,), window), " ".join(words)
    found = counted(step, text, "child school")
    for group, terms in (("young", {"child", "kids"}), ("old", {"elder", "kids"})):
        at = [i for i, word in enumerate(words) if word in terms]
        near = [i for i in at if {"school", "class"} & set(words[max(0, i - window) : i + window + 1])]
        assert found[f"group_{group}"][0] == len(at) and found[f"group_{group}_near_school"][0] == len(near)
    assert found["group_young_near_school"][1] == 1  # a text ends where it ends


def test_it_counts_again_under_another_name() -> None:
    assert counted(Mentions(contexts=(), name="edited"), "she") == {"edited_women": [1], "edited_men": [0]}


def test_it_keeps_the_laws() -> None:
    check(Mentions(), examples())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Terms("Women", ("she",)), "no name of a signal"), (lambda: Terms("a", ("two words",)), "'two words' is not one word"),
        (lambda: Terms("a", ()), "no words"), (lambda: Mentions((YOUNG, YOUNG)), "group_young"), (lambda: Mentions(()), "needs a group"),
        (lambda: Mentions(window=0), "window"), (lambda: Mentions(name="After it"), "cannot begin a signal"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_said(make, says: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(says)):
        make()
