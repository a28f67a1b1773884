"""A small input, a recipe for it, and a finished run, as commands meet them."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tilth.cli.main import main


class Said(NamedTuple):
    """What a command returned and wrote."""

    code: int
    out: str
    err: str


Tilth = Callable[..., Said]

RECIPE = """
corpus: {read.Jsonl: {path: INPUT}}
recipe:
- Filter: {rule: 'score >= 0.25', reason: low score}
- Filter: {rule: 'words between 1 and 9'}
- dedup.exact
"""


@pytest.fixture
def tilth(capsys: pytest.CaptureFixture[str]) -> Tilth:
    """Run a command in this process."""

    def say(*argv: object) -> Said:
        code = main([str(each) for each in argv])
        return Said(code, *capsys.readouterr())

    return say


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Tests that a shell runs in the background ignore interrupts, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files of ten rows, of which one is broken, and a recipe over them."""
    folder = tmp_path_factory.mktemp("cli")
    for part in range(2):
        rows = [{"id": f"{part}-{i}", "text": f"text {i} " * i * 3, "score": i / 10, "words": i} for i in range(10)]
        lines = [json.dumps(row) for row in rows]
        (folder / f"{part}.jsonl").write_text("\n".join(lines + ["{broken"] * part) + "\n")
    (folder / "recipe.yaml").write_text(RECIPE.replace("INPUT", str(folder / "*.jsonl")))
    return folder


@pytest.fixture(scope="session")
def finished(folder: Path) -> Path:
    """The folder of a finished run."""
    assert main(["run", str(folder / "recipe.yaml"), "--out", str(folder / "out"), "--executor", "local:1", "--quiet"]) == 0
    return folder / "out"
