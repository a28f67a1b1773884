"""What measuring steps share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth import filters
from tilth.errors import RecipeError
from tilth.filters.signals import add, ratio
from tilth.filters.signals import filters as rules


def test_a_ratio_of_nothing_is_null() -> None:
    assert ratio(np.array([3, 0, 5]), np.array([4, 7, 0])).to_pylist() == [0.75, 0.0, None]


def test_signals_of_a_null_text_are_null() -> None:
    batch = add(pa.record_batch({"text": ["a", None]}), {"n": pa.array([1, 0])})
    assert batch["n"].to_pylist() == [1, None]


def test_a_threshold_of_none_leaves_its_rule_out() -> None:
    assert [step.reason for step in rules([("a >", 0, "zero stays"), ("b >", None, "gone")])] == ["zero stays"]


@pytest.mark.parametrize("kind", [filters.GopherQuality, filters.GopherRepetition, filters.C4, filters.FineWebQuality])
def test_an_unknown_variant_is_refused_and_the_known_ones_are_named(kind: type) -> None:
    with pytest.raises(RecipeError, match=r"(?s)'gopher'.*datatrove"):
        kind(variant="gopher")


@pytest.mark.parametrize("kind", [filters.GopherQuality, filters.GopherRepetition, filters.C4, filters.FineWebQuality])
@pytest.mark.parametrize("type_", [pa.string(), pa.large_string()])
def test_a_batch_with_nothing_but_text_is_enough(kind: type, type_: pa.DataType) -> None:
    batch = kind().apply(pa.record_batch({"text": pa.array(["One line.\nAnother line of text.", "", None], type_)}))
    assert len(batch) == 3
    assert kind().apply(batch.slice(0, 0)).schema.names == batch.schema.names
