"""Runs upon runs lead back to files that no run made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tilth as t
from tilth import decontaminate, dedup, read, select
from tilth.cli.main import main
from tilth.errors import CorpusError
from tilth.lineage import Input, Lineage, lineage, nameless


@pytest.fixture
def chain(lines: Path, tmp_path: Path) -> str:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    t.run(read.Jsonl(str(lines / "*.jsonl")), dedup.exact(), out=first, executor="inline")
    both = read.union(old=read.Parquet(f"{first}/data/*.parquet"), new=read.Jsonl(str(lines / "1.jsonl")))
    t.run(both, [t.Filter("score >= 10", reason="low"), t.Filter("score < 30", reason="high")], out=second, executor="inline")
    return second


def test_it_leads_back_to_files(chain: str, lines: Path) -> None:
    found = lineage(chain)
    old, new = sorted(found.inputs, key=lambda each: each.made_by is None)
    assert found.steps == ("Filter: low", "Filter: high") and new.folder == str(lines) and new.files == 1 and new.made_by is None
    assert old.made_by and old.made_by.steps == ("Exact",)
    assert [(each.folder, each.files) for each in old.made_by.inputs] == [(str(lines), 6)]


def test_it_is_drawn(chain: str, capsys) -> None:
    assert main(["lineage", chain]) == 0
    told = capsys.readouterr().out
    assert "2 steps: 2 rules" in told and told.count("└─") == 3 and "first: " in told


def test_what_is_passed_on_names_no_folder(chain: str, tmp_path: Path) -> None:
    assert str(tmp_path) not in str(nameless(lineage(chain)))


def test_folders_in_folders_are_one(tmp_path: Path) -> None:
    for name in ("a.txt", "deep/b.txt", "deep/er/c.txt", "deeper/d.txt"):
        (tmp_path / "texts" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "texts" / name).write_text("One text.")
    t.run(read.Text(str(tmp_path / "texts")), [], str(tmp_path / "out"), "inline")
    (found,) = lineage(str(tmp_path / "out")).inputs
    assert found.folder == str(tmp_path / "texts") and found.files == 4


def test_what_steps_learned_from_is_named(lines: Path, tmp_path: Path) -> None:
    """An evaluation set and a target are inputs too, kept apart from the corpus; a target that a run made leads back to that."""
    for name in ("exams", "wiki"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_text("".join(json.dumps({"text": f"{name} asks {n} short questions"}) + "\n" for n in range(9)))
    target = t.run(read.Jsonl(str(tmp_path / "wiki")), dedup.exact(), str(tmp_path / "target"), "inline").out
    sets, wiki = read.union(exams=read.Jsonl(str(tmp_path / "exams"))), read.Parquet(f"{target}/data/*.parquet")
    recipe = [t.learn_from(sets, decontaminate.NGrams(n=4)), t.learn_from(wiki, select.Dsir())]
    out = t.run(read.Jsonl(str(lines / "*.jsonl")), recipe, str(tmp_path / "out"), "inline").out
    found = lineage(out)
    exams, learned = found.learned
    assert [each.folder for each in found.inputs] == [str(lines)] and found.inputs[0].how == ""
    assert (exams.folder, exams.files, exams.how) == (str(tmp_path / "exams"), 1, "held against (NGrams)")
    assert learned.how == "learned from (Dsir)" and learned.made_by and learned.made_by.steps == ("Exact",)
    told = str(found)
    assert f"held against (NGrams) {tmp_path}/exams/: 1 file, {exams.digest[:12]}" in told and told.count("└─") == 3
    about = Path(out, "README.md").read_text()
    assert "held against (NGrams) exams/: 1 file" in about and str(tmp_path) not in about
    assert "- Exact duplicates were not looked for." in about  # the target's are no step of this corpus


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no finished run"):
        lineage(str(tmp_path))


def test_files_of_the_working_folder_and_of_a_root_are_drawn_as_such() -> None:
    inputs = tuple(Input(folder, 1, "d" * 40) for folder in ("", "/", "raw"))
    drawn = str(Lineage("out", "1", 1, 1, 1, (), inputs))
    assert [line.partition(" ")[2].partition(":")[0] for line in drawn.splitlines()[2:]] == ["./", "/", "raw/"]
