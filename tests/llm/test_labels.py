"""Menus: strictly one of the words or nothing, and probabilities that are of those words only."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.llm import labels

YES_NO = ("yes", "no")


@pytest.mark.parametrize("text", ["yes", " Yes.", "YES", '"yes"', "**Yes**", "yes\n", "(yes)"])
def test_what_is_yes(text: str) -> None:
    assert labels.parse(text, YES_NO) == "yes"


@pytest.mark.parametrize("text", ["", "yesterday", "yes, because", "not yes", "yes no", "y", "ja", ".", "yes/no", "eyes"])
def test_what_is_not(text: str) -> None:
    assert labels.parse(text, YES_NO) is None


def test_untrue_is_not_true_and_case_can_matter() -> None:
    assert labels.parse("untrue", ("true", "false")) is None
    assert labels.parse("us", ("US", "us")) == "us"
    assert labels.parse("Us", ("US", "us")) is None  # both could be meant
    assert labels.parse("c++", ("C", "C++")) == "C++" and labels.parse("C", ("C", "C++")) == "C"


@given(st.text(), st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True).map(tuple))
def test_a_label_or_nothing(text: str, menu: tuple[str, ...]) -> None:
    assert labels.parse(text, menu) in (*menu, None)
    for label in menu:
        if label.strip() == label:
            assert labels.parse(label, menu) == label


def told(*places: dict[str, float]) -> Any:
    content = []
    for place in places:
        top = [{"token": token, "logprob": math.log(chance)} for token, chance in place.items()]
        content.append({**top[0], "top_logprobs": top})
    return {"content": content}


def test_scores_are_of_the_labels_together_one() -> None:
    found = labels.scores(told({"yes": 0.5, " Yes": 0.1, "no": 0.2, "maybe": 0.2}), YES_NO)
    assert found is not None and found["yes"] == pytest.approx(0.75) and sum(found.values()) == pytest.approx(1.0)


def test_the_first_token_that_says_something_decides() -> None:
    found = labels.scores(told({"\n": 0.9, "no": 0.1}, {'"': 1.0}, {"no": 0.9, "yes": 0.1}), YES_NO)
    assert found is not None and found["no"] == pytest.approx(0.9)


def test_a_label_of_many_tokens_is_told_by_its_first_if_that_is_its_own() -> None:
    assert labels.scores(told({"un": 0.6, "true": 0.4}), ("untrue", "true")) == pytest.approx({"untrue": 0.6, "true": 0.4})
    assert labels.scores(told({"po": 1.0}), ("positive", "possible")) is None  # it begins both


@pytest.mark.parametrize("wrong", [None, {}, {"content": []}, {"content": None}, {"content": [3]}, {"content": [{"token": "yes"}]}, "x",
                                   {"content": [{"token": "yes", "top_logprobs": [{"token": "yes", "logprob": "high"}]}]}])  # fmt: skip
def test_what_servers_leave_out_gives_no_scores(wrong: Any) -> None:
    assert labels.scores(wrong, YES_NO) is None
