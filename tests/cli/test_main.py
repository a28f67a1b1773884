"""The command line as a whole: help with examples, errors in four parts, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tilth.cli.run
from tilth.cli.main import COMMANDS, main


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "examples:" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_says_what_a_command_is_for_and_shows_it_at_work(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([name, "--help"] if name else ["--help"])
    out = capsys.readouterr().out
    assert exit.value.code == 0
    assert f"examples:\n  tilth {name}".rstrip() in out


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["rnu"], "did you mean run?"),
        (["frobnicate"], "there are: check, collect, diff, explain, gc, lineage, llm, ls, plan, report, run, sample, stats, sweep"),
        (["run"], "required: RECIPE"),
        (["run", "x.yaml", "--executr", "local"], "unrecognized arguments: --executr local, did you mean --executor?\n  fix:   tilth run"),
        (["llm", "simulate", "gold.jsonl"], "fix:   tilth llm simulate --help"),
        (["llm", "simulate", "--port", "99999"], "Port 99999 of 127.0.0.1 cannot be used"),
        (["check", "nothing.yaml"], "There is no recipe 'nothing.yaml'"),
        (["run", "{dir}/bad.yaml"], "is not YAML"),
        (["run", "{dir}/step.yaml"], "did you mean Filter?"),
        (["run", "{dir}/rule.yaml"], "        ^"),
        (["run", "{dir}/column.yaml", "--out", "{dir}/o", "--quiet"], "did you mean score?"),
        (["run", "{dir}/ok.yaml"], "does not say what to read"),
        (["check", "{dir}/ok.yaml", "--input", "{dir}/none.jsonl"], "no file matches"),
        (["check", "{dir}/ok.yaml", "--input", "{dir}"], "No reader knows these files"),
        (["run", "{dir}/ok.yaml", "--input", "{data}", "--set", "x"], "it has no ="),
        (["run", "{dir}/ok.yaml", "--input", "{data}", "--set", "Filter.ruel=x"], "did you mean Filter.rule"),
        (["run", "{dir}/ok.yaml", "--input", "{data}", "--executor", "slrum:4"], "There is no executor 'slrum:4'"),
        (["run", "{dir}/ok.yaml", "--input", "{data}", "--executor", "local:all"], "known are local, ray, dask, slurm"),
        (["run", "{dir}/own.yaml", "--input", "{data}"], "--allow ./own.py"),
        (["ls", "{dir}/none.jsonl"], "no file matches"),
        (["explain", "{dir}", "x"], "There is no finished run here"),
        (["sweep", "{dir}"], "There is no finished run here"),
        (["report", "{dir}"], "There is no finished run here"),
        (["gc", "{dir}"], "There is no finished run here"),
    ],
)
def test_wrong_input_is_told_what_where_why_and_the_fix(
    argv: list[str], says: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {
        "bad": "recipe: [", "step": "recipe: [Filtre: {rule: a > 1}]", "rule": "recipe:\n- Filter: {rule: score >}",
        "column": f"corpus: {{read.Jsonl: {{path: {folder}/0.jsonl}}}}\nrecipe:\n- Filter: {{rule: scroe > 1}}",
        "ok": "recipe:\n- Filter: {rule: score > 0.1}", "own": "recipe: ['./own.py:Step']",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "own.py").write_text("raise SystemExit('ran')")
    assert main([each.format(dir=tmp_path, data=folder / "0.jsonl") for each in argv]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert "\n  fix: " in said.err
    assert "Traceback" not in said.err
    assert not said.out


def test_debug_shows_where_in_the_code(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="There is no recipe"):
        main(["check", str(tmp_path / "x.yaml"), "--debug"])


def test_an_interrupt_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tilth.cli.run, "command", interrupted)
    assert main(["run", "x.yaml"]) == 130
    assert "goes on where it was" in capsys.readouterr().err


def test_the_installed_command_works_and_a_closed_pipe_is_no_traceback(folder: Path) -> None:
    tilth = [sys.executable, "-m", "tilth.cli"]
    done = subprocess.run([*tilth, "ls", str(folder / "0.jsonl"), "--rows", "10"], capture_output=True, text=True, check=True)
    assert "0-9" in done.stdout
    read, write = os.pipe()
    os.close(read)
    closed = subprocess.run([*tilth, "ls", str(folder / "0.jsonl")], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (closed.returncode, closed.stderr) == (1, "")
