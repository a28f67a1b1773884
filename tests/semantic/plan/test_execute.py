"""Rows flow as a plan says; a limit asks no more than it needs; what a node spent is what the server counted."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.semantic.plan.execute import execute
from tilth.semantic.plan.query import Query, Scan

TEXTS = [f"page {n}" for n in range(2000)]
EVEN = Gold("Is it even?", "filter", {text: int(text.split()[1]) % 2 == 0 for text in TEXTS})
RARE = Gold("Is it rare?", "filter", {text: int(text.split()[1]) % 100 == 99 for text in TEXTS})
TABLE = pa.table({"text": TEXTS, "n": list(range(2000))})


def test_a_limit_stops_asking(simulator) -> None:
    server = simulator(EVEN)
    found, _ = execute(Query(Scan(TABLE)).filter("Is it even?", model="m").limit(5).node, expected=0.5)
    assert found["n"].to_pylist() == [0, 2, 4, 6, 8]
    assert server.stats()["m"]["answered"] <= 3  # of 250 that the plain plan asks


def test_a_limit_on_rare_rows_takes_longer_steps_and_gives_the_same(simulator) -> None:
    server = simulator(RARE)
    found, _ = execute(Query(Scan(TABLE)).filter("Is it rare?", model="m").limit(3).node)
    assert found["n"].to_pylist() == [99, 199, 299]
    assert server.stats()["m"]["answered"] <= 200


def test_accounts_are_those_of_the_server(simulator) -> None:
    server = simulator(EVEN, RARE)
    query = Query(Scan(TABLE.slice(0, 400))).filter("Is it even?", model="m").filter("Is it rare?", model="m")
    found, at_work = execute(query.node)
    assert len(found) == 0
    spent, told = at_work.of(query.node), server.stats()["m"]
    both = [at_work.of(query.node), at_work.of(query.node.child)]
    assert (spent.came, spent.left) == (200, 0)
    assert sum(each.prompt_tokens for each in both) == pytest.approx(told["prompt_tokens"])
    assert sum(each.completion_tokens for each in both) == pytest.approx(told["completion_tokens"])
    assert sum(each.dollars for each in both) == pytest.approx(told["prompt_tokens"] / 1e6 + 2 * told["completion_tokens"] / 1e6)


def test_rows_without_an_answer_are_kept_apart(simulator) -> None:
    simulator(EVEN, models=(Model("m", refusals=0.2),))
    query = Query(Scan(TABLE.slice(0, 100))).filter("Is it even?", model="m")
    found, at_work = execute(query.node)
    lost = sum(len(each) for each in at_work.quarantine)
    assert 5 < lost == at_work.of(query.node).unanswered
    assert set(found["n"].to_pylist()) <= set(range(0, 100, 2))
    assert at_work.quarantine[0]["error"][0].as_py().startswith("refused")


def test_sql_over_all_rows(simulator) -> None:
    simulator(EVEN)
    query = Query(Scan(TABLE.slice(0, 60))).filter("Is it even?", model="m")
    query = query.sql("select count(*)::bigint as many, max(n) as last from input")
    assert execute(query.node)[0].to_pydict() == {"many": [30], "last": [58]}


def test_no_rows(simulator) -> None:
    server = simulator(EVEN)
    found, _ = execute(Query(Scan(TABLE.slice(0, 0))).filter("Is it even?", model="m").map("Say it.", model="m", name="said").limit(3).node)
    assert len(found) == 0 and found.schema.names == ["text", "n", "is_it_even", "is_it_even_answer", "said", "said_answer"]
    assert not server.stats().get("m", {}).get("requests")


def test_a_rule_that_is_none(simulator) -> None:
    with pytest.raises(RecipeError, match="SQL"):
        execute(Query(Scan(TABLE)).where("nn > 1").node)
