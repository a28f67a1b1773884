"""Answers against gold: precision, recall and F1 as they are defined, and prompts of as many rows as a step shows."""

from __future__ import annotations

import pytest

from tilth import semantic
from tilth.semantic.demo.part import Scored, prompts


@pytest.mark.parametrize(
    ("told", "gold", "figures"),
    [({1, 2, 3, 4}, {3, 4, 5}, (1 / 2, 2 / 3, 4 / 7)), (set(), {1}, (0, 0, 0)), ({1}, set(), (0, 0, 0)), (set(), set(), (0, 0, 0))],
)
def test_scores(told: set[int], gold: set[int], figures: tuple[float, ...]) -> None:
    scored = Scored.of("it", told, gold)
    assert (scored.precision, scored.recall, scored.f1) == pytest.approx(figures)


def test_prompts_hold_as_many_rows_as_the_step_says() -> None:
    step = semantic.Filter("Is it snow?", model="m", batch=4)
    asked = list(prompts(step, [{"text": str(n)} for n in range(10)]))
    assert [request.messages[1][1].count('"text"') for request in asked] == [4, 4, 2]
