"""What a query is tried on: rows that look like all, or the first where few are wanted; and who is tried."""

from __future__ import annotations

from time import perf_counter

import pyarrow as pa
import pytest

from tilth.llm.simulate import Gold, Model
from tilth.semantic.filter import Filter
from tilth.semantic.guarantees.share import least_share
from tilth.semantic.plan import sampled as sampling
from tilth.semantic.plan import ways
from tilth.semantic.plan.optimize import optimize
from tilth.semantic.plan.query import Ask, Query, Scan, nodes
from tilth.semantic.plan.sampled import Trial, sampled
from tilth.semantic.plan.ways import BATCHES, worth

TEXTS = [f"Page {n} of a book." for n in range(800)]
EVEN = Gold("Is it even?", "filter", {text: n % 2 == 0 for n, text in enumerate(TEXTS)})
EARLY = Gold("Is it early?", "filter", {text: n < 400 for n, text in enumerate(TEXTS)})
SAY = Gold("Say it.", "map", {text: text[:8] for text in TEXTS})
PAGES = Query(Scan(pa.table({"text": TEXTS, "n": list(range(800))})))
MODELS = (Model("big"), Model("small"))


def test_a_sample_looks_like_all(simulator) -> None:
    simulator(EARLY, models=MODELS)
    [task] = sampled(PAGES.filter("Is it early?").node, Trial(["big"], 100, 0.05)).asks.values()
    assert task.ways[0].asked == 40 and 0.25 < task.passes < 0.75  # a twentieth of all


def test_the_first_rows_are_tried_where_few_are_wanted_and_nothing_is_asked_twice(simulator) -> None:
    server = simulator(EVEN, models=MODELS)
    plan = optimize(PAGES.filter("Is it even?").limit(9), ["big", "small"])
    assert server.stats()["big"]["answered"] == 9 and plan.chosen.quality == 1.0
    assert plan.run()[0]["n"].to_pylist() == list(range(0, 18, 2))
    stats = server.stats()
    assert stats["small"]["answered"] == 0 and 17 <= stats["big"]["answered"] <= 20  # 17 hold nine that are even


@pytest.mark.parametrize("asked", [{"budget": 1.0}, {"seconds": 60.0}])
def test_all_are_compared_where_a_budget_or_a_time_is_to_be_kept(simulator, asked) -> None:
    server = simulator(EVEN, models=MODELS)
    optimize(PAGES.filter("Is it even?").limit(9), ["big", "small"], **asked, sample=16)
    assert server.stats()["small"]["answered"] > 16


def test_tasks_share_what_may_fail(simulator) -> None:
    """Two bounds that hold with 1 - delta / 2 each hold together with 1 - delta, and only then is their product one."""
    simulator(EVEN, EARLY, models=MODELS)
    query = PAGES.filter("Is it even?").filter("Is it early?")
    tasks = sampled(query.node, Trial(["big", "small"], 40, 0.05))
    for node in (node for node in nodes(query.node) if isinstance(node, Ask)):
        assert {way.low for way in tasks.of(node).ways[1:] if not way.whole} == {least_share(40, 40, 0.05 / 2 / 5)}


def test_what_cannot_be_shown_is_not_tried(simulator) -> None:
    server = simulator(EVEN, SAY, models=MODELS)
    trial = Trial(["big", "small"], 20, 0.05, quality=0.999)
    sampled(PAGES.map("Say it.").node, trial)
    assert server.stats()["small"]["answered"] == 0 and server.stats()["big"]["answered"] == 20
    sampled(PAGES.filter("Is it even?").node, trial)
    assert server.stats()["small"]["answered"] == 20, "one by one, for a cascade"


def test_fuller_prompts_are_tried_where_they_save_tokens(simulator) -> None:
    long = [f"Page {n}: " + "of a book that goes on and on " * 300 for n in range(200)]
    simulator(Gold("Is it even?", "filter", {text: n % 2 == 0 for n, text in enumerate(long)}), EVEN, models=MODELS)
    step = Filter("Is it even?", "big")
    assert worth(step, PAGES.node.table.slice(0, 32)) == BATCHES and worth(step, pa.table({"text": long[:32]})) == (1,)
    query = Query(Scan(pa.table({"text": long}))).filter("Is it even?")
    for bounded, tried in ((False, {1}), (True, set(BATCHES))):
        [task] = sampled(query.node, Trial(["big", "small"], 20, 0.05, bounded=bounded)).asks.values()
        assert {way.step.question.batch for way in task.ways} == tried


def test_ways_are_tried_side_by_side(simulator) -> None:
    """A call takes 0.2 s: one way after the other, of two tasks, would take twice 1.2 s."""
    slow = tuple(Model(name, base_seconds=0.2) for name in ("big", "small"))
    simulator(EVEN, EARLY, models=slow)
    query, began = PAGES.filter("Is it even?").filter("Is it early?"), perf_counter()
    found = sampled(query.node, Trial(["big", "small"], 32, 0.05, bounded=True))
    took = perf_counter() - began
    calls = [sum(work.latency for work in way.work) for task in found.asks.values() for way in task.ways if not way.whole]
    assert len(calls) == 12 and took < sum(calls) / 2


def test_what_is_found_side_by_side_is_what_is_found_in_turn(simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = (Model("big", flip=0.1, decay=0.2), Model("small", flip=0.3, decay=0.5))
    query, told = PAGES.filter("Is it even?").filter("Is it early?"), []
    for in_turn in (False, True):
        if in_turn:
            for module in (ways, sampling):
                monkeypatch.setattr(module, "side_by_side", lambda works: [work() for work in works])
        server = simulator(EVEN, EARLY, models=noisy)
        found = sampled(query.node, Trial(["big", "small"], 32, 0.05, bounded=True))
        each = [(way.step, way.dollars, way.tokens, way.agreed, way.low) for task in found.asks.values() for way in task.ways]
        told.append((each, {name: of["requests"] for name, of in server.stats().items()}))
    assert told[0] == told[1]
