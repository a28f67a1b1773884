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


def test_a_plan_shows_the_curve_of_near_duplicates(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "near.yaml"
    recipe.write_text(f"corpus: {{read.Jsonl: {{path: '{folder}/*.jsonl'}}}}\nrecipe:\n- dedup.near: {{jaccard: 0.9}}\n")
    said = tilth("plan", recipe, "--out", tmp_path / "new").out
    assert "near duplicates at 0.9, by n-grams where in doubt: 8 bands of 13 rows" in said
    assert "\nfound " in said and "documents:" in said and "of messages" in said
    assert "near duplicates" not in tilth("plan", folder / "recipe.yaml", "--out", tmp_path / "new").out
