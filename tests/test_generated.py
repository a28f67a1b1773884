"""What is made from the code is up to date: the help of the command line, the table of operators, the schema of recipes."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MADE = runpy.run_path(str(ROOT / "docs" / "generate.py"))["files"]()


@pytest.mark.parametrize("path", MADE)
def test_a_generated_file_is_what_the_code_says(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == MADE[path], "run: python docs/generate.py"
