"""Groups are found on a sample, named, merged, and every row is put into one; what cannot be grouped stops with its reason."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tilth import evaluate, semantic
from tilth.errors import CorpusError, RecipeError, StepError, TilthError
from tilth.llm.simulate import Gold, Model
from tilth.memory import addressed
from tilth.semantic.group_by import clustered, distinct
from tilth.testing import check

ABOUT = {"price": "the {} is too dear and costs money", "taste": "my {} has a bitter taste and smell", "post": "parcels of {} came late"}
THINGS = ("tea", "soap", "rice", "jam", "oil", "salt", "bread")
ROWS = {text.format(thing): kind for thing in THINGS for kind, text in ABOUT.items()}
ASK = "What is the complaint about?"
GOLD = (
    Gold("Name in a few words the group", "group", ROWS, combine="most"),
    Gold("The rows are names of groups", "group", {"": ""}, combine="distinct"),
    Gold(ASK, "classify", ROWS),
)  # fmt: skip


def table(copies: int = 3) -> pa.Table:
    return addressed(pa.table({"text": [*ROWS] * copies}))


def test_groups_are_found_and_every_row_is_in_its_own(simulator: Any) -> None:
    simulator(*GOLD)
    done = evaluate([semantic.GroupBy(ASK, 3, "m", name="about")], table())
    assert done.table["about"].to_pylist() == [ROWS[text] for text in table()["text"].to_pylist()]
    [step] = done.executed
    assert sorted(step.labels) == ["post", "price", "taste"] and isinstance(step, semantic.Classify)


def test_a_label_for_the_others(simulator: Any) -> None:
    simulator(*GOLD)
    groups = semantic.GroupBy(ASK, 3, "m", other="something else")
    [step] = groups.finish(groups.observe(table().to_batches()[0]))
    assert step.labels[-1] == "something else" and len(step.labels) == 4


def test_the_laws(simulator: Any) -> None:
    simulator(*GOLD)
    check(semantic.GroupBy(ASK, 3, "m", sample=12, shown=4), table())


def test_every_fault_ends_in_right_rows_nulls_or_a_clear_stop(simulator: Any, faulty: Model) -> None:
    simulator(*GOLD, models=(faulty,), timeout=1.0)
    try:
        done = evaluate([semantic.GroupBy(ASK, 3, "m", name="about")], table()).table
    except TilthError as error:
        assert error.why and error.fix
        return
    for row in done.to_pylist():
        if row["about"] is None:
            assert row["about_answer"]["status"] != "ok" and row["about_answer"]["reason"]
        else:
            assert row["about"] == ROWS[row["text"]]


@pytest.mark.parametrize("texts", [["", ""], ["one thing"] * 5, []])
def test_rows_of_one_kind_have_no_groups(simulator: Any, texts: list[str]) -> None:
    simulator(Gold(ASK, "group", {"one thing": "thing"}, combine="distinct"))
    with pytest.raises(StepError, match="not of different groups"):
        evaluate([semantic.GroupBy(ASK, 2, "m")], pa.table({"text": pa.array(texts, pa.large_string())}))


def test_why_names_could_not_be_had_is_told(simulator: Any) -> None:
    simulator(*GOLD, models=(Model("m", refusals=1.0),))
    with pytest.raises(StepError, match="can't help"):
        evaluate([semantic.GroupBy(ASK, 2, "m")], table())


def test_clusters_without_words_and_with_copies() -> None:
    assert clustered([], 3, 2) == []
    assert clustered([{"text": "..."}, {"text": "!"}], 3, 2) == [(2, [{"text": "..."}, {"text": "!"}])]
    [(count, few)] = clustered([{"text": "same words"}] * 9, 1, 5)
    assert (count, few) == (9, [{"text": "same words"}])


def test_names_that_differ_in_case_are_one() -> None:
    assert distinct(["Late  post", "late post", "Ä", "ä", " "]) == ["Late post", "Ä"]


def test_what_makes_no_sense_is_refused() -> None:
    for settings in ({"groups": 1}, {"groups": 3, "sample": 5}, {"groups": 3, "shown": 0}, {"groups": 3, "columns": ()}):
        with pytest.raises(RecipeError):
            semantic.GroupBy(ASK, model="m", **settings)  # type: ignore[arg-type]
    with pytest.raises(CorpusError, match="no column 'body'"):
        evaluate([semantic.GroupBy(ASK, 2, "m", columns=("body",))], table())
