"""`tilth run`: what the recipe says or the flags, a table at the end, and nothing done twice."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tilth import load
from tilth.cli.run import progress
from tilth.conductor import Progress

Tilth = Callable[..., Any]


def test_a_run_ends_with_its_table_and_says_what_to_look_at(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    said = tilth("run", folder / "recipe.yaml", "--out", tmp_path / "out", "--executor", "local:1")
    assert said.code == 0
    assert re.search(r"Filter: low score +20 +14 +30\.0%", said.out)
    assert "21 rows in = 7 out + 13 audited + 1 quarantined" in said.out
    assert f"tilth report {tmp_path}/out" in said.out
    assert "MB/s" in said.err


def test_flags_change_input_steps_and_place(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere"
    said = tilth(
        "run", folder / "recipe.yaml", "--input", folder / "0.jsonl", "--set", "reason=worse", "--set", "corpus.source=mine",
        "--out", out, "--store", tmp_path / "store", "--quiet", "--executor", "local:1",
    )
    assert said.code == 2
    assert "2 steps have it" in said.err
    said = tilth(
        "run", folder / "recipe.yaml", "--input", folder / "0.jsonl", "--set", "Exact.keep=longest", "--set", "corpus.source=mine",
        "--out", out, "--store", tmp_path / "store", "--quiet", "--executor", "local:1",
    )
    assert (said.code, said.err) == (0, "")
    assert load(str(out)).data["sources"] == {"mine": 7}
    assert (tmp_path / "store" / "receipts").is_dir()


def test_the_place_is_named_after_the_recipe(tilth: Tilth, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert tilth("run", folder / "recipe.yaml", "--quiet", "--executor", "local:1").code == 0
    assert load("work/recipe").rows == 7


def test_progress_shows_waves_as_they_go(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as tell:
        tell(Progress("read, Filter", 0, 4, 0, 0, 8_000_000, 0.0))
        tell(Progress("read, Filter", 4, 4, 1234, 8_000_000, 8_000_000, 2.0))
    err = capsys.readouterr().err
    assert "4/4 tasks 1,234 rows 4.0 MB/s" in " ".join(err.split())


SLOW = """
import pathlib, sys, time
from dataclasses import dataclass
from tilth.op import Op

@dataclass(frozen=True)
class Wait(Op):
    folder: str

    def apply(self, batch):
        if sys.modules["__main__"].__spec__.name == "tilth.executors.worker":  # not in the probe, which comes before
            pathlib.Path(self.folder, "begun").touch()
            while not pathlib.Path(self.folder, "go").exists():
                time.sleep(0.05)
        return batch
"""


def test_an_interrupted_run_goes_on_when_called_again(interruptible: None, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "slow.yaml").write_text(f"recipe:\n- ./slow.py:Wait: {{folder: {tmp_path}}}\n- Filter: {{rule: score > 0.5}}")
    tilth = [sys.executable, "-m", "tilth.cli", "run", str(tmp_path / "slow.yaml"), "--input", str(folder / "0.jsonl")]
    tilth += ["--allow", "./slow.py", "--out", str(tmp_path / "out"), "--executor", "local:1", "--quiet"]
    running = subprocess.Popen(tilth, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "begun").exists():
        time.sleep(0.05)
    try:
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait()
    assert (running.returncode, err) == (130, "Interrupted. The same command goes on where it was.\n")
    (tmp_path / "go").touch()
    done = subprocess.run(tilth, capture_output=True, text=True, check=True)
    assert "10 rows in = 4 out + 6 audited + 0 quarantined" in done.stdout


def test_what_to_look_at_can_be_pasted_where_a_folder_has_a_space(tilth: Tilth, folder: Path, tmp_path: Path) -> None:
    said = tilth("run", folder / "recipe.yaml", "--out", tmp_path / "my out", "--executor", "inline", "--quiet")
    assert f"tilth report '{tmp_path}/my out'" in said.out
