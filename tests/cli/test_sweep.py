"""`tilth sweep`: thresholds of a run, and what others would keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_without_a_column_the_thresholds_are_listed(tilth: Tilth, finished: Path) -> None:
    said = tilth("sweep", finished)
    assert re.search(r"score +>= +0\.25 +low score", said.out)
    assert re.search(r"words +<= +9 ", said.out)


def test_values_are_shown_with_what_they_keep(tilth: Tilth, finished: Path) -> None:
    said = tilth("sweep", finished, "score", "--values", 0.5, 0.05)
    assert "20 rows came to this rule" in said.out
    assert re.search(r">= 0\.05 +18 +90\.0%", said.out)
    assert re.search(r">= 0\.25 +14 +70\.0% .*as it was run", said.out)
    assert re.search(r">= 0\.5 +10 +50\.0%", said.out)


def test_a_wrong_column_is_answered_with_the_nearest(tilth: Tilth, finished: Path) -> None:
    said = tilth("sweep", finished, "scoer")
    assert said.code == 2
    assert "did you mean score?" in said.err


def test_shares_are_drawn(tilth: Tilth, finished: Path) -> None:
    said = tilth("sweep", finished, "score", "--values", 0.5, "--plot")
    bars = {line.split()[1]: line.count("█") for line in said.out.splitlines() if line.startswith(">=")}
    assert bars == {"0.25": 28, "0.5": 20}  # of 40, for 70% and 50%


def test_whole_numbers_are_shown_as_such(tilth: Tilth, finished: Path) -> None:
    assert re.search(r">= 3 +\d+ ", tilth("sweep", finished, "words", "--values", 3).out)
