"""`tilth explain`: one document's way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_fates_are_told_by_id(tilth: Tilth, finished: Path) -> None:
    assert "dropped by" in tilth("explain", finished, "0-1").out
    assert "low score" in tilth("explain", finished, "0-1").out
    assert "fate      kept" in tilth("explain", finished, "0-5").out
    assert "0-5 stands for it" in tilth("explain", finished, "1-5").out
