"""Associations are counted as a person would, and their intervals cover what they say they cover."""

from __future__ import annotations

import math
import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.bias import associations, effect
from tilth.errors import RecipeError
from tilth.filters import Terms

SHE, HE = Terms("she", ("she", "her")), Terms("he", ("he",))
WORDS = st.lists(st.lists(st.sampled_from(["she", "Her", "he", "work", "home", "."]), max_size=12), max_size=6)


@given(WORDS, st.integers(1, 3))
def test_pairs_are_those_of_a_window(texts: list[list[str]], window: int) -> None:
    def pairs(group: set[str], word: str) -> int:
        return sum(
            other == word
            for words in texts for i, one in enumerate(words) if one.lower() in group
            for j, other in enumerate(words) if i != j and abs(i - j) <= window
        )  # fmt: skip

    contexts = (Terms("w", ("Work",)), Terms("h", ("home",)))
    found = {one.context: one for one in associations(pa.array(map(" ".join, texts), pa.large_string()), SHE, HE, contexts, window)}
    for name, word in (("w", "work"), ("h", "home")):
        assert (found[name].first, found[name].second) == (pairs({"she", "her"}, word), pairs({"he"}, word))


def test_the_ratio_is_that_of_the_odds() -> None:
    texts = pa.array(["she work", "she work", "she home", "he work", "he home", "he home", None])
    found = {one.context: one.log_odds for one in associations(texts, SHE, HE, least=1)}
    assert found["work"] == pytest.approx(math.log(2.5 / 1.5) - math.log(1.5 / 2.5)) and list(found) == ["work", "home"]


def drawn(rng: random.Random, documents: int, of_women: float, of_men: float) -> list[str]:
    """Documents that differ in whom they speak of, and in how long they go on about it."""
    texts = []
    for _ in range(documents):
        who, share = ("she", of_women) if rng.random() < 0.5 else ("he", of_men)
        mine = min(1.0, max(0.0, share + rng.choice((-0.15, 0.15))))
        texts.append(" ".join(f"{who} {'work' if rng.random() < mine else 'home'} ." for _ in range(rng.choice((2, 4, 20)))))
    return texts


def test_intervals_cover_the_truth_though_words_of_a_document_go_together() -> None:
    rng, covered = random.Random(1), 0
    for _ in range(60):
        [one] = associations(pa.array(drawn(rng, 150, 0.5, 0.5)), SHE, HE, (Terms("work", ("work",)),), window=1)
        covered += one.low <= 0 <= one.high
    assert covered >= 52


def test_what_is_there_is_found_and_swapping_turns_it() -> None:
    texts = drawn(random.Random(2), 300, 0.2, 0.8)
    turned = [text.replace("she", "HE").replace("he", "she").replace("HE", "he") for text in texts]
    [one] = associations(pa.array(texts), SHE, HE, (Terms("work", ("work",)),), window=1)
    [back] = associations(pa.array(turned), SHE, HE, (Terms("work", ("work",)),), window=1)
    assert one.high < 0 < back.low and back.log_odds == pytest.approx(-one.log_odds)
    [change] = effect(pa.array(texts), pa.array(turned), SHE, HE, (Terms("work", ("work",)),), window=1)
    assert change.before == one.log_odds and change.after == back.log_odds and 0 < change.low < change.after - change.before < change.high
    every = effect(pa.array(texts), pa.array(turned), SHE, HE, window=1)
    assert {one.context for one in every} == {"work", "home"}


def test_of_one_document_there_is_no_interval() -> None:
    [one] = associations(pa.array(["she work he home"]), SHE, HE, (Terms("work", ("work",)),))
    assert effect(pa.array([], pa.string()), pa.array([], pa.string())) == () and one.first == 1 and one.low is None


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: associations(pa.array(["a"]), window=0), "window=0"),
        (lambda: effect(pa.array(["a"]), pa.array(["a", "b"])), "1 before, 2 after"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_said(make, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        make()
