"""A distilled step answers like its model, says how well, and asks only where it is unsure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth as t
from tilth import read, semantic
from tilth.errors import CorpusError, RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.recipe import fitted
from tilth.semantic.distil import Distil, Distilled, calibration_error

DRAW = np.random.default_rng(0)
WORDS = {"yes": ["lesson", "proof", "exercise", "theorem"], "no": ["sale", "price", "offer", "cart"]}


def pages(count: int) -> tuple[list[str], list[str]]:
    """Pages of lessons and of offers, with some words of the other kind; every tenth is half and half."""
    texts, kinds = [], []
    for n in range(count):
        kind = "yes" if DRAW.random() < 0.4 else "no"
        share = 0.5 if n % 10 == 0 else 0.85
        own = DRAW.random(30) < share
        other = "no" if kind == "yes" else "yes"
        texts.append(f"page {n}: " + " ".join(DRAW.choice(WORDS[kind if mine else other]) for mine in own))
        kinds.append(kind)
    return texts, kinds


TEXTS, KINDS = pages(2400)
TRUTH = {text: kind == "yes" for text, kind in zip(TEXTS, KINDS, strict=True)}
GOLD = Gold("Is it a lesson?", "filter", TRUTH)
STEP = semantic.Filter("Is it a lesson?", model="m", name="lesson")


def distilled(**settings) -> tuple[Distilled, t.memory.Evaluation]:
    done = t.evaluate([Distil(STEP, labels=400, **settings)], pa.table({"text": TEXTS}))
    assert isinstance(done.executed[0], Distilled)
    return done.executed[0], done


def test_it_answers_like_the_model_and_asks_only_for_its_lessons(simulator) -> None:
    server = simulator(GOLD)
    step, done = distilled()
    assert server.stats()["m"]["answered"] <= 400 / 8 + 8
    assert step.labels == 400 and step.held_out == 120
    right = [TRUTH[text] for text in done.table["text"].to_pylist()]
    assert np.mean(right) > 0.85 and sum(right) > 0.85 * sum(TRUTH.values())


def test_what_it_says_of_itself_is_what_the_whole_corpus_shows(simulator) -> None:
    simulator(GOLD)
    step, done = distilled()
    kept = set(done.table["text"].to_pylist())
    agrees = np.mean([(text in kept) == truth for text, truth in TRUTH.items()])
    share, least = step.agreement
    assert least <= agrees and abs(share - agrees) < 0.08 and step.calibration_error < 0.15


def test_rows_of_doubt_go_back_to_the_model(simulator) -> None:
    server = simulator(GOLD)
    alone, _ = distilled()
    before = server.stats()["m"]["answered"]
    step, done = distilled(review=0.15)
    asked = done.table["lesson_answer"].to_pylist()
    assert step.agreed_reviewed > alone.agreed
    assert {"distilled", "ok"} == {each["status"] for each in asked}
    assert server.stats()["m"]["answered"] - before < 0.25 * len(TEXTS) / 8
    kept = set(done.table["text"].to_pylist())
    assert np.mean([(text in kept) == truth for text, truth in TRUTH.items()]) >= step.agreement[1]


def test_active_learning_labels_rows_of_doubt(simulator) -> None:
    simulator(GOLD)
    school, _ = distilled(rounds=4)
    plain, _ = distilled(rounds=0)
    assert school.agreed >= plain.agreed - 4


def test_few_labels_teach_before_any_is_chosen(simulator) -> None:
    simulator(GOLD)
    done = t.evaluate([Distil(STEP, labels=40, rounds=5)], pa.table({"text": TEXTS}))
    assert done.executed[0].labels == 40 and done.executed[0].held_out == 12


def test_grades_and_labels_keep_their_types(simulator) -> None:
    grades = {text: 4 if truth else 1 for text, truth in TRUTH.items()}
    names = {text: "a lesson" if yes else "an offer" for text, yes in TRUTH.items()}
    simulator(Gold("Grade it.", "score", grades), Gold("Name it.", "classify", names))
    table = pa.table({"text": TEXTS[:800]})
    scored = t.evaluate([Distil(semantic.Score("Grade it.", model="m", name="grade"), labels=200)], table).table
    named = t.evaluate([Distil(semantic.Classify("Name it.", ("a lesson", "an offer"), model="m", name="kind"), labels=200)], table).table
    assert scored["grade"].type == pa.int64() and set(scored["grade"].to_pylist()) == {1, 4}
    assert named["kind"].type == pa.large_string() and len(named) == 800


def test_in_a_run_it_is_the_same_however_it_is_cut_and_can_be_shipped(simulator, tmp_path) -> None:
    simulator(GOLD)
    for part in range(3):
        rows = [json.dumps({"text": text}) for text in TEXTS[part * 300 : part * 300 + 300]]
        (tmp_path / f"{part}.jsonl").write_text("\n".join(rows) + "\n")
    corpus = read.Jsonl(str(tmp_path / "*.jsonl"))
    found = []
    for executor in ("inline", "local:2"):
        run = t.run(corpus, [Distil(STEP, labels=200, review=0.1)], out=str(tmp_path / executor), executor=executor)
        found.append(pq.read_table(Path(run.out) / "data", columns=["text", "lesson"]).to_pydict())
    assert found[0] == found[1]
    [step] = fitted(str(tmp_path / "inline")).steps
    assert isinstance(step, Distilled) and step.held_out == 60


def test_what_cannot_be_learned(simulator) -> None:
    simulator(GOLD, Gold("Is it white?", "filter", dict.fromkeys(TEXTS, True)))
    with pytest.raises(CorpusError, match="too little"):
        t.evaluate([Distil(semantic.Filter("Is it white?", model="m"), labels=60)], pa.table({"text": TEXTS[:200]}))
    with pytest.raises(CorpusError, match="too little"):
        t.evaluate([Distil(STEP, labels=60)], pa.table({"text": TEXTS[:8]}))
    with pytest.raises(RecipeError, match="distilled"):
        Distil(STEP, labels=5)


def test_rows_that_the_model_refuses_teach_nothing(simulator) -> None:
    simulator(GOLD, models=(Model("m", refusals=0.1),))
    step, _ = distilled()
    assert step.held_out < 120 and step.agreed > 0.8 * step.held_out


def test_calibration_error_is_that_of_its_definition() -> None:
    chances, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, False, True, True])
    assert calibration_error(chances, right) == pytest.approx((abs(0.95 - 0.5) + abs(0.55 - 1.0)) / 2)
