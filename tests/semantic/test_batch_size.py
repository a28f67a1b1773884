"""The batch size that a model bears: the largest that answers as it does alone."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import evaluate, semantic
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model

ASKED = "Is the number even?"


def rows(n: int) -> tuple[pa.Table, Gold]:
    return pa.table({"text": [f"number {i}" for i in range(n)]}), Gold(ASKED, "filter", {f"number {i}": i % 2 == 0 for i in range(n)})


@pytest.mark.parametrize(("decay", "wanted"), [(0.0, 32), (0.01, 8), (0.2, 1)])
def test_it_is_as_large_as_the_model_bears(simulator, decay: float, wanted: int) -> None:
    table, gold = rows(300)
    simulator(gold, models=(Model("m", decay=decay),))
    found = semantic.batch_size(table, semantic.Filter(ASKED, "m"), target=0.9)
    assert found.batch == wanted
    told = found.table.to_pylist()
    assert all(each["least"] >= 0.9 for each in told if each["batch"] <= wanted) and (wanted == 32 or told[-1]["least"] < 0.9)
    assert told[0]["rows"] == 200 and found.spent.calls >= 300


def test_too_few_rows_say_nothing(simulator) -> None:
    table, gold = rows(40)
    simulator(gold)
    assert semantic.batch_size(table, semantic.Filter(ASKED, "m"), target=0.95).batch == 1


def test_larger_prompts_cost_fewer_tokens_a_row(simulator) -> None:
    table, gold = rows(100)
    simulator(gold)
    tokens = semantic.batch_size(table, semantic.Filter(ASKED, "m")).table["prompt_tokens"].to_pylist()
    assert tokens == sorted(tokens, reverse=True) and len(tokens) == 5


def test_every_fault_leaves_a_size(simulator, faulty: Model) -> None:
    table, gold = rows(80)
    simulator(gold, models=(faulty,), timeout=1.0)
    found = semantic.batch_size(table, semantic.Filter(ASKED, "m"), target=0.8, sizes=(4,))
    assert found.batch in (1, 4) and found.table["rows"].to_pylist()[0] <= 80


def test_a_recipe_learns_it(simulator) -> None:
    table, gold = rows(300)
    simulator(gold)
    done = evaluate([semantic.LearnBatch(semantic.Filter(ASKED, "m", name="even"))], table)
    assert done.executed[-1].batch == 32 and len(done.table) == 150


@pytest.mark.parametrize("wrong", [{"target": 1.0}, {"sizes": (4, 2)}, {"risk": 0.0}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.batch_size(rows(3)[0], semantic.Filter(ASKED, "m"), **wrong)
