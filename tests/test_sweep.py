"""Sweeping says, without measuring again, what a run with another threshold would have kept: held against such runs."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tilth import catalog, filters, load, only, run
from tilth.dedup import exact
from tilth.errors import RecipeError
from tilth.memory import evaluate
from tilth.probe import sample
from tilth.read import Jsonl, union
from tilth.rules import Filter, with_threshold
from tilth.sweep import places, sweep

MEASURES = '''
from dataclasses import dataclass
import pyarrow as pa
import pyarrow.compute as pc
from tilth.op import Op, put

@dataclass(frozen=True)
class Length(Op):
    """Characters, null for every tenth row."""
    name: str = "length"

    def apply(self, batch):
        count = pc.utf8_length(batch["text"]).cast(pa.int64())
        odd = pc.ends_with(batch["id"], "3")
        return put(batch, self.name, pc.if_else(odd, pa.scalar(None, pa.int64()), count))

@dataclass(frozen=True)
class HasA(Op):
    name: str = "has_a"

    def apply(self, batch):
        return put(batch, self.name, pc.match_substring(batch["text"], "a"))
'''
RULES = ["score >= 0.2", "length <= 60 and has_a", "score2 > 0.5 or (late between 10 and 40 and lang == 'en')", "late != 30"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Jsonl, list[Any], str]:
    """A small corpus in three files and a finished run over it: rules before and after measures, and text and truth in rules."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "measures.py").write_text(MEASURES)
    steps = catalog.execute(folder / "measures.py")
    random.seed(7)
    for part in range(3):
        with (folder / f"{part}.jsonl").open("w") as file:
            for i in range(100):
                text = "".join(random.choices("ab é", k=random.randint(0, 80)))
                scores = {"score": random.random(), "score2": random.random()}
                file.write(json.dumps({"id": f"{part}-{i}", "text": text, "lang": random.choice(["en", "de"]), **scores}) + "\n")
    first, second, third, fourth = map(Filter, RULES)
    recipe = [steps.Length(), steps.HasA(), first, second, steps.Length("late"), third, fourth]
    corpus = Jsonl(str(folder / "*.jsonl"))
    run(corpus, recipe, str(folder / "out"), "local:1", split=12_000)
    return corpus, recipe, str(folder / "out")


def ran_with(corpus: Jsonl, recipe: list[Any], step: int, rule: str) -> tuple[int, int, int]:
    """Rows that came to a step, rows it left, and the bytes of their text, in a run with another rule there."""
    changed = [*recipe[:step], Filter(rule)]
    done = evaluate(changed, sample(corpus, 10_000))
    return done.funnel[step]["came"], done.funnel[step]["left"], sum(len(text.encode()) for text in done.table["text"].to_pylist())


def test_the_run_was_cut_into_several_shards(made: tuple[Jsonl, list[Any], str]) -> None:
    assert load(made[2]).data["shards"] > 1


@pytest.mark.parametrize("place", range(6))
def test_every_threshold_is_swept_as_if_the_recipe_had_run_with_it(made: tuple[Jsonl, list[Any], str], place: int) -> None:
    corpus, recipe, out = made
    where = places(load(out))[place]
    found = next(each for each in sweep(out, where.threshold.column, steps=5) if each.threshold == where.threshold)
    assert len(found.points) >= 5
    assert any(point.value == where.threshold.value for point in found.points)
    for point in found.points:
        came, left, size = ran_with(corpus, recipe, where.step, with_threshold(where.rule, where.number, point.value))
        assert (found.came.rows, point.rows, point.bytes) == (came, left, size)


def test_the_places_are_every_threshold_in_order(made: tuple[Jsonl, list[Any], str]) -> None:
    assert [(place.step, place.threshold.column, place.threshold.op) for place in places(load(made[2]))] == [
        (2, "score", ">="), (3, "length", "<="), (5, "score2", ">"), (5, "late", ">="), (5, "late", "<="), (6, "late", "!="),
    ]


def test_given_values_are_tried_and_the_runs_own(made: tuple[Jsonl, list[Any], str]) -> None:
    one, = sweep(made[2], "score", values=[0.9, 0.1])
    assert [point.value for point in one.points] == [0.1, 0.2, 0.9]
    assert [point.rows for point in one.points] == sorted((point.rows for point in one.points), reverse=True)


def test_a_column_that_no_rule_compares_is_answered_with_the_nearest(made: tuple[Jsonl, list[Any], str]) -> None:
    with pytest.raises(RecipeError, match="did you mean length"):
        sweep(made[2], "lenght")


def test_a_run_that_begins_with_a_rule_knows_rows_but_not_bytes(made: tuple[Jsonl, list[Any], str], tmp_path: Path) -> None:
    run(made[0], [Filter("score > 0.5")], str(tmp_path / "out"), "local:1")
    one, = sweep(str(tmp_path / "out"), "score", values=[0.0])
    assert (one.came.rows, one.points[0].rows, one.points[0].bytes) == (300, 300, None)


def test_a_rule_over_text_that_is_not_kept_cannot_be_swept(made: tuple[Jsonl, list[Any], str], tmp_path: Path) -> None:
    run(made[0], [Filter("score > 0.5 and lang == 'en'")], str(tmp_path / "out"), "local:1")
    with pytest.raises(RecipeError, match="keeps only numbers"):
        sweep(str(tmp_path / "out"), "score")


def test_rules_after_a_barrier_are_swept_too(made: tuple[Jsonl, list[Any], str], tmp_path: Path) -> None:
    corpus, recipe, _ = made
    steps = [*recipe[:3], *exact(), recipe[4], Filter("late > 20 and lang == 'en'")]
    run(corpus, steps, str(tmp_path / "out"), "local:1", split=12_000)
    one, = sweep(str(tmp_path / "out"), "late", values=[5, 50])
    for point in one.points:
        assert (one.came.rows, point.rows, point.bytes) == ran_with(corpus, steps, 5, with_threshold(one.rule, 0, point.value))


def test_shards_of_which_nothing_came(tmp_path: Path) -> None:
    """Rules for one source: the shards of others have no number, of one that lost all its rows no batch comes."""
    for name, words in (("web", range(2, 9)), ("books", range(3, 6)), ("gone", [1])):
        rows = [{"id": f"{name}{n}", "text": " ".join(["a"] * n)} for n in words]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    corpus = union(**{name: Jsonl(str(tmp_path / f"{name}.jsonl")) for name in ("web", "books", "gone")})
    rules = [Filter("source != 'gone'"), *only("source == 'web'", [filters.GopherQuality(), Filter("gopher_words >= 4", "short")])]
    run(corpus, rules, str(tmp_path / "out"), "inline")
    (found,) = sweep(str(tmp_path / "out"), "gopher_words", (3, 4, 9))
    assert [(point.value, point.rows) for point in found.points] == [(3.0, 9), (4.0, 8), (9.0, 3)] and found.came.rows == 10
