"""Each selector stands beside its baselines, of as many documents."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from tilth.errors import CorpusError, RecipeError
from tilth.select import compare

TEXTS = [f"red rose {i} of the garden" if i % 4 == 0 else "blue sea " * (1 + i % 9) for i in range(200)]
SOURCES = ["rose" if i % 4 == 0 else f"sea{i % 2}" for i in range(200)]
POOL = pa.table({"text": TEXTS, "id": [str(i) for i in range(200)], "source": SOURCES})
TARGET = pa.table({"text": ["a red rose in the garden"] * 5})


def test_a_table_with_a_row_each() -> None:
    rose = np.array([i % 4 == 0 for i in range(200)])
    table = compare(POOL, TARGET, {"rose": rose, "first": np.arange(20)})
    rows = {row["selector"]: row for row in table.to_pylist()}
    assert list(rows) == [f"{name}{more}" for name in ("rose", "first") for more in ("", ": random", ": stratified", ": length-matched")]
    assert [row["documents"] for row in rows.values()] == [50] * 4 + [20] * 4
    assert rows["rose"]["kl"] < min(rows[f"rose: {other}"]["kl"] for other in ("random", "stratified", "length-matched"))
    assert rows["rose"]["groups"] == 1.0 and rows["rose: stratified"]["groups"] == pytest.approx(3.0, abs=0.01)
    assert rows["rose: length-matched"]["words"] == pytest.approx(rows["rose"]["words"], rel=0.2)
    assert rows["rose"]["kl_deviation"] is None and rows["rose: random"]["kl_deviation"] > 0


def test_everything_is_as_far_as_random() -> None:
    table = compare(POOL, TARGET, {"all": np.ones(200, bool)}, seeds=1).to_pylist()
    assert len({round(row["kl"], 9) for row in table}) == 1 and all(math.isfinite(row["kl"]) for row in table)


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError, match="empty"):
        compare(POOL, TARGET, {"none": np.zeros(200, bool)})
    with pytest.raises(RecipeError, match="at least once"):
        compare(POOL, TARGET, {}, seeds=0)
    with pytest.raises(CorpusError, match="topic"):
        compare(POOL, TARGET, {}, group="topic")
