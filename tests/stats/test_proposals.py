"""A proposed rule drops exactly as many rows as the proposal says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tilth as t
from tilth.errors import RecipeError
from tilth.memory import evaluate
from tilth.probe import sample
from tilth.rules import passes
from tilth.sketch import Sketch
from tilth.stats.proposals import proposal, proposals

HOW = [{"k": 1.0}, {"k": 3.0}, {"share": 0.9}, {"share": 0.5}, {"share": 1.0}]


@pytest.mark.parametrize("how", HOW)
def test_the_rule_drops_what_is_said_of_the_whole_corpus(made, how) -> None:
    rows = sample(made.corpus, 10_000)
    found = proposals(t.load(made.out), **how)
    assert [each.signal for each in found] == ["words", "score"]
    for each in found:
        assert each.rows == len(rows)
        assert len(evaluate([t.Filter(each.rule)], rows).audit) == each.dropped


@given(st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=60), st.sampled_from(HOW))
def test_any_numbers(values: list[float], how: dict[str, float]) -> None:
    _exact(pa.array(values), how, whole=False)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=60), st.sampled_from(HOW))
def test_whole_numbers(values: list[int], how: dict[str, float]) -> None:
    _exact(pa.array(values, pa.int64()), how, whole=True)


def _exact(values: pa.Array, how: dict[str, float], whole: bool) -> None:
    sketch = Sketch()
    sketch.add(np.asarray(values, np.float64))
    found = proposal("x", sketch, how.get("k"), how.get("share"), whole)
    kept = int(np.asarray(passes(found.rule, pa.record_batch({"x": values}))).sum())
    assert len(values) - kept == found.dropped
    if "share" in how:
        assert kept >= how["share"] * len(values) - 1e-6


def test_sigmas_are_those_of_the_rows() -> None:
    values = np.random.default_rng(0).normal(10, 2, 5000)
    sketch = Sketch()
    sketch.add(values)
    found = proposal("x", sketch, 2, None)
    assert found.lower == pytest.approx(6, abs=0.2) and found.upper == pytest.approx(14, abs=0.2)
    assert found.below + found.above == pytest.approx(0.0455 * 5000, rel=0.25)


@pytest.mark.parametrize("how", [{}, {"k": 1, "share": 0.5}, {"k": 0}, {"k": float("nan")}, {"share": 0}, {"share": 1.1}])
def test_wrong_numbers_are_refused(made, how) -> None:
    with pytest.raises(RecipeError, match="needs one number"):
        proposals(t.load(made.out), **how)
