"""Prompts of others: the patterns find task and rows in them, and answers are phrased as those prompts want them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tilth.errors import RecipeError
from tilth.llm import simulate
from tilth.llm.simulate.pattern import Pattern

Said = Callable[..., Any]
TEXT = "It was\na «film», we [said]: good."
GOLD = [
    simulate.Gold("positive", "filter", {TEXT: False}),
    simulate.Gold("in one word", "map", {TEXT: "Good"}),
    simulate.Gold("the year", "extract", {TEXT: {"year": "1999", "title": "Film"}}),
    simulate.Gold("most praise", "compare", {TEXT: 2, "other": 1}),
    simulate.Gold("how many", "aggregate", {TEXT: True, "other": True}, combine="count"),
    simulate.Gold("played in", "join", [(TEXT, "Actor 1")]),
]


@pytest.fixture(scope="module")
def server() -> Any:
    with simulate.serve([simulate.Model("m")], GOLD) as running:
        yield running


def row(**columns: str) -> str:
    return "".join(f"[{name.capitalize()}]: «{value}»\n" for name, value in columns.items())


@pytest.mark.parametrize(
    ("system", "user", "right"),
    [
        ("Judge.", f"Context:\n{row(text=TEXT)}\n\nClaim: Text is positive", "False"),
        ("Judge.", f"Context:\n{row(text=TEXT)}\n{row(actor='Actor 1')}\n\nClaim: Actor played in Text", "True"),
        ("Judge.", f"Context:\n{row(text=TEXT)}\n{row(text='Actor 2')}\n\nClaim: Text played in Text", "False"),
        ("Answer.", f"Context:\n{row(id='4', text=TEXT)}\n\nInstruction: Say Text in one word", "Good"),
        (
            "Here is a description of each field: {'year': 'the year'}\nUse the following fields: year, year_quote.\n",
            f"Context:\n{row(text=TEXT)}\n\nNone", {"year": "1999", "year_quote": "1999"},
        ),
        ("Choose.", f"Question: Which has most praise?\n\nDocument 1:\n{row(text='other')}\nDocument 2:\n{row(text=TEXT)}", "Document 2"),
        (
            "",
            f"Context: \n\tDocument 1: {row(text=TEXT)}\n\tDocument 2: {row(text='other')}\n\nInstruction:  Say how many\n\nAnswer:\n", 2,
        ),
    ],
    ids=["filter", "join", "no join", "map", "extract", "compare", "aggregate"],
)  # fmt: skip
def test_prompts_as_lotus_writes_them(server: simulate.Server, said: Said, system: str, user: str, right: Any) -> None:
    assert said(server, (("system", system), ("user", user))) == right


def test_examples_before_and_complaints_after_are_no_question(server: simulate.Server, said: Said) -> None:
    example = (("user", f"Context:\n{row(text='another film')}\n\nClaim: Text is positive"), ("assistant", "Answer: True"))
    told = (*example, ("user", f"Context:\n{row(text=TEXT)}\n\nClaim: Text is positive"))
    assert said(server, told) == "False"
    assert said(server, (*told, ("assistant", "Hm"), ("user", "Answer with one word."))) == "False"


def test_a_pattern_of_ones_own(said: Said) -> None:
    mine = Pattern("filter", r"Mail:\n(?P<row>.*)\n---\n(?P<task>.*)", form="label", words=("Y", "N"))
    listed = Pattern("group", r"Topics of these:\n(?P<row>.*)", rows=r"- ([^\n]*)")
    gold = [simulate.Gold("spam", "filter", {"Buy now": True}), simulate.Gold("", "group", {"a": "x", "b": "y"})]
    with simulate.serve([simulate.Model("m")], gold, patterns=[mine, listed]) as server:
        assert said(server, (("user", "Mail:\nBuy now\n---\nIs it spam?"),)) == "Y"
        assert said(server, (("user", "Topics of these:\n- a\n- b\n- a"),)) == "x, y"


def test_json_for_a_script_of_ones_own(said: Said) -> None:
    mine = Pattern("extract", r"\AExtract (?P<task>[^\n]*):\n(?P<row>.*)", form="json")
    shape = {"type": "object", "properties": {"year": {"type": "integer"}}, "required": ["year"], "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "report", "schema": shape, "strict": True}}
    told = (("user", f"Extract the year:\n{TEXT}"),)
    with simulate.serve([simulate.Model("m")], GOLD, patterns=[mine]) as server:
        assert said(server, told) == {"year": "1999", "title": "Film"}
        assert said(server, told, response_format=wanted) == {"year": 1999}


@pytest.mark.parametrize("wrong", [("filter", "("), ("filter", "no group"), ("nothing", "(?P<row>.*)"), ("compare", "(?P<first>.*)")])
def test_patterns_that_find_nothing_are_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(RecipeError, match="finds no row"):
        Pattern(*wrong)
