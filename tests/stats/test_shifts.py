"""A step that chooses rows by whom they speak of is found, one that chooses at random is not."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import tilth as t
from tilth import filters, read
from tilth.stats.shifts import Shift, shifts
from tilth.stats.spoken import Spoken, shares, spoken, sums

NAMES = ("group_a", "group_b", "group_a_near_x")


def documents(rng: np.random.Generator, n: int = 600) -> np.ndarray:
    """Counts of rows that go on about one group or the other, some of them at length."""
    long = rng.integers(0, 4, n) * np.where(rng.random(n) < 0.1, 10, 1)
    mine = rng.random(n) < 0.4
    a, b = np.where(mine, long, long // 3), np.where(mine, long // 3, long)
    return np.stack([a, b, rng.binomial(a, 0.3)], axis=1).astype(float)


def dropped(values: np.ndarray, gone: np.ndarray) -> tuple[Shift, ...]:
    parts = shares(list(NAMES))
    return shifts(Spoken(NAMES, ("Filter",), sums(values[~gone], parts), {0: sums(values[gone], parts)}, {}))


def test_chance_is_how_shares_change_when_rows_are_dropped_at_random() -> None:
    rng = np.random.default_rng(1)
    values = documents(rng)
    found = dropped(values, np.arange(len(values)) < 150)
    changes = []
    for _ in range(2000):
        left = values[rng.permutation(len(values)) >= 150].sum(axis=0)
        changes.append([left[0] / (left[0] + left[1]), left[1] / (left[0] + left[1]), left[2] / left[0]])
    spread = np.std(changes, axis=0) * 1.96
    assert [one.chance for one in found] == pytest.approx(spread.tolist(), rel=0.08)
    assert found[0].change == pytest.approx(-found[1].change) and found[0].p == pytest.approx(found[1].p)


def test_random_dropping_is_rarely_called_a_bias_and_biased_dropping_is() -> None:
    rng, alarms = np.random.default_rng(2), 0
    for _ in range(300):
        values = documents(rng)
        alarms += any(one.beyond_chance for one in dropped(values, rng.random(len(values)) < rng.choice([0.1, 0.5, 0.8])))
    assert alarms <= 25  # 15 were to be expected of a test that is exact
    values = documents(rng)
    [a, b, near] = dropped(values, (values[:, 0] > values[:, 1]) & (rng.random(len(values)) < 0.5))
    assert a.beyond_chance and a.change < 0 < b.change and not near.beyond_chance


def test_of_few_rows_nothing_is_said() -> None:
    values = documents(np.random.default_rng(3), 100)
    assert all(one.p is None and one.chance is None for one in dropped(values, np.arange(100) < 9))
    assert dropped(values, np.ones(100, bool)) == ()  # nothing is left to have shares


def test_of_a_run(tmp_path) -> None:
    rng, lines = random.Random(4), []
    for i in range(400):
        who = "she" if i % 2 else "he"
        text, n, s = f"{who} is here . " * rng.randint(1, 5), rng.random(), rng.random() - i % 2 / 3
        lines.append(json.dumps({"id": str(i), "text": text, "n": n, "s": s}))
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    steps = [filters.Mentions(contexts=()), t.Filter("n > 0.2"), t.Filter("s > 0.2", reason="low s")]
    found = shifts(spoken(t.run(read.Jsonl(str(tmp_path / "a.jsonl")), steps, str(tmp_path / "out"), "inline", split=4000)))
    assert [(one.step, one.signal) for one in found] == [
        (step, signal) for step in ("Filter: n > 0.2", "Filter: low s", "all steps") for signal in ("group_men", "group_women")
    ]
    assert [one.beyond_chance for one in found] == [False, False, True, True, True, True]
    assert found[0].after == found[2].before and found[4].before == found[0].before and found[4].after == found[2].after
    assert found[2].change > 0 and found[2].rows + found[0].rows == found[4].rows
