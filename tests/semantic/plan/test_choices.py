"""The search over plans: what is built up from the ways of each task is what adding it up by hand gives, and nothing better is lost."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pyarrow as pa
import pytest

from tilth.semantic.filter import Filter
from tilth.semantic.plan.choices import WIDEST, Choice, Tasks, choices, plain, unbeaten
from tilth.semantic.plan.pace import Pace, Work
from tilth.semantic.plan.query import Query, Scan
from tilth.semantic.plan.ways import Measured, Way, named

TABLE = Scan(pa.table({"text": [f"page {n}" for n in range(100)]}))
ONE = Pace(in_flight=1)


def way(step: Filter, model: str, dollars: float, latency: float, low: float) -> Way:
    work = Work(ONE, calls=1.0, latency=latency, tokens=100)
    return Way(Filter(step.instruction, model, batch=1), dollars, 100.0, 10, 10, low, (work,))


def tasks(**passing: float) -> Tasks:
    steps = {name: Filter(name, "any") for name in passing}
    ways = {
        name: (way(step, "big", 1.0 + n, 0.5, 1.0), way(step, "small", 0.1, 0.2, 0.8), way(step, "quick", 3.0, 0.01, 0.7))
        for n, (name, step) in enumerate(steps.items())
    }
    return Tasks({named(step): Measured(passing[name], ways[name], 0.0) for name, step in steps.items()}, {})


def query(*names: str) -> Query:
    found = Query(TABLE)
    for name in names:
        found = found.filter(name)
    return found


def test_the_cheapest_order_and_ways_are_found() -> None:
    known = tasks(a=0.9, b=0.5, c=0.1)
    measured = {name: next(task for key, task in known.asks.items() if key.startswith(f"filter {name} ")) for name in "abc"}
    every = []
    for order in permutations("abc"):
        for ways in product(range(3), repeat=3):
            rows, dollars, seconds, quality = 100.0, 0.0, 0.0, 1.0
            for name, n in zip(order, ways, strict=True):
                chosen = measured[name].ways[n]
                dollars, seconds, quality = dollars + rows * chosen.dollars, seconds + chosen.seconds(rows), quality * chosen.low
                rows *= measured[name].passes
            every.append((dollars, seconds, quality))
    found = choices(query("a", "b", "c").node, known)
    for measure in (lambda cost: cost[0], lambda cost: -cost[2], lambda cost: (-cost[2], cost[0])):
        assert min(map(measure, every)) == pytest.approx(min(measure((c.dollars, c.seconds, c.quality)) for c in found))
    assert min(choice.seconds for choice in found) <= 1.1**3 * min(seconds for _, seconds, _ in every)
    for quality in (1.0, 0.8, 0.7, 0.5):
        best = min(dollars for dollars, _, kept in every if kept >= quality - 1e-9)
        assert min(choice.dollars for choice in found if choice.quality >= quality - 1e-9) == pytest.approx(best)


def test_nothing_that_is_kept_is_beaten_and_what_is_lost_is() -> None:
    draw = np.random.default_rng(0)
    every = [Choice(TABLE, 1, 1, *draw.random(2), seconds=seconds, quality=quality) for seconds, quality in draw.random((300, 2))]
    kept = unbeaten(every)
    assert all(not any(other.covers(each) for other in kept if other is not each and other.dollars < each.dollars) for each in kept)
    assert all(each in kept or any(other.covers(each) for other in kept) for each in every)


def test_of_too_many_the_ends_are_kept() -> None:
    every = [Choice(TABLE, 1, 1, dollars=n, seconds=2.0 ** ((n * 7) % 500 / 10), quality=(n * 11 % 499) / 499) for n in range(500)]
    kept = unbeaten(sorted(every, key=lambda each: each.dollars))
    assert len(kept) <= WIDEST + 2
    assert min(kept, key=lambda each: each.dollars).dollars == 0
    assert max(each.quality for each in kept) == max(each.quality for each in every)
    assert min(each.seconds for each in kept) <= 1.1 * min(each.seconds for each in every)


def test_a_limit_costs_its_share_and_takes_a_few_rounds() -> None:
    known = tasks(a=0.5)
    whole, few = (next(c for c in choices(node, known) if c.quality == 1.0) for node in (query("a").node, query("a").limit(5).node))
    assert (whole.dollars, whole.seconds, whole.rows) == (100, 50, 50)
    assert (few.dollars, few.seconds, few.rows) == (10, 5, 5)  # as many rows as it takes, each in its turn
    [wide] = [c for c in choices(query("a").limit(5).node, _with_pace(known, Pace(in_flight=64))) if c.quality == 1.0]
    assert wide.seconds == 3 * 0.5  # rounds


def _with_pace(known: Tasks, pace: Pace) -> Tasks:
    [(name, task)] = known.asks.items()
    ways = tuple(Way(w.step, w.dollars, w.tokens, w.agreed, w.asked, w.low, (Work(pace, 1.0, 0.5, 100),)) for w in task.ways[:1])
    return Tasks({name: Measured(task.passes, ways, 0.0)}, {})


def test_the_plain_plan_stops_nowhere() -> None:
    found = plain(query("a", "b").limit(3).node, tasks(a=0.5, b=0.5))
    assert (found.dollars, found.seconds, found.rows, found.quality) == (100 + 50 * 2, 50 + 25, 3, 1.0)
