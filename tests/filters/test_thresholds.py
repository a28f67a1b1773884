"""Thresholds as columns: of the row's language, infinite where it has none, null where it is not known."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from tilth import Filter
from tilth.errors import RecipeError
from tilth.filters import Thresholds
from tilth.filters.fineweb2 import PUBLISHED
from tilth.filters.parameters import LIMITS, LanguageParameters, blob_of
from tilth.testing import check

STEP = Thresholds(blob_of({"deu_Latn": LanguageParameters((), {"dup_line_frac": 0.25}), "fra_Latn": LanguageParameters((), {})}))
BATCH = pa.record_batch({"row": pa.array(range(5), pa.uint64()), "lang": ["de", "deu_Latn", "fr", "es", None]})


def test_columns() -> None:
    found = STEP.apply(BATCH)
    assert found["threshold_dup_line_frac"].to_pylist() == [0.25, 0.25, math.inf, None, None]
    assert found["threshold_line_punct_thr"].to_pylist() == [-math.inf] * 3 + [None, None]
    assert found.schema.names[2:] == [f"threshold_{name}" for name in LIMITS]


def test_laws() -> None:
    check(STEP, pa.Table.from_batches([BATCH]))
    check(Thresholds(PUBLISHED), pa.Table.from_batches([BATCH]))


def test_a_rule_compares_with_the_column() -> None:
    found = STEP.apply(pa.record_batch({"lang": ["de", "de", "fr", "es"], "dup": [0.25, 0.26, 9.0, 0.0]}))
    assert Filter("dup <= threshold_dup_line_frac", "dup").apply(found)["drop"].to_pylist() == [None, "dup", None, "dup"]


def test_bytes_that_are_no_parameters_are_refused_at_once() -> None:
    with pytest.raises(RecipeError, match="no parameters"):
        Thresholds(b"x")
