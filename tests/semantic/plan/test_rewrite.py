"""Whatever a rewrite does, an oracle without error gives the same rows; and it does what it is for."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.llm.simulate import Gold
from tilth.semantic.plan.execute import execute
from tilth.semantic.plan.query import Query, Scan, nodes
from tilth.semantic.plan.rewrite import described, rewritten, variants
from tilth.semantic.plan.run import run

TEXTS = [f"{word} {n}" for n in range(12) for word in ("snow", "rain")]
GOLD = (
    Gold("Is it snow?", "filter", {text: text.startswith("snow") for text in TEXTS}),
    Gold("Is it late?", "filter", {text: int(text.split()[1]) > 5 for text in TEXTS}),
    Gold("Say it.", "map", {text: text.upper() for text in TEXTS}),
    Gold("Which?", "classify", {text: "wet" if "rain" in text else "cold" for text in TEXTS}),
)
TABLE = pa.table({"text": TEXTS, "n": list(range(24)), "kind": ["a", "b", None] * 8})

STEPS = (
    lambda q: q.filter("Is it snow?", model="m"),
    lambda q: q.filter("Is it late?", model="m"),
    lambda q: q.map("Say it.", model="m", name="said"),
    lambda q: q.classify("Which?", ("wet", "cold"), model="m", name="which"),
    lambda q: q.where("n % 3 <> 1"),
    lambda q: q.where("kind = 'a' or n > 10"),
    lambda q: q.where("text like '%1%'"),
    lambda q: q.where("n < (select 20)"),
    lambda q: q.limit(5),
    lambda q: q.limit(2),
)


def plain(table: pa.Table) -> dict[str, list]:
    """The rows without the record of what each cost, which another order changes."""
    return table.select([name for name in sorted(table.schema.names) if not name.endswith("_answer")]).to_pydict()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5, unique=True), st.integers(0, 24))
def test_rewritten_plans_give_the_same_rows(simulator, steps, rows) -> None:
    simulator(*GOLD)
    query = Query(Scan(TABLE.slice(0, rows)))
    for step in steps:
        query = step(query)
    want = plain(run(query)[0])
    for tree in variants(query.node):
        assert plain(execute(tree)[0]) == want, described(tree)


def shape(query: Query) -> list[str]:
    return [type(node).__name__ for node in nodes(rewritten(query.node))]


def test_rules_go_below_models() -> None:
    query = Query(Scan(TABLE)).map("Say it.", name="said").filter("Is it snow?").where("n > 3")
    assert shape(query) == ["Scan", "Where", "Ask", "Ask"]
    assert [node.step.question.kind for node in nodes(rewritten(query.node)) if hasattr(node, "step")] == ["filter", "map"]


def test_a_rule_about_an_answer_stays_above_it() -> None:
    query = Query(Scan(TABLE)).map("Say it.", name="said").where("said like 'S%'")
    assert shape(query) == ["Scan", "Ask", "Where"]


@pytest.mark.parametrize("rule", ["n > avg(n) over ()", "n > (select avg(n) from input)", "random() < 0.5"])
def test_a_rule_about_more_than_its_row_stays_where_it_is(rule: str) -> None:
    assert shape(Query(Scan(TABLE)).filter("Is it snow?").where(rule)) == ["Scan", "Ask", "Where"]


def test_a_rule_above_a_limit_stays_above_it() -> None:
    assert shape(Query(Scan(TABLE)).limit(5).where("n > 3")) == ["Scan", "Limit", "Where"]


def test_a_limit_goes_below_what_leaves_rows_in_place_and_not_below_a_filter() -> None:
    query = Query(Scan(TABLE)).filter("Is it snow?").map("Say it.", name="said").limit(5).limit(3)
    assert shape(query) == ["Scan", "Ask", "Limit", "Ask"]
    assert next(node for node in nodes(rewritten(query.node)) if type(node).__name__ == "Limit").rows == 3


LEFT = pa.table({"name": [f"ale {n}" for n in range(7)], "n": list(range(7))})
RIGHT = pa.table({"name": [f"beer {n % 5}" for n in range(9)], "size": list(range(9))})
MATCHES = Gold("The same drink", "join", {(f"ale {n}", f"beer {n % 3}") for n in range(7)}, key="name")
LATE = Gold("Is it late?", "filter", {**{f"ale {n}": n > 2 for n in range(7)}, **{f"beer {n}": n > 0 for n in range(5)}})

JOIN_STEPS = (
    lambda q: q.where("n < 6"),
    lambda q: q.where("size % 2 = 0"),
    lambda q: q.where("n <> size"),
    lambda q: q.filter("Is it late?", columns=("name",), model="m"),
    lambda q: q.where("size > 1"),
    lambda q: q.limit(4),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(JOIN_STEPS), max_size=4, unique=True))
def test_rewritten_joins_give_the_same_rows(simulator, steps) -> None:
    simulator(MATCHES, LATE)
    query = Query(Scan(LEFT)).match(Query(Scan(RIGHT)), "The same drink", on=("name",), to=("name",), model="m")
    for step in steps:
        query = step(query)
    want = plain(run(query)[0])
    for tree in variants(query.node):
        assert plain(execute(tree)[0]) == want, described(tree)


def test_a_filter_about_one_side_may_go_to_that_side() -> None:
    query = Query(Scan(LEFT)).match(Query(Scan(RIGHT)), "The same drink").filter("Is it late?", columns=("name",))
    assert [[type(node).__name__ for node in nodes(tree)] for tree in variants(query.node)] == [
        ["Scan", "Scan", "Match", "Ask"], ["Scan", "Ask", "Scan", "Match"],
    ]  # fmt: skip
