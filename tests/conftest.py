"""Fixtures that every test may use: a corpus of files, an executor of each kind, and a folder for kernels that outlives a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tilth.executors import Executor, executor

settings.register_profile("tilth", deadline=None, max_examples=50)  # a busy machine is slow, not wrong
settings.load_profile("tilth")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data (../shared/data) is not on this machine")
    return SHARED


@pytest.fixture(scope="session", params=["local:1", "local:2", "ray:2", "dask:2", "slurm:2"])
def any_executor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """One executor of each kind: a test that takes it runs on all of them. Slurm's jobs run on this machine, as submitit can."""
    kind = request.param.partition(":")[0]
    library = {"ray": "ray", "dask": "distributed", "slurm": "submitit"}.get(kind)
    if library:
        pytest.importorskip(library, reason=f"the extra {kind!r} is not installed")
    if kind == "slurm":
        from tilth.executors.slurm import Slurm

        engine: Executor = Slurm(2, folder=str(tmp_path_factory.mktemp("jobs")), cluster="local")
    else:
        engine = executor(request.param)
    yield engine
    engine.close()


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """A folder of six JSONL files, 42 rows each: many exact duplicates, short texts, and one line a file that is not JSON."""
    folder = tmp_path / "lines"
    folder.mkdir()
    for number in range(6):
        write_lines(folder / f"{number}.jsonl", number)
    return folder


def write_lines(path: Path, number: int, rows: int = 40) -> None:
    """Write one such file."""
    texts = [f"a line {i % 17} of file {number % 3}, number {i % 5}" for i in range(rows)]
    good = [json.dumps({"text": text, "score": i}) for i, text in enumerate([*texts, "one"])]
    path.write_text("\n".join([*good[:10], '{"text": broken', *good[10:]]) + "\n")
