"""Several measuring steps in one pass give what they give one after the other."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels.texts import pages

from tilth import filters
from tilth.errors import RecipeError
from tilth.filters.measure import Measure, Step

STEPS: tuple[Step, ...] = (filters.GopherRepetition(), filters.GopherQuality(), filters.C4(), filters.FineWebQuality())


@given(st.lists(st.none() | pages, max_size=4), st.sets(st.integers(0, 3), min_size=1))
def test_one_pass_is_the_same_as_one_by_one(texts: list[str | None], chosen: set[int]) -> None:
    steps = tuple(STEPS[i] for i in sorted(chosen))
    batch = one_by_one = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    for step in steps:
        one_by_one = step.apply(one_by_one)
    assert Measure(steps).apply(batch).equals(one_by_one)


def test_other_variants_are_measured_one_by_one() -> None:
    steps = (filters.GopherQuality("dolma"), filters.FineWebQuality())
    assert "fineweb_lines" in Measure(steps).apply(pa.record_batch({"text": ["some text."]})).schema.names


@pytest.mark.parametrize("steps", [(), STEPS[::-1], (STEPS[0], STEPS[0]), ("C4",)])
def test_steps_that_cannot_be_measured_together_are_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(RecipeError, match="GopherRepetition, GopherQuality, C4, FineWebQuality"):
        Measure(steps)
