"""A few rows are found for a few calls, and every one of them was verified."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import semantic
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model

TEXTS = [f"mail {n} about {n * 37 % 101}" for n in range(3000)]
GOLD = Gold("Is it fraud?", "filter", {text: n % 100 == 99 for n, text in enumerate(TEXTS)})
STEP = semantic.Filter("Is it fraud?", model="big", batch=1)


def test_the_likeliest_rows_are_asked_about_first(simulator) -> None:
    simulator(GOLD, models=(Model("big"), Model("small", flip=0.01, false_alarms=0.002)))
    table = pa.table({"text": TEXTS})
    plain = semantic.find(table, STEP, 5)
    helped = semantic.find(table, STEP, 5, semantic.Likelihood(semantic.Filter("Is it fraud?", model="small")))
    assert len(plain.rows) == len(helped.rows) == 5 and all(row % 100 == 99 for row in [*plain.rows.to_pylist(), *helped.rows.to_pylist()])
    assert plain.calls >= 499 and helped.calls <= 20


def test_by_a_column_that_is_there_and_where_there_are_too_few(simulator) -> None:
    simulator(GOLD, models=(Model("big"),))
    table = pa.table({"text": TEXTS[:200], "hint": [float(n % 50) for n in range(200)]})
    found = semantic.find(table, STEP, 9, "hint")
    assert found.rows.to_pylist() == [99, 199] and found.calls == 200 and found.dollars is not None


def test_a_limit_of_nothing(simulator) -> None:
    with pytest.raises(RecipeError, match="finds nothing"):
        semantic.find(pa.table({"text": TEXTS}), STEP, 0)
