"""Answers of the dear model are bought once, kept by address, and put where they belong."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.llm.simulate import Gold, Model
from tilth.semantic.asking.answer import Answer
from tilth.semantic.classify import Classify
from tilth.semantic.filter import Filter
from tilth.semantic.oracle import Oracle, decided, recalled
from tilth.semantic.remembered import opened

TEXTS = [f"number {n}" for n in range(40)]
ROWS = pa.record_batch({"row": pa.array(np.arange(40)[::-1] * 10, pa.uint64()), "text": TEXTS})
EVEN = Gold("Is it even?", "filter", {text: n % 2 == 0 for n, text in enumerate(TEXTS)})
KIND = Gold("What is it?", "classify", {text: "even" if n % 2 == 0 else "odd" for n, text in enumerate(TEXTS)})


def test_nothing_is_bought_twice_and_what_was_bought_is_kept_by_address(simulator) -> None:
    server = simulator(EVEN)
    oracle = Oracle(Filter("Is it even?", model="m", batch=1), ROWS)
    assert oracle.yes(np.array([3, 0, 4])).tolist() == [False, True, True]
    assert oracle.yes(np.array([4, 3, 5])).tolist() == [True, False, False]
    assert server.stats()["m"]["answered"] == oracle.bought == 4
    kept = [(row, told) for row, told in zip(ROWS["row"].to_pylist(), said(oracle, ROWS), strict=True) if told]
    assert [(row, told.value) for row, told in kept] == [(390, True), (360, False), (350, True), (340, False)]
    assert all(told.prompt_tokens > 0 and told.model == "m" for _, told in kept)
    assert recalled(ROWS, oracle.step, opened(b"")) == [None] * 40


def said(oracle: Oracle, rows: pa.RecordBatch) -> list[Answer | None]:
    return recalled(rows, oracle.step, opened(oracle.kept()))


def test_what_was_bought_is_not_said_of_another_row_at_the_same_address(simulator) -> None:
    simulator(EVEN)
    oracle = Oracle(Filter("Is it even?", model="m", batch=1), ROWS)
    oracle.ask(np.arange(5))
    others = pa.record_batch({"row": ROWS["row"], "text": ["number 0", *TEXTS[:39]]})
    assert [told and told.value for told in said(oracle, others)] == [True] + [None] * 39


def test_a_row_without_an_answer_is_no_yes_and_is_not_kept(simulator) -> None:
    simulator(KIND, models=(Model("m", refusals=0.3),))
    oracle = Oracle(Classify("What is it?", ("even", "odd"), model="m", batch=1), ROWS)
    values = oracle.values(np.arange(40))
    assert None in values and said(oracle, ROWS).count(None) == values.count(None)
    assert oracle.bought == 40


def test_only_rows_that_nobody_knows_are_asked_about(simulator) -> None:
    server = simulator(EVEN)
    step = Filter("Is it even?", model="m", batch=1)
    batches = [ROWS.slice(0, 7), ROWS.slice(7, 0), ROWS.slice(7)]
    made = list(decided(step, batches, lambda batch: [Answer(True) if row > 100 else None for row in batch["row"].to_pylist()]))
    assert [len(batch) for batch in made] == [7, 0, 33] and server.stats()["m"]["answered"] == 11
    said = [value for batch in made for value in batch["is_it_even"].to_pylist()]
    assert said == [True] * 29 + [n % 2 == 0 for n in range(29, 40)]
