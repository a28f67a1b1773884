"""`tilth stats`: tables for people, JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
