"""Gold is found by the content of rows and by the words of instructions."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.errors import RecipeError
from tilth.llm.simulate.gold import Gold, Golds, row_key


def test_a_row_is_found_by_any_column_or_the_one_that_is_named() -> None:
    gold = Gold("t", "map", {"a": 1, "7": 2})
    assert gold.find({"x": "a"}) == gold.find({"id": 3, "y": " a\n", "x": None}) == ("a", 1)
    assert gold.find({"n": 7}) == ("7", 2)
    assert gold.find({"id": "a"}) is None  # an id is no content
    named = Gold("t", "map", {"a": 1}, key="x")
    assert (named.find({"x": "a"}), named.find({"y": "a"})) == (("a", 1), None)


def test_a_row_is_found_by_all_its_columns_in_any_order() -> None:
    gold = Gold("t", "detect", {row_key({"city": "x", "zip": 1}): ["zip"]})
    found = gold.find({"zip": 1, "id": 9, "city": "x"})
    assert found is not None
    assert found[1] == ["zip"]
    assert gold.find({"zip": 2, "city": "x"}) is None


def test_the_kind_then_the_longest_task_decides() -> None:
    golds = Golds([Gold("review", "map", {}), Gold("the review  is long", "map", {}), Gold("is", "filter", {})])
    assert golds.of("Say whether THE\nreview is long.", "map") is golds.golds[1]
    assert golds.of("Say whether the review is long.", "filter") is golds.golds[2]
    assert golds.of("Is it so?", "score") is golds.golds[2]
    assert golds.of("Nothing.", "map") is None


@pytest.mark.parametrize("wrong", [("t", "guess", {}), ("t", "filter", [1]), ("t", "aggregate", {}, None, "product")])
def test_what_cannot_be_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(RecipeError):
        Gold(*wrong)
