"""A join in a recipe: ids of what matches, wherever batches are cut, with the reason where there is no answer."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import evaluate, semantic
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.memory import addressed
from tilth.semantic.gather import packed
from tilth.testing import check

SAME = "The page is about the product."
PRODUCTS = pa.table({"id": ["p1", "p2", "p3", "p4"], "name": ["kettle", "lamp", "chair", "kettle"]})
PAGES = ["tea is made in it", "it gives light", None, "of nothing at all", "tea is made in it"]
GOLD = Gold(SAME, "join", [(PAGES[0], "kettle"), (PAGES[1], "lamp"), (PAGES[1], "kettle")])


@pytest.mark.parametrize("method", ["auto", "nested", "search"])
def test_every_row_gets_the_ids_that_match(simulator, method: str) -> None:
    simulator(GOLD)
    step = semantic.Join(SAME, packed(PRODUCTS), "m", name="products", method=method, embedding="words" if method != "search" else "sim/v")
    if method == "search":
        simulator(GOLD, models=(Model("m"), Model("sim/v")))
    rows = addressed(pa.table({"text": pa.array(PAGES, pa.large_string())}))
    done = evaluate([step], rows).table
    assert done["products"].to_pylist() == [["p1", "p4"], ["p1", "p2", "p4"], None, [], ["p1", "p4"]]
    told = done["products_answer"].to_pylist()
    assert [each["status"] for each in told] == ["ok", "ok", "empty", "ok", "ok"] and sum(each["cost"] for each in told) > 0
    check(step, rows)


def test_a_row_without_an_answer_has_none_and_says_why(simulator) -> None:
    simulator(GOLD, models=(Model("m", refusals=1.0),))
    step = semantic.Join(SAME, packed(PRODUCTS), "m", name="products")
    done = evaluate([step], pa.table({"text": PAGES})).table
    assert done["products"].null_count == 5
    assert {each["status"] for each in done["products_answer"].to_pylist()} == {"refused", "empty"}
    assert "pairs have no answer" in done["products_answer"].to_pylist()[0]["reason"]


def test_windows_do_not_depend_on_batches(simulator) -> None:
    simulator(Gold(SAME, "join", [(f"page {n}", "lamp") for n in range(0, 2100, 2)]), models=(Model("m", decay=0.0005),))
    step = semantic.Join(SAME, packed(PRODUCTS), "m", name="products")
    batch = pa.record_batch({"text": pa.array([f"page {n}" for n in range(2100)], pa.large_string())})
    whole = next(iter(step.stream([batch])))
    cut = list(step.stream([batch.slice(0, 7), batch.slice(7, 0), batch.slice(7, 1500), batch.slice(1507)]))
    assert [len(part) for part in cut] == [7, 0, 1500, 593]
    assert [ids for part in cut for ids in part["products"].to_pylist()] == whole["products"].to_pylist()


@pytest.mark.parametrize("wrong", [{"right": ""}, {"columns": ()}, {"method": "hash"}, {"batch": 0}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.Join(**{"instruction": SAME, "right": "x.parquet", "model": "m"} | wrong)
