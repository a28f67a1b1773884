"""`tilth collect`: what is there already is not collected again, and all is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tilth.read.machine as machine
from tilth.read.machine_files import Document

Tilth = Callable[..., Any]


def test_sources_are_collected_and_counted(tilth: Tilth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [Document("a", "text", "x"), Document("b", "more text", "x")]
    monkeypatch.setattr(machine, "SOURCES", {"licences": lambda folder, report: machine.write(documents, folder, report)})
    for _ in range(2):
        said = tilth("collect", tmp_path, "--quiet")
        assert (said.code, said.err) == (0, "")
        assert re.search(r"licences +2 +13 B", said.out)
    assert [path.name for path in (tmp_path / "licences").iterdir()] == ["part-00000.jsonl.zst"]
    assert "row 2" in tilth("ls", tmp_path / "licences").out
