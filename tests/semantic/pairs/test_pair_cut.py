"""Precision and recall over all pairs hold, in memory of the candidates' size, for the share of labels that theory allows."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.semantic.guarantees.share import least_share
from tilth.semantic.guarantees.strata import answered
from tilth.semantic.pairs.pair_cut import _Zone, pair_cut

SEEDS, DELTA = 12, 0.1


def world(kind: str, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int, set[int]]:
    """Candidates, their scores, how many pairs there are, and which of them match."""
    population, matches = {"tiny": (400, 20), "dense": (20_000, 1500)}.get(kind, (50_000, 400))
    gold = draw.choice(population, matches, replace=False)
    hidden = {"hiding": 0.095, "leaking": 0.3}.get(kind, 0.02)  # matches that are no candidates
    codes = np.unique(np.r_[gold[int(hidden * matches) :], draw.choice(population, 3 * matches, replace=False)])
    noise = {"useless": 50.0, "weak": 0.6}.get(kind, 0.2)
    return codes, np.isin(codes, gold) + draw.normal(0, noise, len(codes)), population, set(gold.tolist())


@pytest.mark.parametrize("kind", ["good", "weak", "useless", "hiding", "leaking", "tiny", "dense"])
def test_targets_are_missed_no_oftener_than_delta(kind: str) -> None:
    missed, proved, labels = 0, 0, 0
    for seed in range(SEEDS):
        codes, scores, population, gold = world(kind, np.random.default_rng(seed))
        seen: dict[int, bool] = {}

        def said(wanted: np.ndarray, seen=seen, gold=gold) -> list[bool]:
            seen |= {code: code in gold for code in wanted.tolist()}
            return [seen[code] for code in wanted.tolist()]

        cut = answered(pair_cut(codes, scores, population, 0.9, 0.9, DELTA, most=population // 4, seed=seed), said)
        found = {code for code, yes in seen.items() if yes} | set(cut.accepted.tolist())
        right = len(found & gold)
        missed += cut.proved and (right < 0.9 * len(gold) or right < 0.9 * len(found))
        proved += cut.proved
        labels += len(seen) / SEEDS
        assert len(seen) <= population // 4 * 1.2 + 100
    assert least_share(missed, SEEDS, 0.001) <= DELTA
    if kind in ("good", "weak", "dense"):
        assert proved >= SEEDS * 0.6 and labels < population / 4
    if kind == "leaking":
        assert proved <= SEEDS * 0.1


def test_what_would_take_too_much_is_not_tried() -> None:
    codes, scores, population, gold = world("good", np.random.default_rng(0))
    asked: list[int] = []

    def said(wanted: np.ndarray) -> list[bool]:
        asked.extend(wanted.tolist())
        return [code in gold for code in wanted.tolist()]

    assert not answered(pair_cut(codes, scores, population, 0.9, 0.9, 0.05, most=100), said).proved
    assert len(asked) == 20


def test_pairs_of_any_number_are_drawn_once_and_evenly() -> None:
    zone = _Zone(10**12, np.arange(1000), 0)
    drawn = np.concatenate([zone.draw(5000) for _ in range(4)])
    assert len(set(drawn.tolist())) == 20_000 and drawn.min() >= 1000 and abs(drawn.mean() / 10**12 - 0.5) < 0.02
    small = _Zone(20, np.array([3, 4]), 1)
    assert sorted(small.draw(50).tolist()) == [n for n in range(20) if n not in (3, 4)] and len(small) == 0


def test_no_candidates() -> None:
    cut = answered(pair_cut(np.zeros(0, np.int64), np.zeros(0), 100, 0.9, 0.9, 0.05, most=50), lambda wanted: [False] * len(wanted))
    assert not cut.proved
