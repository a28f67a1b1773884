"""What became of a document can be asked anywhere: it needs the run's folder, not the code that made it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from toy_steps import RECIPE

from tilth import CorpusError, explain, run
from tilth.read import Jsonl


def test_steps_of_a_recipe_file_need_not_be_there(lines: Path) -> None:
    recipe = lines.parent / "mine.py"
    toys = (Path(__file__).parent / "toy_steps.py").read_text()
    recipe.write_text(f"{toys}\nfrom tilth.read import Jsonl\n\ncorpus, recipe = Jsonl('lines'), RECIPE\n")
    tilth = [sys.executable, "-m", "tilth.cli"]
    subprocess.run([*tilth, "run", "mine.py", "--out", "out", "--executor", "local:1"], cwd=lines.parent, check=True, capture_output=True)
    recipe.unlink()
    asked = [*tilth, "explain", "out", "lines/0.jsonl:0"]
    told = subprocess.run(asked, cwd=lines.parent, check=True, capture_output=True, text=True).stdout
    assert "kept" in told and "Replace" in told


def test_an_unknown_document_is_a_clear_error(lines: Path) -> None:
    out = str(lines.parent / "out")
    run(Jsonl(str(lines)), RECIPE[:2], out, "inline")
    with pytest.raises(CorpusError, match="No document is called"):
        explain(out, "nobody")
    with pytest.raises(CorpusError, match=r"several ids hold it, such as .*\.jsonl:\d+, [^,]+, [^,]+\n"):
        explain(out, ".jsonl")
    assert explain(out, 0)[0].row == 0 and explain(out, "5.jsonl:0")[0].fate == "kept"  # a part of an id that only one has


def test_who_asks_by_url_is_told_how_urls_become_ids(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"url": "https://e.org/1", "text": "a"}\n')
    for reader in (Jsonl(str(tmp_path / "a.jsonl")), Jsonl(str(tmp_path / "a.jsonl"), id="url")):
        run(reader, [], str(tmp_path / "out"), "inline")
        if reader.id is None:
            with pytest.raises(CorpusError, match=r"--set corpus[.]id=url"):
                explain(str(tmp_path / "out"), "https://e.org/1")
    assert explain(str(tmp_path / "out"), "https://e.org/1")[0].fate == "kept"
