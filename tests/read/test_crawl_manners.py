"""Limits and manners that make no sense are refused."""

import pytest

from tilth.errors import RecipeError
from tilth.read.crawl_manners import Limits, Manners


@pytest.mark.parametrize("wrong", [{"depth": -1}, {"pages": 0}, {"bytes": 0}, {"page_bytes": 0}, {"page_bytes": 1 << 30}])
def test_limits_that_leave_nothing(wrong):
    with pytest.raises(RecipeError):
        Limits(**wrong)


@pytest.mark.parametrize("wrong", [{"agent": ""}, {"agent": "a\nb"}, {"delay": -1.0}, {"per_site": 0}, {"timeout": 0.0}, {"retries": -1}])
def test_manners_that_are_none(wrong):
    with pytest.raises(RecipeError):
        Manners(**wrong)
