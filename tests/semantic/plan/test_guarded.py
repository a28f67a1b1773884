"""A cascade as a way of a plan: foretold from the sample, done over all rows, its targets kept and its cost told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.llm.simulate import Gold, Model
from tilth.semantic.filter import Filter
from tilth.semantic.plan.execute import execute
from tilth.semantic.plan.guarded import Guarded, asked_about
from tilth.semantic.plan.optimize import optimize
from tilth.semantic.plan.query import Ask, Query, Scan, nodes

TEXTS = [f"page {n} tells of {n * 37 % 1009}" for n in range(2500)]
GOLD = Gold("Is it praise?", "filter", {text: n % 3 == 0 for n, text in enumerate(TEXTS)})
TABLE = pa.table({"text": TEXTS, "n": list(range(2500)), "row": [f"r{n}" for n in range(2500)]})
BIG, SMALL = Model("big", price=(1.0, 1.0, 2.0)), Model("small", flip=0.08, price=(0.05, 0.05, 0.1))
PRICES = {"big": {"input": 1.0, "output": 2.0}, "small": {"input": 0.05, "output": 0.1}}


def test_done_by_both_models_and_all_columns_as_they_were(simulator) -> None:
    server = simulator(GOLD, models=(BIG, SMALL), prices=PRICES)
    step = Guarded(Filter("Is it praise?", model="big", batch=1), "small", 0.9)
    node = Ask(Scan(TABLE), step)
    found, at_work = execute(node)
    assert found.schema.names == [*TABLE.schema.names, "is_it_praise", "is_it_praise_answer"]
    kept = found["n"].to_pylist()
    right = sum(n % 3 == 0 for n in kept)
    assert right / len(kept) >= 0.9 and right >= 0.9 * 834 and found["row"].to_pylist() == [f"r{n}" for n in kept]
    stats, spent = server.stats(), at_work.of(node)
    assert stats["small"]["answered"] == 2500 and stats["big"]["answered"] < 1250
    assert abs(spent.prompt_tokens - sum(each["prompt_tokens"] for each in stats.values())) < 1
    worth = sum(PRICES[m]["input"] * (each["prompt_tokens"] + 2 * each["completion_tokens"]) for m, each in stats.items())
    assert spent.dollars is not None and abs(spent.dollars * 1e6 - worth) < 1
    assert execute(Ask(Scan(TABLE.slice(0, 0)), step))[0].schema.names == found.schema.names


def test_the_plan_takes_a_cascade_where_it_is_cheapest(simulator) -> None:
    simulator(GOLD, models=(BIG, SMALL), prices=PRICES)
    query = Query(Scan(TABLE)).filter("Is it praise?")
    plan = optimize(query, ["big", "small"], quality=0.95, sample=48)
    [node] = [node for node in nodes(plan.chosen.node) if isinstance(node, Ask)]
    assert isinstance(node.step, Guarded) and plan.chosen.quality == 0.95
    assert "a cascade small -> big at 0.95" in plan.explain()
    found, at_work = plan.run()
    right = sum(n % 3 == 0 for n in found["n"].to_pylist())
    assert right / len(found) >= 0.95 and right >= 0.95 * 834
    spent = sum(each.dollars or 0.0 for each in at_work.spent.values())
    assert plan.chosen.dollars / 2 < spent < plan.chosen.dollars * 2 < plan.plain.dollars * 2


def test_a_limit_is_not_answered_by_what_needs_all_rows(simulator) -> None:
    simulator(GOLD, models=(BIG, SMALL), prices=PRICES)
    plan = optimize(Query(Scan(TABLE)).filter("Is it praise?").limit(60), ["big", "small"], quality=0.95, sample=48)
    assert not any(isinstance(node, Ask) and isinstance(node.step, Guarded) for choice in plan.alternatives for node in nodes(choice.node))


def test_what_a_sample_foretells() -> None:
    draw = np.random.default_rng(0)
    gold = draw.random(60) < 0.4
    sure, unsure = (asked_about(gold + draw.normal(0, noise, 60), gold, 0.9) for noise in (0.2, 50.0))
    assert sure[0] + sure[1] * 5000 < 1500 and unsure[0] + unsure[1] * 5000 > 3500
    assert asked_about(np.ones(30), np.ones(30, bool), 0.9)[1] <= 1
