"""A draw is a function of the id; how many stay follows the formula."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth import CorpusError, RecipeError, evaluate
from tilth.select import ParetoLuck, pareto


@pytest.mark.parametrize(("score", "alpha"), [(0.0, 3.0), (0.5, 3.0), (0.9, 9.0), (0.99, 9.0)])
def test_as_many_stay_as_the_distribution_says(score: float, alpha: float) -> None:
    count = 20_000
    rows = pa.table({"id": [f"page-{i}" for i in range(count)], "text": ["t"] * count, "quality": [score] * count})
    kept = evaluate(pareto("quality", alpha), rows).table.num_rows
    chance = (2 - score) ** -alpha
    assert abs(kept - count * chance) < 4 * (count * chance * (1 - chance)) ** 0.5


def test_numpys_draws_are_of_the_same_distribution() -> None:
    rows = pa.record_batch({"id": [str(i) for i in range(50_000)], "q": [1.0] * 50_000})
    ours = np.sort(ParetoLuck("q", 9.0).apply(rows)["q_luck"].to_numpy())
    theirs = np.sort(np.random.default_rng(1).pareto(9.0, 50_000))
    assert np.abs(np.searchsorted(theirs, ours) / 50_000 - np.arange(50_000) / 50_000).max() < 0.015  # Kolmogorov-Smirnov


def test_it_is_a_function_of_id_and_seed() -> None:
    rows = pa.record_batch({"id": ["a", "b", "a"], "q": [0.3, 0.3, 0.3]})
    first = ParetoLuck("q").apply(rows)["q_luck"].to_pylist()
    assert first[0] == first[2] != first[1]
    assert ParetoLuck("q", seed=1).apply(rows)["q_luck"].to_pylist() != first


def test_errors_show_the_fix() -> None:
    with pytest.raises(RecipeError, match="alpha above 0"):
        pareto("q", 0.0)
    with pytest.raises(CorpusError, match="no column 'q'"):
        evaluate(pareto("q"), pa.table({"text": ["a"]}))
