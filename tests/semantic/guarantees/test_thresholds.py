"""Cascades: targets hold as often as promised, nothing is bought twice, ties and tiny tables and one class alone come out right."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tilth.errors import RecipeError, StepError
from tilth.semantic.guarantees.strata import answered
from tilth.semantic.guarantees.thresholds import accuracy, precision, precision_recall, recall

Bools = NDArray[np.bool_]
Data = tuple[NDArray[np.float64], Bools]


class Oracle:
    """Answers from gold, and counts; a row asked about twice is an error."""

    def __init__(self, gold: NDArray[np.generic]) -> None:
        self.gold, self.asked = gold, np.zeros(len(gold), np.bool_)

    def __call__(self, rows: NDArray[np.int64]) -> NDArray[np.generic]:
        assert len(rows), "a batch of nothing"
        assert len(set(rows.tolist())) == len(rows)
        assert not self.asked[rows].any()
        self.asked[rows] = True
        return self.gold[rows]


def tail(n: int, p: float, least: int) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def made(kind: str, seed: int, rows: int = 250) -> Data:
    """Return scores and gold of one kind of data."""
    draw = np.random.default_rng([seed, 1])
    share = {"rare": 0.04}.get(kind, 0.35)
    gold = draw.random(rows) < share
    if kind == "drifting":
        gold = draw.random(rows) < np.linspace(0.02, 0.7, rows)
    scores = 2.3 * gold + draw.normal(0, 1, rows)
    if kind == "tied":
        scores = np.round(scores / 2)
    if kind == "sorted":
        order = np.argsort(-scores)
        scores, gold = scores[order], gold[order]
    if kind == "duplicated":
        scores, gold = np.tile(scores[: rows // 5], 5), np.tile(gold[: rows // 5], 5)
    if kind == "misleading":
        scores = -scores
    return scores, gold


def quality(decided: Bools, gold: Bools) -> tuple[float, float]:
    true = int((decided & gold).sum())
    return (true / decided.sum() if decided.any() else 1.0), (true / gold.sum() if gold.any() else 1.0)


@pytest.mark.parametrize("kind", ["balanced", "rare", "sorted", "drifting", "tied", "duplicated", "misleading"])
def test_precision_and_recall_hold(kind: str) -> None:
    missed, seeds = 0, 25
    for seed in range(seeds):
        scores, gold = made(kind, seed)
        cut = answered(precision_recall(scores, delta=0.1, seed=seed), Oracle(gold))
        missed += min(quality(cut.decide(), gold)) < 0.9 - 1e-9
        assert cut.calls <= len(gold)
        assert (cut.decide()[cut.rows] == gold[cut.rows]).all()
    assert tail(seeds, 0.1, missed) > 1e-4


@pytest.mark.parametrize(("search", "which"), [(precision, 0), (recall, 1)])
def test_each_target_alone_holds(search: Callable[..., object], which: int) -> None:
    missed = 0
    for seed in range(60):
        scores, gold = made("balanced", seed, 400)
        cut = answered(search(scores, 0.9, 0.1, calls=120, seed=seed), Oracle(gold))  # type: ignore[arg-type,var-annotated]
        missed += quality(cut.decide(), gold)[which] < 0.9 - 1e-9
    assert tail(60, 0.1, missed) > 1e-4


def test_accuracy_holds_and_each_class_has_its_threshold() -> None:
    missed, calls = 0, 0
    for seed in range(40):
        draw = np.random.default_rng([seed, 1])
        sure, gold = draw.random(400) ** 0.3, draw.integers(0, 3, 400)
        sure[gold == 2] **= 0.1  # a class that the proxy is too sure of
        guess = np.where(draw.random(400) < np.where(gold == 2, 0.5, sure), gold, (gold + 1) % 3)
        trust = answered(accuracy(sure, guess, delta=0.1, seed=seed), Oracle(gold))
        missed += (trust.decide() == gold).mean() < 0.9
        calls += trust.calls
        assert [name for name, _ in trust.above] == [0, 1, 2]
    assert tail(40, 0.1, missed) > 1e-4
    assert calls < 40 * 400


def test_a_good_proxy_saves_most_calls() -> None:
    calls = []
    for seed in range(3):
        draw = np.random.default_rng([seed, 1])
        gold = draw.random(10_000) < 0.5
        calls.append(answered(precision_recall(2.326 * gold + draw.normal(0, 1, 10_000), seed=seed), Oracle(gold)).calls)
    assert max(calls) < 10_000 / 3


def test_thresholds_say_what_is_decided_unseen() -> None:
    scores, gold = made("balanced", 1, 3000)
    cut = answered(precision_recall(scores), Oracle(gold))
    unseen = np.setdiff1d(np.arange(3000), cut.rows)
    assert cut.proof == "bets"
    assert len(unseen)
    high, low = scores[unseen] >= cut.accept_above, scores[unseen] < cut.reject_below
    assert (high ^ low).all()
    assert (cut.decide()[unseen] == high).all()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.booleans()), max_size=40), st.integers(0, 3))
def test_any_small_table_is_decided_with_no_more_calls_than_rows(table: list[tuple[float, bool]], seed: int) -> None:
    scores, gold = np.array([row[0] for row in table]), np.array([row[1] for row in table], np.bool_)
    for search in (precision_recall, recall, precision):
        oracle = Oracle(gold)
        cut = answered(search(scores, seed=seed), oracle)  # type: ignore[operator]
        assert cut.calls == oracle.asked.sum() <= len(gold)
        assert len(cut.decide()) == len(gold)
        if cut.proof == "oracle":
            assert (cut.decide() == gold).all()


@pytest.mark.parametrize("gold", [np.zeros(400, np.bool_), np.ones(400, np.bool_)])
def test_one_class_alone(gold: Bools) -> None:
    cut = answered(precision_recall(np.random.default_rng(0).random(400)), Oracle(gold))
    assert min(quality(cut.decide(), gold)) >= 0.9
    if not gold.any():
        assert cut.proof == "oracle"  # nothing else proves that there is none
    else:
        assert cut.calls < 200


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    scores, gold = made("balanced", seed, 200)
    order = np.random.default_rng([seed, 1]).permutation(200)
    straight, shuffled = (answered(precision_recall(s), Oracle(g)) for s, g in ((scores, gold), (scores[order], gold[order])))
    assert (straight.decide()[order] == shuffled.decide()).all()
    assert set(straight.rows.tolist()) == set(order[shuffled.rows].tolist())


def test_only_the_order_of_scores_matters() -> None:
    scores, gold = made("balanced", 3)
    straight, bent = (answered(precision_recall(s), Oracle(gold)) for s in (scores, np.exp(3 * scores)))
    assert (straight.rows == bent.rows).all()


def test_higher_targets_cost_more() -> None:
    scores, gold = made("balanced", 3, 3000)
    calls = [answered(precision_recall(scores, target, target), Oracle(gold)).calls for target in (0.8, 0.9, 0.97)]
    assert calls == sorted(calls)
    assert answered(precision_recall(scores, 1.0, 1.0), Oracle(gold)).calls == 3000


def test_a_target_that_is_no_share_is_refused() -> None:
    for arguments in ({"precision": 0.0}, {"recall": 1.5}, {"delta": 0.0}, {"delta": 1.0}):
        with pytest.raises(RecipeError, match=next(iter(arguments))):
            next(precision_recall([0.5], **arguments))
    with pytest.raises(StepError, match="NaN"):
        next(precision_recall([float("nan")]))
