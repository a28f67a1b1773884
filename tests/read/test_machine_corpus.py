"""The reader of what was collected is the corpus that it finds, and finds it late."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth.errors import CorpusError
from tilth.probe import sample
from tilth.read.machine import collect, corpus, write
from tilth.read.machine_corpus import Machine
from tilth.read.machine_files import Document


def test_it_reads_what_was_collected_under_the_sources_names(tmp_path: Path) -> None:
    sources = {
        name: lambda folder, report, name=name: write([Document(f"{name}-{i}", f"text {i}", "x") for i in range(3)], folder, report)
        for name in ("python", "licences")
    }
    collect(tmp_path, sources)
    reader, whole = Machine(str(tmp_path)), corpus(tmp_path)
    assert reader.files() == whole.files()
    assert [reader.digest(file) for file in reader.files()] == [whole.digest(file) for file in whole.files()]
    found = sorted((row["source"], row["id"]) for row in sample(reader).to_pylist())
    assert found == [(name, f"{name}-{i}") for name in ("licences", "python") for i in range(3)]


def test_it_may_stand_in_a_recipe_before_anything_was_collected(tmp_path: Path) -> None:
    reader = Machine(str(tmp_path / "none"))
    with pytest.raises(CorpusError, match="nothing was collected"):
        reader.files()
