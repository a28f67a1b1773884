"""Chances grow with the score as the temperature says, and a draw is the same on every machine."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from tilth import evaluate
from tilth.errors import CorpusError, RecipeError
from tilth.select import GumbelDraw, GumbelLuck, gumbel
from tilth.testing import check

MANY = 20_000
ROWS = pa.table({"text": ["t"] * MANY, "score": [float(i % 2) for i in range(MANY)]})


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_chances_by_temperature(temperature: float) -> None:
    """A small draw takes the better half exp(difference in deviations / temperature) times as often."""
    drawn = evaluate(gumbel("score", 0.05, temperature), ROWS).table["score"].to_numpy()
    odds = math.exp(min(50.0, 2.0 / temperature))
    assert len(drawn) == 0.05 * MANY
    assert drawn.mean() == pytest.approx(odds / (1 + odds), abs=0.06)


def test_noise_is_standard_gumbel() -> None:
    luck = GumbelLuck("score").apply(pa.record_batch({"id": [str(i) for i in range(MANY)], "score": [0.0] * MANY}))["score_luck"].to_numpy()
    assert luck.mean() == pytest.approx(np.euler_gamma, abs=0.03) and luck.std() == pytest.approx(math.pi / math.sqrt(6), abs=0.03)


def test_rows_without_a_score_have_no_luck() -> None:
    rows = pa.table({"text": ["t"] * 4, "score": pa.array([1.0, None, math.nan, math.inf])})
    assert evaluate([GumbelDraw("score")], rows).table["score_luck"].is_null().to_pylist() == [False, True, True, True]
    with pytest.raises(CorpusError, match="no row"):
        evaluate([GumbelDraw("score")], rows.slice(1))


def test_laws() -> None:
    rows = pa.table({"text": ["t"] * 60, "score": pa.array([None, *(i / 7 for i in range(59))])})
    check(GumbelDraw("score"), rows)
    check(GumbelLuck("score", 1.0, 2.0), rows)


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError, match="temperature"):
        GumbelDraw("score", 0)
