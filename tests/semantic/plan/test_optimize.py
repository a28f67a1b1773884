"""The chosen plan meets what was asked, costs what was foretold, and is explained."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.semantic.guarantees.share import least_share
from tilth.semantic.plan.optimize import QUALITY, SAMPLE, optimize
from tilth.semantic.plan.query import Query, Scan, nodes
from tilth.semantic.plan.run import run

TEXTS = [f"Page {n}: " + " ".join(f"word{n * k % 97}" for k in range(1, 30)) for n in range(800)]
GOLD = (
    Gold("Is it rare?", "filter", {text: n % 20 == 0 for n, text in enumerate(TEXTS)}),
    Gold("Is it common?", "filter", {text: n % 10 != 0 or n % 20 == 0 for n, text in enumerate(TEXTS)}),
    Gold("Say it.", "map", {text: text[:8] for text in TEXTS}),
)
TABLE = pa.table({"text": TEXTS, "n": list(range(800))})
BIG, SMALL = Model("big", price=(1.0, 1.0, 2.0)), Model("small", price=(0.1, 0.1, 0.2))
BAD = Model("bad", flip=0.4, price=(0.01, 0.01, 0.02))
PRICES = {"big": {"input": 1.0, "output": 2.0}, "small": {"input": 0.1, "output": 0.2}, "bad": {"input": 0.01, "output": 0.02}}


def asked(tree) -> list[tuple[str, str]]:
    return [(node.step.question.instruction, node.step.question.model) for node in nodes(tree) if hasattr(node, "step")]


def test_the_filter_that_lets_least_through_goes_first(simulator) -> None:
    simulator(*GOLD, models=(BIG,), prices=PRICES)
    query = Query(Scan(TABLE)).filter("Is it common?").filter("Is it rare?").map("Say it.", name="said")
    plan = optimize(query, ["big"], sample=40)
    assert [task for task, _ in asked(plan.chosen.node)] == ["Is it rare?", "Is it common?", "Say it."]


def test_a_good_and_cheap_model_is_taken_and_a_bad_one_is_not(simulator) -> None:
    simulator(*GOLD, models=(BIG, SMALL, BAD), prices=PRICES)
    plan = optimize(Query(Scan(TABLE)).filter("Is it rare?"), ["big", "small", "bad"], quality=0.8, sample=40)
    assert asked(plan.chosen.node) == [("Is it rare?", "small")]
    assert plan.chosen.quality >= 0.8 and plan.chosen.dollars < plan.plain.dollars / 10


def test_cost_is_about_what_was_foretold_and_rows_are_the_plain_ones(simulator) -> None:
    simulator(*GOLD, models=(BIG, SMALL), prices=PRICES)
    query = Query(Scan(TABLE)).map("Say it.", model="big", name="said").filter("Is it rare?").where("n < 600")
    plan = optimize(query, ["big", "small"], quality=0.75, sample=40)
    found, at_work = plan.run()
    spent = sum(each.dollars for each in at_work.spent.values())
    assert found["n"].to_pylist() == list(range(0, 600, 20))
    assert plan.chosen.dollars / 2 < spent < plan.chosen.dollars * 2


def test_a_quality_that_a_sample_cannot_show_goes_to_the_reference(simulator) -> None:
    simulator(*GOLD, models=(BIG, SMALL), prices=PRICES)
    plan = optimize(Query(Scan(TABLE)).filter("Is it rare?"), ["big", "small"], quality=0.999, sample=20)
    assert asked(plan.chosen.node) == [("Is it rare?", "big")] and plan.chosen.quality == 1.0


def test_a_sample_without_a_yes_does_not_make_a_limit_ask_about_all(simulator) -> None:
    rows = pa.table({"text": [f"row {n}" for n in range(400)]})
    gold = Gold("Is it rare?", "filter", {f"row {n}": n % 100 == 7 and n != 107 for n in range(400)})
    server = simulator(gold, models=(Model("big"),))
    plan = optimize(Query(Scan(rows)).filter("Is it rare?").limit(1), ["big"], sample=8)
    assert next(iter(plan.tasks.asks.values())).passes == 0
    server.reset()
    assert plan.run()[0]["text"].to_pylist() == ["row 7"]
    assert server.stats()["big"]["answered"] < 40


def test_the_best_within_a_budget(simulator) -> None:
    simulator(*GOLD, models=(BIG, SMALL), prices=PRICES)
    query = Query(Scan(TABLE)).filter("Is it rare?")
    rich, poor = (optimize(query, ["big", "small"], budget=money, sample=20) for money in (1.0, 0.035))
    assert rich.chosen.quality == 1.0 > poor.chosen.quality
    assert poor.chosen.dollars + poor.sampled <= 0.035
    with pytest.raises(RecipeError, match="No plan"):
        optimize(query, ["big", "small"], budget=0.001, sample=20)


def test_the_best_within_a_time(simulator) -> None:
    """The cheap model is slow: a stated time goes to the dear one, which takes about as long as was foretold."""
    slow, quick = Model("slow", base_seconds=0.05, decode_seconds=0.004), Model("quick", base_seconds=0.1)
    prices = {"slow": PRICES["small"], "quick": PRICES["big"]}
    simulator(*GOLD, models=(slow, quick), prices=prices, in_flight=2)
    query = Query(Scan(TABLE.slice(0, 320))).filter("Is it rare?")
    cheap = optimize(query, ["slow", "quick"], quality=0.5, sample=8)
    fast = optimize(query, ["slow", "quick"], quality=0.5, seconds=cheap.chosen.seconds / 2, sample=8)
    best = optimize(query, ["slow", "quick"], seconds=600, sample=8)
    assert [asked(plan.chosen.node)[0][1] for plan in (cheap, fast, best)] == ["slow", "quick", "slow"]
    assert fast.chosen.seconds + fast.sampling < cheap.chosen.seconds / 2 and fast.chosen.dollars > cheap.chosen.dollars
    assert best.chosen.quality == 1.0
    assert best.plain.seconds == pytest.approx(cheap.plain.seconds)  # the sample is in the cache, and its times with it
    began = time.perf_counter()
    _, account = fast.run()
    took = time.perf_counter() - began
    assert fast.chosen.seconds / 2 < took < fast.chosen.seconds * 3
    assert fast.chosen.seconds / 2 < sum(spent.seconds for spent in account.spent.values()) <= took
    with pytest.raises(RecipeError, match="No plan"):
        optimize(query, ["slow", "quick"], seconds=0.01, sample=8)


def test_a_sample_of_the_default_size_shows_the_default_quality() -> None:
    assert all(least_share(SAMPLE, SAMPLE, 0.05 / ways) >= QUALITY for ways in range(1, 42))
    assert least_share(SAMPLE // 2, SAMPLE // 2, 0.05 / 5) < QUALITY


def test_no_price_no_plan(simulator) -> None:
    simulator(*GOLD, models=(BIG,), prices={})
    with pytest.raises(RecipeError, match="price"):
        optimize(Query(Scan(TABLE)).filter("Is it rare?"), ["big"], sample=8)


STEPS = (
    lambda query: query.filter("Is it rare?"), lambda query: query.filter("Is it common?"), lambda query: query.map("Say it.", name="said"),
    lambda query: query.where("n % 3 <> 1"), lambda query: query.limit(7), lambda query: query.limit(3),
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5, unique=True), st.integers(0, 60), st.sampled_from([0.5, 0.95]))
def test_models_without_error_say_by_any_plan_what_they_say_as_written(simulator, steps, rows, quality) -> None:
    simulator(*GOLD, models=(BIG, SMALL), prices=PRICES)
    query = Query(Scan(TABLE.slice(0, rows)))
    for step in steps:
        query = step(query)
    planned, written = (table.select(["n", *({"said"} & {*table.schema.names})]).to_pydict() for table in (
        optimize(query, ["big", "small"], quality=quality, sample=8).run()[0], run(query, "big")[0],
    ))  # fmt: skip
    assert planned == written


def test_a_bad_plan_is_seen_through(simulator) -> None:
    """Bounds are real: what a plan promises is kept by its answers over all rows."""
    simulator(*GOLD, models=(BIG, Model("fair", flip=0.08, price=(0.1, 0.1, 0.2))), prices=PRICES | {"fair": PRICES["small"]})
    query = Query(Scan(TABLE)).classify("Is it rare?", ("yes", "no"), name="rare")
    plan = optimize(query, ["big", "fair"], quality=0.8, sample=120)
    kept, truth = plan.run()[0]["rare"].to_pylist(), run(query, "big")[0]["rare"].to_pylist()
    assert sum(a == b for a, b in zip(kept, truth, strict=True)) / len(truth) >= plan.chosen.quality


def test_a_join_is_planned_with_its_filter_below_it(simulator) -> None:
    lefts, rights = ([f"{kind} of cask{n * 7919 % 1000:03d}" for n in range(size)] for kind, size in (("ale", 200), ("beer", 150)))
    same = Gold("The same cask", "join", set(zip(lefts, rights, strict=False)), key="name")
    few = Gold("Is it a tenth?", "filter", {name: n % 10 == 0 for n, name in enumerate(lefts)})
    server = simulator(same, few, models=(BIG, SMALL), prices=PRICES)
    left, right = (Query(Scan(pa.table({"name": names}))) for names in (lefts, rights))
    query = left.match(right, "The same cask").filter("Is it a tenth?", columns=("name",))
    plan = optimize(query, ["big", "small"], quality=0.3, sample=20)
    assert [type(node).__name__ for node in nodes(plan.chosen.node)] == ["Scan", "Ask", "Scan", "Match"]
    server.reset()
    found, _ = plan.run()
    assert found["name_right"].to_pylist() == rights[::10]
    assert plan.chosen.dollars < plan.plain.dollars / 10 and "match" in plan.explain()
