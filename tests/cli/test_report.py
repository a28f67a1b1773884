"""`tilth report`: writes the page and says where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_the_page_is_written_and_named(tilth: Tilth, finished: Path) -> None:
    said = tilth("report", finished)
    assert said.code == 0
    page = Path(said.out.strip())
    assert page.suffix == ".html"
    assert "low score" in page.read_text(encoding="utf-8")
