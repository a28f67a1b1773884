"""`tilth gc`: removes what no finished run names, and says what first if asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_what_an_earlier_recipe_left_is_swept(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    common = ("run", folder / "recipe.yaml", "--out", tmp_path, "--executor", "local:1", "--quiet")
    tilth(*common)
    tilth(*common, "--set", "Exact.keep=longest")
    blobs = len(list(tmp_path.glob("store/blobs/*/*")))
    said = tilth("gc", tmp_path, "--dry")
    assert said.out.endswith("would be removed\n")
    assert len(list(tmp_path.glob("store/blobs/*/*"))) == blobs
    assert tilth("gc", tmp_path).out.endswith(" removed\n")
    assert len(list(tmp_path.glob("store/blobs/*/*"))) < blobs
    assert tilth("explain", tmp_path, "0-5").code == 0
