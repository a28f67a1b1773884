"""Pilot jobs: tasks are taken once, a lost job gives its task back, an error is itself, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")

from tilth import Filter, read, run
from tilth.errors import RecipeError, StepError
from tilth.executors import slurm
from tilth.executors.slurm import Slurm

LINES = "\n".join(f'{{"text": "text number {i}"}}' for i in range(40)) + "\n"


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Slurm]:
    engine = Slurm(2, folder=str(tmp_path / "jobs"), cluster="local")
    yield engine
    engine.close()


@pytest.fixture
def corpus(tmp_path: Path) -> read.Jsonl:
    for i in range(4):
        (tmp_path / f"{i}.jsonl").write_text(LINES)
    return read.Jsonl(str(tmp_path / "*.jsonl"))


def test_without_slurm_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(RecipeError, match="no Slurm here"):
        Slurm(2)


def test_jobs_serve_wave_after_wave_and_leave_nothing(jobs: Slurm, corpus: read.Jsonl, tmp_path: Path) -> None:
    done = run(corpus, [Filter("text != 'text number 3'")], str(tmp_path / "out"), jobs, split=600, probe=False)
    assert done.rows == 4 * 39 and jobs.number > 2
    jobs.close()
    assert not os.listdir(tmp_path / "jobs")


def test_a_lost_job_gives_its_task_back(jobs: Slurm, corpus: read.Jsonl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, killed = Slurm._replace_jobs, []

    def kill_one(self: Slurm, wanted: int) -> list[object]:
        gone = replace(self, wanted)
        if not killed and list((self.folder / "taken").iterdir()):
            job = next(iter(self.jobs.values()))
            killed.append(job)
            os.kill(job._process.pid, signal.SIGKILL)
        return gone

    monkeypatch.setattr(Slurm, "_replace_jobs", kill_one)
    assert run(corpus, [Filter("text != ''")], str(tmp_path / "out"), jobs, split=600, probe=False).rows == 160
    assert killed


def test_jobs_that_die_one_after_the_other_are_an_error(
    jobs: Slurm, corpus: read.Jsonl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm, "pilot", lambda folder, name: os._exit(3))
    with pytest.raises(StepError, match="jobs were lost"):
        run(corpus, [], str(tmp_path / "out"), jobs, probe=False)


def test_a_pilot_without_work_leaves(tmp_path: Path) -> None:
    for name in ("tasks", "taken", "done"):
        (tmp_path / name).mkdir()
    assert slurm.pilot(str(tmp_path), "job1", idle=0.2) == 0
