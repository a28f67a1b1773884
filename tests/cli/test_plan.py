"""`tilth plan`: all to do before a run, nothing after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_a_plan_counts_what_is_done_and_what_is_to_do(tilth: Tilth, folder: Path, finished: Path, tmp_path: Path) -> None:
    before = tilth("plan", folder / "recipe.yaml", "--out", tmp_path / "new").out.splitlines()[1].split()
    after = tilth("plan", folder / "recipe.yaml", "--out", finished).out.splitlines()[1].split()
    assert before[-4:] == ["1", "0", "1", "1"]
    assert after[-4:] == ["1", "1", "0", "0"]
    assert not list((tmp_path / "new").glob("**/*.parquet"))
