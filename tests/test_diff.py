"""Two runs over the same files, compared: the sets are those of their outputs, and the reasons those of their audits."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import tilth as t
from tilth import dedup, read
from tilth.cli.main import main
from tilth.diff import diff
from tilth.errors import CorpusError
from tilth.fates import fates


@pytest.fixture
def runs(lines: Path, tmp_path: Path) -> tuple[str, str]:
    corpus = read.Jsonl(str(lines / "*.jsonl"))
    strict, loose = str(tmp_path / "strict"), str(tmp_path / "loose")
    t.run(corpus, [t.Filter("score >= 30", reason="low"), *dedup.exact()], out=strict, executor="inline")
    t.run(corpus, [t.Filter("score < 35", reason="high")], out=loose, executor="inline")
    return strict, loose


def kept(out: str) -> set[str]:
    return set(pq.read_table(f"{out}/data", columns=["id"])["id"].to_pylist())


def test_every_row_has_one_fate(runs) -> None:
    for out in runs:
        run = t.load(out)
        table = fates(run)
        assert len(table) == run.data["rows_in"] == len(set(table["row"].to_pylist()))
        assert table["fate"].to_pylist().count("kept") == run.rows


def test_sides_are_what_one_keeps_and_the_other_does_not(runs) -> None:
    strict, loose = map(kept, runs)
    found = diff(*runs)
    assert (found.both, found.sides[0].rows, found.sides[1].rows) == (len(strict & loose), len(strict - loose), len(loose - strict))
    assert found.neither == len(fates(t.load(runs[0]))) - len(strict | loose)
    assert dict(found.sides[0].why) == {"dropped by Filter: high": len(strict - loose)}
    assert set(dict(found.sides[1].why)) == {"dropped by Filter: low", "duplicate by Exact: exact duplicate"}
    assert {row["id"] for row in found.sides[1].examples} <= loose - strict and len(found.sides[1].examples) == 3


def test_a_run_does_not_differ_from_itself(runs) -> None:
    found = diff(runs[0], runs[0])
    assert found.sides[0].rows == found.sides[1].rows == 0 and found.both == len(kept(runs[0]))


def test_rows_that_one_run_never_read(runs, lines: Path, tmp_path: Path) -> None:
    t.run(read.Jsonl(str(lines / "0.jsonl")), [], out=str(tmp_path / "part"), executor="inline")
    found = diff(runs[1], str(tmp_path / "part"))
    assert dict(found.sides[0].why)["not in its input"] > 100


def test_other_corpora_are_refused(runs, tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text(json.dumps({"text": "something else"}) + "\n")
    t.run(read.Jsonl(str(tmp_path / "other.jsonl")), [], out=str(tmp_path / "other"), executor="inline")
    with pytest.raises(CorpusError, match="no document in common"):
        diff(runs[0], str(tmp_path / "other"))


def test_the_command(runs, capsys) -> None:
    assert main(["diff", *runs, "--examples", "1"]) == 0
    told = capsys.readouterr().out
    assert "kept by both" in told and "dropped by Filter: high" in told
