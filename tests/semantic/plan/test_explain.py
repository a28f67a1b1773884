"""A plan says what it does, by whom, why, at what cost, and what else there was."""

from __future__ import annotations

import pyarrow as pa

from tilth.llm.simulate import Gold, Model
from tilth.semantic.plan.optimize import optimize
from tilth.semantic.plan.query import Query, Scan

TEXTS = [f"Page {n} of a book." for n in range(800)]
GOLD = Gold("Is it rare?", "filter", {text: n % 20 == 0 for n, text in enumerate(TEXTS)})
SAME = Gold("The same page", "join", {(text, text) for text in TEXTS}, key="text")
PAGES = Query(Scan(pa.table({"text": TEXTS}), "pages"))
BIG, SMALL = Model("big", base_seconds=0.02), Model("small", base_seconds=0.01)
PRICES = {"big": {"input": 1.0, "output": 2.0}, "small": {"input": 0.1, "output": 0.2}}


def test_a_plan_explains_itself(simulator) -> None:
    simulator(GOLD, models=(BIG, SMALL), prices=PRICES)
    told = optimize(PAGES.filter("Is it rare?").limit(40), ["big", "small"], quality=0.8, sample=40).explain().splitlines()
    assert told[0].startswith("plan for quality 0.8: $0.0") and "quality 0.89; row by row by the reference: $0.0" in told[0]
    assert told[1].strip() == "limit 40" and told[3].strip() == "pages: 800 rows"
    assert "by small, 32 rows a prompt: agrees on 40 of 40 (at least 0.89), $" in told[2] and " s a 1,000 rows, " in told[2]
    others = told[told.index("other plans:") + 1 : -1]
    assert others and all(" s, " in other and "quality" in other for other in others)
    assert told[-1].startswith("the sample cost $0.0") and told[-1].endswith(" s; its answers are in the cache")


def test_all_that_was_asked_for_is_said(simulator) -> None:
    simulator(GOLD, models=(BIG, SMALL), prices=PRICES)
    plan = optimize(PAGES.filter("Is it rare?"), ["big", "small"], quality=0.5, budget=3, seconds=600, sample=8)
    assert plan.explain().startswith("plan for quality 0.5, $3, 600 s: ")


def test_a_join_is_explained(simulator) -> None:
    simulator(SAME, models=(BIG,), prices=PRICES)
    few = Query(Scan(pa.table({"text": TEXTS[:30]}), "few"))
    told = optimize(few.match(few, "The same page"), ["big"], quality=0.1, sample=10).explain()
    assert "match 'The same page' by big" in told and "agrees on" in told and " pairs (at least" in told and "% match" in told
