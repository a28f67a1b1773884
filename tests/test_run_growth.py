"""Every public Fold and Exchange grows and survives: shards added in any order equal a run from scratch, a run that dies goes on.

`test_run.py` kills real processes; here a run dies at random tasks, before their work or between it and the receipt, for every step.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fingerprints import steps
from test_laws import endpoint, instances  # noqa: F401  (a fixture: steps that ask a model ask it)

from tilth import Filter, dedup, read, run
from tilth.conductor import Conductor
from tilth.executors.inline import Inline
from tilth.op import Exchange, Fold
from tilth.tasks import Task

WHOLE_CORPUS = sorted(name for name, thing in steps().items() if issubclass(thing, (Exchange, Fold)))


class Died(Exception):
    """The run was struck down here."""


class Mortal(Inline):
    """Dies before a task, or after its work and before its receipt, once in a while."""

    def __init__(self, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chance, self.monkeypatch = chance, monkeypatch

    def map_unordered(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        shuffled = list(tasks)
        self.chance.shuffle(shuffled)
        for task in shuffled:
            if self.chance.random() < 0.15:
                raise Died
            with self.monkeypatch.context() as patch:
                if self.chance.random() < 0.15:
                    patch.setattr("tilth.tasks.Receipts.commit", _die)
                done = list(super().map_unordered([task]))
            yield from done


def _die(*_: object) -> None:
    raise Died


def published(out: Path) -> dict[str, bytes]:
    kinds = ("data", "audit", "quarantine", "edits", "tokens")
    return {str(path.relative_to(out)): path.read_bytes() for kind in kinds for path in sorted((out / kind).glob("*"))}


def shards(table: pa.Table, chance: random.Random) -> list[pa.Table]:
    """The rows twice over, so that much repeats across shards, shuffled and cut at random places."""
    plain = table.drop_columns([name for name in ("row", "drop", "drop_of", "error") if name in table.column_names])
    twice = pa.concat_tables([plain, plain])
    order = list(range(len(twice)))
    chance.shuffle(order)
    cuts = sorted(chance.sample(range(1, len(twice)), 3))
    return [twice.take(order[a:b]) for a, b in zip([0, *cuts], [*cuts, len(twice)], strict=True)]


def from_scratch(grown: Path, scratch: Path) -> None:
    """Give an empty folder the manifest of a run that grew, and the blobs that it names: nothing that a task left."""
    shutil.copytree(grown / "store" / "manifests", scratch / "store" / "manifests")
    shutil.copy(grown / "store" / "format.json", scratch / "store")
    named = "".join(path.read_text() for path in (scratch / "store" / "manifests").glob("*.json"))
    for blob in (grown / "store" / "blobs").rglob("*"):
        if blob.is_file() and blob.name in named:
            target = scratch / blob.relative_to(grown)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(blob, target)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", WHOLE_CORPUS)
def test_it_grows_and_survives(name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(f"{name}{seed}")
    step, table = instances()[name][0]
    parts = shards(pa.table(table), chance)
    corpus, grown, scratch, mortal = (tmp_path / each for each in ("in", "grown", "scratch", "mortal"))
    corpus.mkdir()
    monkeypatch.chdir(tmp_path)
    for i, part in enumerate(parts):
        pq.write_table(part, corpus / f"{chance.randrange(10**6):06d}-{i}.parquet")  # a new file may sort before the old ones
        run(read.Parquet("in"), [step], "grown", "inline", probe=False)
    expected = published(grown)
    from_scratch(grown, scratch)
    run(read.Parquet("in"), [step], "scratch", "inline", probe=False, partitions=chance.choice([1, 2, 3]))
    assert published(scratch) == expected
    from_scratch(grown, mortal)
    for _ in range(200):
        try:
            run(read.Parquet("in"), [step], "mortal", Mortal(chance, monkeypatch), probe=False)
            break
        except Died:
            continue
    assert published(mortal) == expected


def test_an_addition_does_not_read_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "in"
    corpus.mkdir()
    monkeypatch.chdir(tmp_path)
    recipe = [Filter("text != ''"), *dedup.exact(), *dedup.near()]
    words = ["".join(letters) for letters in itertools.product("aeiou", "bdgkl", "mnrst")]  # numbers all count as one word

    def add(number: int) -> None:
        chance = random.Random(number)
        texts = [" ".join(chance.choices(words, k=60)) for _ in range(50)] + ["the same text of a few words, in every file of all"]
        pq.write_table(pa.table({"text": texts}), corpus / f"{number}.parquet")

    for number in range(4):
        add(number)
        run(read.Parquet("in"), recipe, "out", "inline", probe=False)
    add(4)
    done: list[Task] = []
    before = Conductor._perform

    def remember(self: Conductor, name: str, tasks: dict[str, Task], executor: Any) -> Any:
        done.extend(tasks.values())
        return before(self, name, tasks, executor)

    monkeypatch.setattr(Conductor, "_perform", remember)
    again = run(read.Parquet("in"), recipe, "out", "inline", probe=False)
    readers_of_text = [task for task in done if task.role in ("ingest", "stage", "scatter", "observe")]
    assert readers_of_text and all(_shard(task) == 4 for task in readers_of_text)
    assert again.data["retracted"] == {"rows": 0, "first": []} and again.rows == 5 * 50 + 1


def _shard(task: Task) -> int:
    return int(task.work["shard"] if task.role == "ingest" else task.work["piece"].shard)
