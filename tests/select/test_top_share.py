"""The share that sorting all values would keep, whatever the values; ties stay."""

from __future__ import annotations

import math
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilth import CorpusError, RecipeError, evaluate
from tilth.select import TopShare
from tilth.testing import check

FLOATS = st.lists(st.one_of(st.none(), st.floats(width=64), st.sampled_from([0.0, -0.0, 0.5, 1e-300, -3.5])), min_size=1, max_size=40)


def _clipped(value: float) -> float:
    return value if math.isnan(value) else max(-sys.float_info.max, min(sys.float_info.max, value))


@given(FLOATS, st.floats(0.01, 1.0), st.booleans())
@example([0.0, -0.0, 1.0], 0.5, True)
@example([math.inf, -math.inf, math.nan], 0.5, False)
def test_it_is_the_threshold_of_sorting(values: list[float | None], share: float, lowest: bool) -> None:
    known = sorted((_clipped(v) for v in values if v is not None and not math.isnan(v)), reverse=not lowest)
    rows = pa.table({"text": ["t"] * len(values), "score": pa.array(values, pa.float64(), from_pandas=False)})
    if not known:
        with pytest.raises(CorpusError):
            evaluate([TopShare("score", share, lowest=lowest)], rows)
        return
    threshold = known[max(1, math.ceil(len(known) * share - 1e-9)) - 1]
    stays = [v is not None and (_clipped(v) <= threshold if lowest else _clipped(v) >= threshold) for v in values]
    expected = [i for i, stay in enumerate(stays) if stay]
    assert evaluate([TopShare("score", share, lowest=lowest)], rows).table["row"].to_pylist() == expected


def test_by_bytes_the_text_counts() -> None:
    rows = pa.table({"text": ["a" * 90, "b" * 5, "c" * 5], "score": [0.1, 0.2, 0.3]})
    assert evaluate([TopShare("score", 0.1, by="bytes")], rows).table["score"].to_pylist() == [0.2, 0.3]


def test_the_laws_hold_for_every_pass() -> None:
    values = np.random.default_rng(0).normal(size=200).tolist()
    rows = pa.table({"text": ["t"] * 200, "score": pa.array([*values[:190], *[None] * 5, *[1.5] * 5])})
    for step in (TopShare("score"), TopShare("score", 0.5, by="bytes", prefix=(49151,), above=3, wanted=20)):
        check(step, rows)


def test_errors_show_the_fix() -> None:
    with pytest.raises(RecipeError, match="TopShare"):
        TopShare("score", 0.0)
    with pytest.raises(CorpusError, match="the columns are"):
        evaluate([TopShare("nothing")], pa.table({"text": ["a"]}))
