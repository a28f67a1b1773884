"""Cuts proved on a sample hold for the corpus: they miss no oftener than delta, and save what a good proxy can."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.semantic.guarantees.extrapolate import Cuts, extrapolate, extrapolate_accuracy
from tilth.semantic.guarantees.share import least_share
from tilth.semantic.guarantees.strata import answered

SEEDS, DELTA = 60, 0.1


def corpus(kind: str, draw: np.random.Generator, rows: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    gold = draw.random(rows) < {"rare": 0.02, "even": 0.5}.get(kind, 0.3)
    noise = {"useless": 50.0, "weak": 0.7}.get(kind, 0.25)
    scores = gold + draw.normal(0, noise, rows)
    return (np.round(scores * 2) / 2 if kind == "tied" else scores), gold


@pytest.mark.parametrize("kind", ["good", "even", "weak", "useless", "rare", "tied"])
def test_targets_are_missed_no_oftener_than_delta(kind: str) -> None:
    missed = 0
    for seed in range(SEEDS):
        draw = np.random.default_rng(seed)
        scores, gold = corpus(kind, draw)
        sample = draw.permutation(len(gold))[:3000]
        search = extrapolate(scores[sample], len(gold), delta=DELTA, labels=1500)
        cuts = answered(search, lambda rows, known=gold[sample]: known[rows])
        accept, reject = cuts.zones(scores)
        kept = accept | (~reject & gold)
        precision = gold[kept].mean() if kept.any() else 1.0
        missed += precision < 0.9 or kept[gold].mean() < 0.9
    assert least_share(missed, SEEDS, 0.001) <= DELTA


def test_a_good_proxy_decides_most_rows_and_a_useless_one_none() -> None:
    saved = {}
    for kind in ("even", "useless"):
        draw = np.random.default_rng(1)
        scores, gold = corpus(kind, draw)
        cuts = answered(extrapolate(scores[:5000], len(gold)), lambda rows, gold=gold: gold[rows])
        accept, reject = cuts.zones(scores)
        saved[kind] = (accept | reject).mean()
    assert saved["even"] > 0.9 and saved["useless"] < 0.2


def test_few_rows_prove_nothing() -> None:
    cuts = answered(extrapolate(np.arange(5.0), 10**6), lambda rows: rows > 2)
    assert cuts == Cuts(labels=5)


def test_no_more_labels_than_allowed() -> None:
    asked = []

    def labels(rows: np.ndarray) -> np.ndarray:
        asked.extend(rows.tolist())
        return rows % 3 == 0

    answered(extrapolate(np.random.default_rng(0).random(4000), 10**6, labels=300), labels)
    assert len(asked) == len(set(asked)) == 300


@pytest.mark.parametrize("kind", ["good", "weak", "useless", "lopsided"])
def test_accuracy_is_missed_no_oftener_than_delta(kind: str) -> None:
    missed, stood = 0, 0.0
    for seed in range(SEEDS):
        draw = np.random.default_rng(seed)
        gold, sure = draw.integers(0, 3, 20_000), draw.random(20_000)
        chance = {"good": sure**0.15, "weak": sure, "useless": 0.6, "lopsided": np.where(gold == 2, 0.3, 0.97)}[kind]
        guess = np.where(draw.random(20_000) < chance, gold, (gold + 1) % 3)
        sample = draw.permutation(len(gold))[:2000]
        search = extrapolate_accuracy(sure[sample], guess[sample], len(gold), delta=DELTA, labels=1000)
        cuts = dict(answered(search, lambda rows, known=gold[sample]: known[rows]))
        stands = sure >= np.array([cuts.get(number, np.inf) for number in range(3)])[guess]
        missed, stood = missed + ((stands & (guess != gold)).mean() > 0.1), stood + stands.mean() / SEEDS
    assert least_share(missed, SEEDS, 0.001) <= DELTA
    assert stood > {"good": 0.6, "lopsided": 0.4}.get(kind, 0)


def test_without_acceptance_all_of_delta_goes_to_recall() -> None:
    draw = np.random.default_rng(2)
    scores, gold = corpus("good", draw)
    cuts = answered(extrapolate(scores[:5000], len(gold), accept=False), lambda rows: gold[rows])
    assert cuts.accept_above == np.inf and gold[scores >= cuts.reject_below].sum() >= 0.9 * gold.sum()
