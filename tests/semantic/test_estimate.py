"""Bounds on what a model would say hold, a good proxy makes them tight with few labels, and their cost is told."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from tilth import semantic
from tilth.errors import CorpusError, RecipeError, StepError
from tilth.llm.simulate import Gold, Model
from tilth.semantic.guarantees.share import least_share

TEXTS = [f"review {n} tells of {n * 37 % 101}" for n in range(1500)]
PRAISE = Gold("Is it praise?", "filter", {text: n % 3 == 0 for n, text in enumerate(TEXTS)})
GRADE = Gold("How good?", "score", {text: n * 7 % 6 for n, text in enumerate(TEXTS)})
TABLE = pa.table({"text": TEXTS, "price": [float(n % 40) if n % 11 else None for n in range(1500)]})
STEP = semantic.Filter("Is it praise?", model="big")
SMALL = semantic.Likelihood(semantic.Filter("Is it praise?", model="small"))
PRICES = [n % 40 for n in range(0, 1500, 3) if n % 11]


def test_how_many_rows_the_model_says_yes_to(simulator) -> None:
    server = simulator(PRAISE, models=(Model("big"), Model("small", flip=0.03)))
    plain, helped = (semantic.count(TABLE, STEP, proxy, within=75) for proxy in (None, SMALL))
    for found in (plain, helped):
        assert found.low <= 500 <= found.high and found.low <= found.estimate <= found.high <= found.low + 150
    assert helped.calls < plain.calls < 1000 and helped.rows == 1500
    stats = server.stats()
    assert helped.dollars is not None and helped.dollars > stats["small"]["prompt_tokens"] / 1e6


def test_sums_and_means_of_a_column(simulator) -> None:
    simulator(PRAISE, models=(Model("big"), Model("small", flip=0.03)))
    found = semantic.total(TABLE, STEP, SMALL, of="price", within=2000)
    assert found.low <= sum(PRICES) <= found.high and found.calls < 700
    found = semantic.mean(TABLE, STEP, SMALL, of="price", within=4)
    assert found.low <= np.mean(PRICES) <= found.high and found.calls < 700


def test_sums_and_means_of_grades(simulator) -> None:
    simulator(GRADE)
    step = semantic.Score("How good?", model="m")
    grades = [n * 7 % 6 for n in range(1500)]
    table = TABLE.append_column("hunch", pa.array([grade + n % 3 * 0.1 for n, grade in enumerate(grades)]))
    found = semantic.total(table, step, "hunch", within=150)
    assert found.low <= sum(grades) <= found.high and found.calls < 800
    assert semantic.total(table, step, within=150).calls > found.calls
    found = semantic.mean(TABLE, step, calls=320)
    assert found.low <= np.mean(grades) <= found.high < found.low + 1.5 and found.calls == 320


def test_all_rows_asked_about_is_exact(simulator) -> None:
    simulator(PRAISE)
    few = TABLE.slice(0, 90)
    step = semantic.Filter("Is it praise?", model="m")
    assert (found := semantic.count(few, step, within=0.4)).low == found.high == found.estimate == 30
    assert found.calls <= 90
    unknown = few.append_column("none", pa.nulls(90, pa.float64()))
    assert math.isnan(semantic.mean(unknown, step, of="none", within=1).estimate)
    assert semantic.total(unknown, step, of="none", within=1).estimate == 0
    assert semantic.count(few.slice(0, 0), step, calls=5).estimate == 0


def test_a_row_without_an_answer_does_not_count(simulator) -> None:
    simulator(GRADE, PRAISE, models=(Model("m", refusals=0.3),))
    few = TABLE.slice(0, 60)
    answers = semantic.Score("How good?", model="m").apply(few.combine_chunks().to_batches()[0])["how_good"].to_pylist()
    said = [answer for answer in answers if answer is not None]
    assert len(said) < 60
    found = semantic.mean(few, semantic.Score("How good?", model="m"), within=0.001)
    assert math.isclose(found.estimate, np.mean(said)) and found.low == found.high
    assert math.isclose(semantic.total(few, semantic.Score("How good?", model="m"), within=0.01).estimate, sum(said), abs_tol=0.02)


def test_bounds_are_missed_no_oftener_than_delta(simulator) -> None:
    """Shuffled tables draw other samples of the same rows: their answers are in the cache."""
    simulator(PRAISE, models=(Model("big"), Model("small", flip=0.2, logprobs="overconfident")))
    few = TABLE.slice(0, 400)
    truth, missed = sum(n % 3 == 0 for n in range(400)), 0
    for seed in range(25):
        shuffled = few.take(pa.array(np.random.default_rng(seed).permutation(400)))
        found = semantic.count(shuffled, semantic.Filter("Is it praise?", model="big", batch=1), SMALL, calls=60, delta=0.2)
        missed += not found.low <= truth <= found.high
    assert least_share(missed, 25, 0.001) <= 0.2


def test_what_cannot_be(simulator) -> None:
    simulator(PRAISE, models=(Model("big"), Model("small")))
    with pytest.raises(RecipeError, match="every row"):
        semantic.count(TABLE, STEP)
    with pytest.raises(RecipeError, match="summed"):
        semantic.total(TABLE, STEP, within=1)
    with pytest.raises(CorpusError, match="cost"):
        semantic.total(TABLE, STEP, of="cost", within=1)
    with pytest.raises(RecipeError, match="no column 'surprise'"):
        semantic.count(TABLE, STEP, "surprise", within=10)


def test_a_cap_stops_it(simulator) -> None:
    simulator(PRAISE, models=(Model("big"),), budget=0.001)
    with pytest.raises(StepError, match="budget"):
        semantic.count(TABLE, STEP, within=5)
