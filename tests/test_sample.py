"""Documents to look at: the rule holds of all of them, the same ones every time, and dropped ones by why."""

from __future__ import annotations

from pathlib import Path

import pytest

import tilth as t
from tilth import dedup, read
from tilth.cli.main import main
from tilth.errors import RecipeError
from tilth.sample import dropped, sample


@pytest.fixture
def out(lines: Path, tmp_path: Path) -> str:
    recipe = [t.Filter("score >= 10", reason="low"), *dedup.exact()]
    return t.run(read.Jsonl(str(lines / "*.jsonl")), recipe, out=str(tmp_path / "out"), executor="local:2").out


def test_a_rule_is_true_of_all_that_is_shown(out: str) -> None:
    found = sample(out, "score >= 20 and score < 25", rows=4)
    assert len(found) == 4 and found.schema.names == ["row", "id", "text", "score"]
    assert all(20 <= score < 25 for score in found["score"].to_pylist())
    assert found.equals(sample(out, "score >= 20 and score < 25", rows=4))
    assert len(sample(out, "score > 1000")) == 0


def test_dropped_ones_by_why(out: str) -> None:
    assert set(dropped(out, "LOW")["reason"].to_pylist()) == {"low"}
    assert set(dropped(out, "duplicate")["fate"].to_pylist()) == {"duplicate"}
    assert set(dropped(out, rows=1000)["fate"].to_pylist()) == {"dropped", "duplicate", "quarantined"}


def test_a_column_that_there_is_not(out: str) -> None:
    with pytest.raises(RecipeError, match="no column 'scores'"):
        sample(out, "scores > 1")


def test_the_command(out: str, capsys) -> None:
    assert main(["sample", out, "--where", "score >= 39", "--rows", "2"]) == 0
    assert "score 39" in capsys.readouterr().out
    assert main(["sample", out, "--dropped", "low"]) == 0
    assert "reason low" in capsys.readouterr().out
