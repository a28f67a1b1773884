"""LIMIT: enough positives, verified, at few calls."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.semantic.guarantees.limit import limit
from tilth.semantic.guarantees.strata import answered


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.4, 1.0]), st.booleans()), max_size=40), st.integers(0, 10))
def test_it_finds_so_many_or_all(table: list[tuple[float, bool]], wanted: int) -> None:
    gold = np.array([row[1] for row in table], np.bool_)
    asked: list[int] = []

    def oracle(rows: np.ndarray) -> np.ndarray:
        asked.extend(rows.tolist())
        return gold[rows]

    found = answered(limit([row[0] for row in table], wanted), oracle)
    assert len(found) == min(wanted, gold.sum())
    assert gold[found].all()
    assert len(set(asked)) == len(asked)


def test_five_of_many_cost_a_hundredth_of_a_scan() -> None:
    draw = np.random.default_rng(0)
    gold = draw.random(2000) < 0.5
    asked: list[int] = []
    answered(limit(gold + draw.normal(0, 0.4, 2000), 5), lambda rows: (asked.extend(rows), gold[rows])[1])
    assert len(asked) <= 20


def test_batches_grow_where_nothing_is_found() -> None:
    sizes: list[int] = []
    answered(limit(np.zeros(5000), 3), lambda rows: (sizes.append(len(rows)), np.zeros(len(rows), np.bool_))[1])
    assert sum(sizes) == 5000
    assert len(sizes) < 10
