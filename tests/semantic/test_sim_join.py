"""Nearest rows across tables: by number, by id, wherever batches are cut."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import evaluate, semantic
from tilth.errors import RecipeError
from tilth.memory import addressed
from tilth.semantic.gather import packed
from tilth.testing import check

FRUIT = pa.table({"id": ["a", "b", "c"], "name": ["a red apple", "the river bank", "green pears"]})


def test_nearest_of_each_row() -> None:
    left = {"text": ["red apples", "pear, green", "", None, "red apples"]}
    found = semantic.sim_join(left, FRUIT, 1, right_columns=("name",))
    assert found.select(["left", "right", "rank"]).to_pylist() == [
        {"left": 0, "right": 0, "rank": 1}, {"left": 1, "right": 2, "rank": 1}, {"left": 4, "right": 0, "rank": 1},
    ]  # fmt: skip
    assert len(semantic.sim_join(left, FRUIT, 3, right_columns=("name",), least=0.99)) == 0


def test_the_step_names_ids_and_keeps_the_laws(tmp_path: Path) -> None:
    pq.write_table(FRUIT, tmp_path / "fruit.parquet")
    rows = addressed(pa.table({"text": ["red apples", None, "pear", "zzz"]}))
    for right in (packed(FRUIT), str(tmp_path / "fruit.parquet")):
        step = semantic.SimJoin(right, k=2)
        check(step, rows)
        assert evaluate([step], rows).table["nearest"].to_pylist() == [["a"], None, ["c"], []]


def test_json_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "fruit.jsonl").write_text("\n".join(json.dumps(row) for row in FRUIT.to_pylist()))
    step = semantic.SimJoin(str(tmp_path / "fruit.jsonl"))
    assert evaluate([step], pa.table({"text": ["pears"]})).table["nearest"].to_pylist() == [["c"]]


@pytest.mark.parametrize("wrong", [{"k": 0}, {"embedding": "svd"}, {"right": ""}, {"columns": ()}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.SimJoin(**{"right": "x.parquet"} | wrong)


@pytest.mark.parametrize("right", ["nowhere.parquet", b"not arrow", packed(FRUIT.select(["name"]))])
def test_a_right_side_that_is_none(right: str | bytes) -> None:
    with pytest.raises(RecipeError, match="right side"):
        semantic.SimJoin(right).apply(pa.record_batch({"text": ["x"]}))


def ditto(name: str) -> tuple[list[str], list[str], set[tuple[int, int]]]:
    """The two sides of a real set's test part, and the pairs that match."""
    archive = Path("../shared/data/semantic/ditto_entity_matching.tar.gz")
    if not archive.exists():
        pytest.skip("the data set ditto is not here")
    with tarfile.open(archive) as files:
        member = files.extractfile(f"data/er_magellan/{name}/test.txt")
        assert member is not None
        lines = [line.split("\t") for line in member.read().decode().splitlines()]
    left, right = list(dict.fromkeys(line[0] for line in lines)), list(dict.fromkeys(line[1] for line in lines))
    return left, right, {(left.index(line[0]), right.index(line[1])) for line in lines if line[2] == "1"}


@pytest.mark.parametrize(("name", "recall"), [("Structured/Fodors-Zagats", 1.0), ("Structured/Beer", 1.0), ("Textual/Abt-Buy", 0.95)])
def test_ten_candidates_hold_the_matches_of_real_tables(name: str, recall: float) -> None:
    left, right, gold = ditto(name)
    found = semantic.sim_join({"x": left}, {"y": right}, 10)
    pairs = set(zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True))
    assert len(gold & pairs) >= recall * len(gold)
