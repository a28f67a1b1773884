"""Languages are counted where they were measured and at the end."""

from __future__ import annotations

from pathlib import Path

from toy_steps import Words

from tilth import run
from tilth.read import Jsonl
from tilth.run import load
from tilth.web.languages import languages_of


def test_languages_of_the_run(out: str) -> None:
    found = languages_of(load(out))
    data = load(out).data
    assert [name for name, _, _ in found] == ["en", "de"]
    assert sum(rows for _, rows, _ in found) == data["rows_in"] - data["quarantined"]
    assert sum(left for _, _, left in found) == data["rows_out"]


def test_a_run_that_measured_no_language(lines: Path) -> None:
    assert languages_of(run(Jsonl(str(lines)), [Words()], str(lines.parent / "out"), "local:1")) == []
