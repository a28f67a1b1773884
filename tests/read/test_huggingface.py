"""Dataset folders: whatever `datasets` writes or reads, by card, by saved state and by name."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read
from tilth.errors import CorpusError

ReadAll = Callable[..., list[dict[str, Any]]]


def parquet(path: Path, *texts: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"text": list(texts)}), path)


def pairs(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    assert not any(row["error"] for row in rows)
    return {(row["split"], row["text"]) for row in rows}


def card(folder: Path, yaml: str) -> None:
    (folder / "README.md").write_text(f"---\nlicense: mit\n{yaml}---\n# Data\n")


def test_splits_by_name(tmp_path: Path, read_all: ReadAll) -> None:
    parquet(tmp_path / "data" / "train-00000-of-00002.parquet", "a")
    parquet(tmp_path / "data" / "train-00001-of-00002.parquet", "b")
    parquet(tmp_path / "data" / "heldout-00000-of-00001.parquet", "h")
    (tmp_path / "my_valid.jsonl").write_text('{"text": "v"}\n')
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "x.csv").write_text("text\nt\n")
    (tmp_path / "notes.txt").write_text("no data")
    (tmp_path / "dataset_infos.json").write_text("{}")
    found = pairs(read_all(read.HuggingFace(str(tmp_path))))
    assert found == {("train", "a"), ("train", "b"), ("heldout", "h"), ("validation", "v"), ("test", "t")}
    assert pairs(read_all(read.HuggingFace(str(tmp_path), splits=("test", "validation")), 10)) == {("validation", "v"), ("test", "t")}
    with pytest.raises(CorpusError, match="no split 'dev'"):
        read.HuggingFace(str(tmp_path), splits=("dev",)).files()


def test_json_files_are_arrays_or_lines(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "train.json").write_text(json.dumps([{"text": "a"}, {"text": "b"}], indent=1))
    (tmp_path / "valid.json").write_text('{"text": "c"}\n{"text": "d"}\n')
    (tmp_path / "test.json.gz").write_bytes(gzip.compress(json.dumps({"data": [{"text": "e"}]}, indent=1).encode()))
    found = pairs(read_all(read.HuggingFace(str(tmp_path)), 10))
    assert found == {("train", "a"), ("train", "b"), ("validation", "c"), ("validation", "d"), ("test", "e")}
    assert read.HuggingFace(str(tmp_path)).schema(read.HuggingFace(str(tmp_path)).files()).names == [
        "id", "source", "text", "split", "rest", "error",
    ]


def test_configurations_of_a_card(tmp_path: Path, read_all: ReadAll) -> None:
    for name in ("en/a", "en/b", "de/a"):
        parquet(tmp_path / f"{name}.parquet", name)
    card(tmp_path, (
        "configs:\n- config_name: en\n  data_files:\n  - split: train\n    path: en/a.parquet\n  - split: test\n    path: [en/b.parquet]\n"
        "- config_name: de\n  default: true\n  data_files: de/*.parquet\n- config_name: dir\n  data_dir: en\n"
    ))
    assert pairs(read_all(read.HuggingFace(str(tmp_path)))) == {("train", "de/a")}
    assert pairs(read_all(read.HuggingFace(str(tmp_path), config="en"))) == {("train", "en/a"), ("test", "en/b")}
    assert pairs(read_all(read.HuggingFace(str(tmp_path), config="dir"))) == {("train", "en/a"), ("train", "en/b")}
    with pytest.raises(CorpusError, match="no configuration 'fr'"):
        read.HuggingFace(str(tmp_path), config="fr").files()


@pytest.mark.parametrize(("yaml", "why"), [
    ("configs:\n- config_name: a\n  data_files: ../../etc/*\n", "outside of its dataset"),
    ("configs:\n- config_name: a\n  data_files: s3://elsewhere/x.parquet\n", "outside of its dataset"),
    ("configs: [unclosed\n", "card cannot be read"),
    ("configs:\n- config_name: a\n  data_files: x.parquet\n- config_name: b\n  data_files: x.parquet\n", "several configurations"),
    ("configs:\n- config_name: a\n  data_files: none.parquet\n", "empty"),
])
def test_cards_that_lead_nowhere(yaml: str, why: str, tmp_path: Path) -> None:
    parquet(tmp_path / "x.parquet", "x")
    card(tmp_path, yaml)
    with pytest.raises(CorpusError, match=why):
        read.HuggingFace(str(tmp_path)).files()


def test_what_datasets_saves(tmp_path: Path, read_all: ReadAll) -> None:
    datasets = pytest.importorskip("datasets", reason="the library of the other side is not installed")
    made = datasets.Dataset.from_dict({"text": [f"text {i}" for i in range(50)], "label": [i % 2 for i in range(50)]})
    both = datasets.DatasetDict({"train": made, "test": made.select(range(5))})
    both.save_to_disk(tmp_path / "saved", num_shards={"train": 3, "test": 1})
    rows = read_all(read.HuggingFace(str(tmp_path / "saved")))
    assert pairs(rows) == {*(("train", f"text {i}") for i in range(50)), *(("test", f"text {i}") for i in range(5))}
    assert {row["label"] for row in rows} == {0, 1}
    made.save_to_disk(tmp_path / "one")
    assert len(read_all(read.HuggingFace(str(tmp_path / "one")))) == 50


def test_splits_are_those_that_datasets_finds(tmp_path: Path, read_all: ReadAll) -> None:
    datasets = pytest.importorskip("datasets", reason="the library of the other side is not installed")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("train", "dev", "eval_set"):
        (folder / f"{name}.jsonl").write_text(json.dumps({"text": name}) + "\n")
    other = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert pairs(read_all(read.HuggingFace(str(folder)))) == {(split, text) for split in other for text in other[split]["text"]}
