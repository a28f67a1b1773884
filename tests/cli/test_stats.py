"""`tilth stats`: tables for people, JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tilth as t
from tilth import filters, read

Tilth = Callable[..., Any]


def test_every_table_is_there(tilth: Tilth, finished: Path) -> None:
    said = tilth("stats", finished)
    assert said.code == 0
    for title in ("Signals of the rows kept", "By source", "Variety, on", "Duplicates", "What each rule drops", "N-grams"):
        assert title in said.out
    assert re.search(r"Filter: low score +20 +6 +30\.0% +6 +30\.0%", said.out)


def test_one_signal_in_full(tilth: Tilth, finished: Path) -> None:
    said = tilth("stats", finished, "--signal", "score")
    assert re.search(r"all +7 +0 +0\.6", said.out)
    wrong = tilth("stats", finished, "--signal", "scoer")
    assert wrong.code == 2 and "did you mean score?" in wrong.err


def test_json_is_the_same_twice(tilth: Tilth, finished: Path) -> None:
    said = tilth("stats", finished, "--json").out
    found = json.loads(said)
    assert found["kept"]["rows"] == sum(group["rows"] for group in found["groups"][0]["groups"])
    assert tilth("stats", finished, "--json").out == said


def test_thresholds_are_proposed(tilth: Tilth, finished: Path) -> None:
    said = tilth("stats", finished, "--propose", "share=0.8")
    assert re.search(r"words +20 +2 +2 +0 +20\.0% +words between 1 and 8", said.out)
    assert json.loads(tilth("stats", finished, "--propose", "k=3", "--json").out)[0]["signal"] == "score"
    wrong = tilth("stats", finished, "--propose", "sigma=3")
    assert wrong.code == 2 and "--propose k=3" in wrong.err


def test_whom_it_speaks_of(tilth: Tilth, tmp_path: Path) -> None:
    lines = [{"text": f"{('She sings', 'He digs')[i % 2]} . " * 3, "s": i % 7 - 3 * (i % 2)} for i in range(300)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    steps = [filters.Mentions(window=2), t.Filter("s >= 1", reason="low")]
    out = t.run(read.Jsonl(str(tmp_path / "a.jsonl")), steps, str(tmp_path / "out"), "inline", split=2000).out
    said = tilth("stats", out, "--groups").out
    assert re.search(r"Filter: low +\d+ +men +50\.0% +\d\d\.\d% +-\d\d\.\d\d +±\d\.\d\d +<0\.001 +more than chance", said)
    assert re.search(r"sings +\d+ +0 +\+", said) and "Filter: low dropped most of men, for instance:" in said
    assert "2 of 6 changes of a share are more than chance" in tilth("stats", out).out
    found = json.loads(tilth("stats", out, "--groups", "--json").out)
    assert found["shifts"][0]["signal"] == "group_men" and found["beside"][0]["first"] == "women"


def test_whom_it_speaks_of_was_not_counted(tilth: Tilth, finished: Path) -> None:
    wrong = tilth("stats", finished, "--groups")
    assert wrong.code != 0 and "put filters.Mentions() first in the recipe" in wrong.err
