"""Tasks in jobs of a batch scheduler: pilot jobs, submitted once, take tasks from a shared folder wave after wave.

    FOLDER/SESSION/tasks/N         a task that waits
    FOLDER/SESSION/taken/N.JOB     one that a job has taken, by renaming it
    FOLDER/SESSION/done/N          what it left
    FOLDER/SESSION/closed          no more tasks will come

A job a task would wait in the queue once a wave, hundreds of times a run; a pilot waits once.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cloudpickle

from tilth.errors import MissingExtra, RecipeError, StepError
from tilth.executors.remote import end_worker, perform_shipped
from tilth.executors.shipping import ship
from tilth.tasks import Task

IDLE_SECONDS = 600.0  # a pilot without work for so long leaves, whether it is told to or not
LOST_JOBS = 3  # so many pilots may be lost without one task done in between


class Slurm:
    """Runs tasks in `jobs` jobs of Slurm, submitted by submitit; `cluster="local"` runs the same jobs on this machine instead.

    `folder` must be seen by every machine; `parameters` are submitit's, such as `{"slurm_partition": "cpu", "timeout_min": 240}`.
    A job that ends before its time gives its task back, and another takes its place.
    """

    def __init__(
        self, jobs: int = 0, *, folder: str = "tilth-jobs", cluster: str = "slurm", parameters: Mapping[str, Any] | None = None
    ) -> None:
        try:
            import submitit
        except ImportError:
            raise MissingExtra.of("submitit", "slurm", "executor='slurm'") from None
        if cluster == "slurm" and shutil.which("sbatch") is None:
            raise RecipeError(
                "There is no Slurm here.", where="executor='slurm'", why="the command sbatch is not on the PATH",
                fix="run this on a login node, or try the same jobs on this machine: executor=Slurm(2, cluster='local')",
            )
        self.submitit, self.cluster, self.count = submitit, cluster, jobs or 8
        self.parameters = {"name": "tilth", "cpus_per_task": 1, "timeout_min": 60, **(parameters or {})}
        self.folder = Path(folder).absolute() / uuid.uuid4().hex[:12]
        self.jobs: dict[str, Any] = {}
        self.number = 0

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[dict[str, Any], dict[str, Any]]]]:
        """Yield (task, (receipt, times)) as tasks end; the first error takes back what was not begun, and is raised here."""
        for name in ("tasks", "taken", "done"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        under_way = {self._put(task): task for task in tasks}
        lost = 0
        try:
            while under_way:
                ended = [name for name in sorted(os.listdir(self.folder / "done")) if name in under_way]
                for name in ended:
                    yield under_way.pop(name), self._result(name)
                gone = self._replace_jobs(len(under_way))
                lost = 0 if ended else lost + len(gone)
                if lost > LOST_JOBS:
                    raise _lost(gone)
                if not ended:
                    time.sleep(0.05)
        finally:
            for name in under_way:
                (self.folder / "tasks" / name).unlink(missing_ok=True)

    def machines(self) -> int:
        return self.count if self.cluster == "slurm" else 1

    def close(self) -> None:
        """Let the jobs leave, and end those that do not."""
        if self.folder.exists():
            (self.folder / "closed").touch()
        deadline = time.monotonic() + 10
        while any(not job.done() for job in self.jobs.values()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for job in self.jobs.values():
            if not job.done():
                job.cancel(check=False)
        self.jobs = {}
        shutil.rmtree(self.folder, ignore_errors=True)

    def _put(self, task: Task) -> str:
        self.number += 1
        name = f"{self.number:08d}"
        _write(self.folder / "tasks" / name, ship((ship(task), sys.path)))
        return name

    def _result(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        path = self.folder / "done" / name
        result: Any = cloudpickle.loads(path.read_bytes())
        path.unlink()
        if isinstance(result, BaseException):
            raise result
        return result

    def _replace_jobs(self, wanted: int) -> list[Any]:
        """Give back what ended jobs had taken, submit jobs up to the number wanted, and return those that ended."""
        gone = [name for name, job in self.jobs.items() if job.done()]
        for name in gone:
            for taken in (self.folder / "taken").glob(f"*.{name}"):
                os.replace(taken, self.folder / "tasks" / taken.stem)
        lost = [self.jobs.pop(name) for name in gone]
        while len(self.jobs) < min(wanted, self.count):
            self.number += 1
            self.jobs[f"job{self.number}"] = self._submit(f"job{self.number}")
        return lost

    def _submit(self, name: str) -> Any:
        executor = self.submitit.AutoExecutor(folder=str(self.folder / "logs"), cluster=self.cluster)
        executor.update_parameters(**self.parameters)
        return executor.submit(pilot, str(self.folder), name)


def pilot(folder: str, name: str, idle: float = IDLE_SECONDS) -> int:
    """Perform tasks from the folder until it is closed, or nothing came for `idle` seconds; return how many. Runs inside a job."""
    home, count, since = Path(folder), 0, time.monotonic()
    try:
        while time.monotonic() - since < idle and not (home / "closed").exists():
            taken = _take(home, name)
            if taken is None:
                time.sleep(min(0.5, 0.02 + (time.monotonic() - since) / 20))
                continue
            result = perform_shipped(*cloudpickle.loads(taken.read_bytes()))
            _write(home / "done" / taken.stem, ship(result))
            taken.unlink()
            count, since = count + 1, time.monotonic()
    finally:
        end_worker()
    return count


def _take(home: Path, name: str) -> Path | None:
    for waiting in sorted(os.listdir(home / "tasks")):
        taken = home / "taken" / f"{waiting}.{name}"
        try:
            os.rename(home / "tasks" / waiting, taken)
        except FileNotFoundError:  # another job was faster
            continue
        return taken
    return None


def _write(path: Path, data: bytes) -> None:
    """A file that is whole once it has its name."""
    partial = path.parent.parent / f"{path.parent.name}-{path.name}.partial"
    partial.write_bytes(data)
    os.replace(partial, path)


def _lost(jobs: list[Any]) -> StepError:
    said = next((text for job in jobs if (text := job.stderr())), "they said nothing")
    return StepError(
        f"{LOST_JOBS + 1} jobs were lost, and no task was done meanwhile.", where="executor='slurm'", why=said.strip()[-500:],
        fix="look at the scheduler's logs; more memory or time: Slurm(parameters={'mem_gb': 16, 'timeout_min': 240})",
    )
