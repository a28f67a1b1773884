"""What the first rows of a corpus can show of a recipe, and what they cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tilth import CorpusError, Filter, filters, learn_from, plan, run
from tilth.errors import RecipeError
from tilth.probe import check
from tilth.read import Jsonl
from tilth.select import TopShare

LEARN = filters.LearnClassifier("label", positive="good", epochs=1, buckets=1000)


def corpus(folder: Path, labels: list[str]) -> Jsonl:
    rows = [{"text": f"{label} soil and seed {i % 9}", "label": label, "score": 0.0 if i < 900 else 1.0} for i, label in enumerate(labels)]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return Jsonl(str(folder / "rows.jsonl"))


def test_what_the_probed_rows_do_not_teach_is_a_warning(tmp_path: Path) -> None:
    rows = corpus(tmp_path, ["good"] * 900 + ["bad"] * 100)
    for recipe in ([Filter("score >= 0"), LEARN, Filter("class >= 0.5")], [Filter("score >= 0"), learn_from(rows, LEARN)]):
        found = check(rows, recipe)
        assert not found.errors and found.evaluation
        assert [entry["step"] for entry in found.evaluation.funnel] == ["Filter: score >= 0"]
        assert "too little to learn from in the probed rows" in found.warnings[0] and "every labelled row is 'good'" in found.warnings[0]
    assert run(rows, [LEARN, Filter("class >= 0.5")], str(tmp_path / "out"), "inline").rows == 900
    assert plan(rows, [LEARN, Filter("class >= 0.5")], str(tmp_path / "other"), probe=True).estimate


def test_a_filter_that_leaves_nothing_of_the_probe_leaves_nothing_to_learn_from(tmp_path: Path) -> None:
    rows = corpus(tmp_path, ["good"] * 1000)
    found = check(rows, [Filter("score > 0.5"), TopShare("score", 0.5)])
    assert not found.errors and "no row has a value in 'score'" in found.warnings[0] and "drops all" in found.warnings[1]


def test_a_run_says_it_of_all_rows(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nothing to tell apart"):
        run(corpus(tmp_path, ["good"] * 300), [LEARN], str(tmp_path / "out"), "inline")


def test_what_is_wrong_in_the_recipe_is_an_error_though_a_fold_finds_it(tmp_path: Path) -> None:
    rows = corpus(tmp_path, ["fair", "bad"] * 50)
    [error] = check(rows, [LEARN]).errors
    assert isinstance(error, RecipeError) and "No row has the label 'good'" in str(error)
    [error] = check(rows, [filters.LearnClassifier("labels")]).errors
    assert "no column 'labels'" in str(error)
