"""Lance: its own library opens what a run leaves, and finds every row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth
from tilth import read, write

lance = pytest.importorskip("lance", reason="the extra 'lance' is not installed")


def test_its_own_library_opens_what_a_run_leaves(table: pa.Table, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for i in range(3):
        pq.write_table(table.drop(["row", "tokens"]).slice(i * 10, 10), tmp_path / "in" / f"{i}.parquet")
    out = tmp_path / "out"

    def run() -> list[str]:
        tilth.run(read.Parquet(str(tmp_path / "in"), id="id"), [], out=str(out), executor="inline", write=[write.Lance(), write.Parquet()])
        found = lance.dataset(str(out / "lance"))
        expected = pq.read_table(out / "data")
        assert found.to_table().sort_by("id").to_pylist() == expected.sort_by("id").to_pylist()
        return found.take([1], columns=["text"])["text"].to_pylist()

    assert len(run()) == 1
    pq.write_table(table.drop(["row", "tokens"]).slice(30, 20), tmp_path / "in" / "3.parquet")
    run()


def test_data_depend_on_the_rows_alone(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    for name, cuts in (("whole", []), ("cut", [1, 7, 30]), ("none", None)):
        (tmp_path / name / "x").mkdir(parents=True)
        written(write.Lance(without=("good",)), table if cuts is not None else table.slice(0, 0), cuts or [], name=f"{name}/data")
    assert (tmp_path / "cut" / "data" / "00000.lance").read_bytes() == (tmp_path / "whole" / "data" / "00000.lance").read_bytes()
    assert lance.dataset(str(tmp_path / "whole")).to_table().to_pylist() == table.drop(["good"]).to_pylist()
