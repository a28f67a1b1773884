"""Search: the rows that say what is looked for, over tables and in recipes."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import evaluate, semantic
from tilth.errors import RecipeError, StepError

PAGES = pa.table({"text": ["the river bank", "a red apple", None, "green pears and apples", "a red apple"], "n": [1, 2, 3, 4, 5]})


@pytest.mark.parametrize("embedding", ["hybrid", "bm25", "words", "svd"])
def test_the_best_rows_by_their_numbers(embedding: str) -> None:
    found = semantic.search(PAGES, "red apple", 2, columns=("text",), embedding=embedding)
    assert found["row"].to_pylist() == [1, 4] and found["rank"].to_pylist() == [1, 2]


def test_fewer_than_k_where_fewer_are_alike() -> None:
    assert semantic.search(PAGES, "river", 5, columns=("text",), embedding="bm25")["row"].to_pylist() == [0]
    assert len(semantic.search(PAGES.slice(0, 0), "river", 5)) == 0


def test_the_step_keeps_the_best_and_says_where_the_others_went() -> None:
    done = evaluate([semantic.Search("red apple", 3)], PAGES)
    assert sorted(done.table["found"].to_pylist()) == [1, 2, 3] and set(done.table["n"].to_pylist()) == {2, 4, 5}
    assert done.audit["reason"].to_pylist() == ["not among the 3 most alike to: red apple"] * 2


@pytest.mark.parametrize("wrong", [{"k": 0}, {"query": " "}, {"embedding": "magic"}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.Search(**{"query": "apple", "k": 1} | wrong)
    with pytest.raises(RecipeError):
        semantic.search(PAGES, **{"query": "apple", "k": 1} | wrong)


def test_too_many_rows() -> None:
    with pytest.raises(StepError, match="More than 4 rows"):
        evaluate([semantic.Search("apple", 1, most=4)], PAGES)
