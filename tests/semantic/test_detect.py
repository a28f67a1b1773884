"""Wrong cells of rows: named with a repair; the profile that prompts begin with is the same whatever the cuts."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tilth import evaluate, semantic
from tilth.errors import CorpusError, RecipeError
from tilth.llm.simulate import Gold, Model, row_key
from tilth.memory import addressed
from tilth.semantic.detect import profile, shape
from tilth.testing import check

COLUMNS = ("city", "zip")
TRUTH = [{"city": ("ulm", "jena", "graz")[n % 3], "zip": f"{8900 + n % 3}{n % 2}"} for n in range(30)]
ROWS = [{**row, "zip": row["zip"].replace("0", "x")} if n % 5 == 0 else row for n, row in enumerate(TRUTH)]


def table() -> pa.Table:
    return addressed(pa.Table.from_pylist(ROWS))


def errors_of(row: dict[str, Any], truth: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"column": name, "repair": truth[name]} for name in row if row[name] != truth[name]]


def gold(rows: list[dict[str, Any]], truth: list[dict[str, Any]]) -> Gold:
    found = {row_key(row): errors_of(row, right) for row, right in zip(rows, truth, strict=True)}
    return Gold("List the wrong cells", "detect", found)


def test_wrong_cells_are_named_with_their_repair(simulator: Any) -> None:
    simulator(gold(ROWS, TRUTH))
    done = evaluate([semantic.Detect(COLUMNS, "m")], table()).table
    assert done["errors"].to_pylist() == [errors_of(row, truth) for row, truth in zip(ROWS, TRUTH, strict=True)]
    assert done.select(COLUMNS).to_pylist() == ROWS  # a table is not repaired behind anyone's back


def test_every_fault_ends_in_a_right_list_or_a_null_with_its_reason(simulator: Any, faulty: Model) -> None:
    simulator(gold(ROWS, TRUTH), models=(faulty,), timeout=1.0)
    done = evaluate([semantic.Detect(COLUMNS, "m")], table()).table
    for row, raw, truth in zip(done.to_pylist(), ROWS, TRUTH, strict=True):
        if row["errors"] is None:
            assert row["errors_answer"]["status"] != "ok" and row["errors_answer"]["reason"]
        else:
            assert row["errors"] == errors_of(raw, truth)


def test_a_column_that_there_is_not_is_no_answer(simulator: Any) -> None:
    simulator(Gold("List the wrong cells", "detect", {row_key(ROWS[0]): [{"column": "nation", "repair": "x"}]}))
    done = evaluate([semantic.Detect(COLUMNS, "m")], table().slice(0, 1)).table
    assert done["errors"].to_pylist() == [None] and done["errors_answer"][0].as_py()["status"] == "invalid"


def test_the_laws(simulator: Any) -> None:
    simulator(gold(ROWS, TRUTH))
    detect = semantic.Detect(COLUMNS, "m", sample=9)
    check(detect, table())
    check(detect.finish(detect.observe(table().to_batches()[0]))[0], table())


def test_a_profile_says_what_is_usual() -> None:
    told = profile("zip", ["35233", "35233", "3xx33", "", None, 7], 2)
    assert told == {"column": "zip", "empty": 0.33, "frequent": {"35233": 0.5}, "formats": {"99999": 0.5, "9": 0.25}}
    assert profile("zip", [], 2) == {"column": "zip", "empty": 1.0, "frequent": {}, "formats": {}}
    assert shape("Ünï-12 漢字") == "aaa-99 aa" and shape("1234567") == "9+"


def test_what_makes_no_sense_is_refused() -> None:
    for settings in ({"columns": ()}, {"columns": COLUMNS, "sample": 0}, {"columns": COLUMNS, "model": ""}):
        with pytest.raises(RecipeError):
            semantic.Detect(**{"model": "m", **settings})  # type: ignore[arg-type]
    with pytest.raises(CorpusError, match="no column 'nation'"):
        evaluate([semantic.Detect(("nation",), "m")], table())


def test_the_wrong_cells_of_hospitals(shared: Path, simulator: Any) -> None:
    """The hospital table of HoloClean, whose clean cells are known: what the model knows comes back under its own row and column."""
    path = shared / "semantic" / "holoclean_testdata.tar.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    with tarfile.open(path) as archive:
        dirty, clean = (archive.extractfile(f"testdata/{name}.csv").read().decode() for name in ("hospital_100", "hospital_100_clean"))  # type: ignore[union-attr]
    names = ("ProviderNumber", "HospitalName", "City", "State", "ZipCode", "CountyName", "PhoneNumber", "Condition")
    rows = [{name: row[name] for name in names} for row in csv.DictReader(io.StringIO(dirty))]
    truth: list[dict[str, str]] = [{} for _ in rows]
    for cell in csv.DictReader(io.StringIO(clean)):
        if cell["attribute"] in names:
            truth[int(cell["tid"])][cell["attribute"]] = cell["correct_val"]
    truth = [{name: right[name] for name in names} for right in truth]
    simulator(gold(rows, truth))
    done = evaluate([semantic.Detect(names, "m", batch=8)], pa.Table.from_pylist(rows))
    found = [(n, error["column"], error["repair"]) for n, errors in enumerate(done.table["errors"].to_pylist()) for error in errors]
    wrong = [(n, name, truth[n][name]) for n, row in enumerate(rows) for name in names if row[name] != truth[n][name]]
    assert found == wrong and len(wrong) >= 10
    numbers = json.loads(done.executed[0].context[0])
    assert numbers["column"] == "ProviderNumber" and next(iter(numbers["formats"])) == "99999"
