"""`tilth check`: what a probe shows of each rule, warnings, and an error where the recipe does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_each_rule_is_shown_with_what_it_drops_of_the_probe(tilth: Tilth, folder: Path) -> None:
    said = tilth("check", folder / "recipe.yaml")
    assert said.code == 0
    assert re.search(r"Filter: low score +20 +6 +30\.0% +0 +0", said.out)
    assert said.out.endswith("The recipe fits its input.\n")


def test_a_rule_that_drops_nothing_is_a_warning(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "idle.yaml").write_text("recipe:\n- Filter: {rule: score >= 0}")
    said = tilth("check", tmp_path / "idle.yaml", "--input", folder / "0.jsonl", "--rows", 5)
    assert said.code == 0
    assert "warning:" in said.out
    assert "rules that drop none of the probed rows" in said.out


def test_a_recipe_in_python_is_checked_too(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from tilth import Filter\nrecipe = [Filter('words > 2')]\n")
    assert tilth("check", tmp_path / "mine.py", "--input", folder / "0.jsonl").code == 0
