"""Labels cost less, as many are right as was asked for, and no row is paid for twice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import tilth as t
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.semantic.classify import Classify
from tilth.semantic.classify_cascade import ClassifyCascade

LABELS = ("news", "shop", "talk")
TEXTS = [f"page {n} tells of {n * 37 % 101}" for n in range(1200)]
TRUTH = {text: LABELS[n % 7 % 3] for n, text in enumerate(TEXTS)}
GOLD = Gold("What is it?", "classify", TRUTH)
STEP = Classify("What is it?", LABELS, model="big", name="kind")
GUESS = Classify("What is it?", LABELS, model="small", name="guess", batch=1)


def right(table: pa.Table, truth: dict[str, str]) -> float:
    return float(np.mean([truth[row["text"]] == row["kind"] for row in table.select(["text", "kind"]).to_pylist()]))


@pytest.mark.parametrize("confidence", ["calibrated", "overconfident", "useless", "absent"])
def test_accuracy_holds_whatever_the_proxy_says_of_itself(simulator, confidence: str) -> None:
    server = simulator(GOLD, models=(Model("big"), Model("small", flip=0.12, logprobs=confidence)))
    done = t.evaluate([ClassifyCascade(STEP, GUESS)], pa.table({"text": TEXTS}))
    assert len(done.table) == len(TEXTS) and right(done.table, TRUTH) >= 0.9
    assert server.stats()["big"]["answered"] <= len(TEXTS) / 8 * 1.1
    if confidence == "calibrated":
        assert done.executed[0].bought < len(TEXTS) / 2
        assert {each["status"] for each in done.table["kind_answer"].to_pylist()} == {"ok", "proxy"}


def test_a_larger_corpus_is_learned_from_a_sample(simulator) -> None:
    texts = [f"page {n} tells of {n * 37 % 1009}" for n in range(4000)]
    truth = {text: LABELS[n % 3] for n, text in enumerate(texts)}
    simulator(Gold("What is it?", "classify", truth), models=(Model("big"), Model("small", flip=0.1)))
    done = t.evaluate([ClassifyCascade(STEP, GUESS, pool=2000, labels=800)], pa.table({"text": texts}))
    assert right(done.table, truth) >= 0.9 and done.executed[0].bought == 800
    assert sum(each["status"] == "proxy" for each in done.table["kind_answer"].to_pylist()) > 1800


def test_a_proxy_that_learns_from_the_labels(simulator) -> None:
    texts = [f"page {n} on {('the election', 'a sale of shoes', 'my cat')[n % 3]} and {n * 37 % 101}" for n in range(1200)]
    truth = {text: LABELS[n % 3] for n, text in enumerate(texts)}
    server = simulator(Gold("What is it?", "classify", truth), models=(Model("big"),))
    done = t.evaluate([ClassifyCascade(STEP)], pa.table({"text": texts}))
    assert right(done.table, truth) >= 0.9 and server.stats()["big"]["answered"] < len(texts) / 8 / 2


def test_a_label_that_the_proxy_never_gives_is_found_by_the_model(simulator) -> None:
    """What it takes for news is a third talk: only part of that may stand."""
    small = Gold("Guess what it is", "classify", {text: kind if kind != "talk" else "news" for text, kind in TRUTH.items()})
    simulator(GOLD, small, models=(Model("big"), Model("small")))
    guess = Classify("Guess what it is", LABELS, model="small", name="guess", batch=1)
    done = t.evaluate([ClassifyCascade(STEP, guess, accuracy=0.95)], pa.table({"text": TEXTS}))
    assert right(done.table, TRUTH) >= 0.95 and "talk" in done.table["kind"].to_pylist()


def test_what_cannot_be(simulator) -> None:
    simulator(GOLD, models=(Model("big"), Model("small")))
    with pytest.raises(RecipeError, match="accuracy is 1"):
        ClassifyCascade(STEP, GUESS, accuracy=1)
    with pytest.raises(RecipeError, match="no column 'surprise'"):
        t.evaluate([ClassifyCascade(STEP, GUESS, guess="surprise")], pa.table({"text": TEXTS[:50]}))
