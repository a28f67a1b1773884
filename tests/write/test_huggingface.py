"""Dataset folders: `datasets`, polars and our own reader find every row in its split."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from tilth import read, run, write
from tilth.errors import CorpusError, RecipeError


def test_datasets_reads_every_split(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the library of the other side is not installed")
    written(write.HuggingFace(by="split", licence="cc-by-4.0"), table, [10, 20])
    found = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    rows = table.drop(["row"]).to_pylist()
    assert {split: len(found[split]) for split in found} == {"train": 33, "test": 17}
    for split in found:
        assert found[split].to_list() == [row for row in rows if (row["split"] or "train") == split]


def test_the_card_says_which_is_which(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    written(write.HuggingFace(by="split", licence="cc-by-4.0"), table)
    head = yaml.safe_load((tmp_path / "out" / "README.md").read_text().split("---")[1])
    assert head["license"] == "cc-by-4.0"
    files = head["configs"][0]["data_files"]
    assert {file["split"]: file["path"] for file in files} == {"test": "*-test.parquet", "train": "*-train.parquet"}
    assert {split["name"]: split["num_examples"] for split in head["dataset_info"]["splits"]} == {"test": 17, "train": 33}


def test_polars_and_our_reader_find_the_same(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    written(write.HuggingFace(without=("image", "tokens")), table)
    assert polars.read_parquet(tmp_path / "out" / "*.parquet")["id"].to_list() == table["id"].to_pylist()
    reader = read.HuggingFace(str(tmp_path / "out"))
    files = reader.files()
    (batch,) = reader.read(reader.cut(files[0], 1 << 30)[0], reader.schema(files))
    assert (batch["text"].to_pylist(), set(batch["split"].to_pylist())) == (table["text"].to_pylist(), {"train"})


def test_bytes_depend_on_the_rows_alone(same_bytes: Callable[..., None]) -> None:
    same_bytes(write.HuggingFace(by="split"))


def test_names_that_are_none(written: Callable[..., Any]) -> None:
    with pytest.raises(RecipeError, match="no name of a split"):
        write.HuggingFace(split="../x")
    with pytest.raises(CorpusError, match="no name of a split"):
        written(write.HuggingFace(by="s"), pa.table({"s": ["a/b"]}))
    with pytest.raises(CorpusError, match="no column 'none'"):
        written(write.HuggingFace(by="none"), pa.table({"s": ["a"]}))


def test_the_card_of_a_run_is_the_card_of_its_folder(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the library of the other side is not installed")
    about = [{"language": "de" if i % 3 else "en", "split": "test" if i > 7 else "train"} for i in range(10)]
    rows = [{"text": f"text {i}", "license": "CC0-1.0", **more} for i, more in enumerate(about)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\nno JSON")
    corpus, out = read.Jsonl(str(tmp_path / "a.jsonl"), source="notes"), tmp_path / "out"
    for _ in range(2):  # once more: nothing is to be done, and nothing may change
        run(corpus, [], str(out), "inline", write=[write.HuggingFace(by="split")])
        card = (out / "huggingface" / "README.md").read_text()
        head = yaml.safe_load(card.split("---")[1])
        assert {name: head[name] for name in ("license", "language", "size_categories")} == {
            "license": "cc0-1.0", "language": ["de", "en"], "size_categories": ["n<1K"],
        }
        assert "| notes | 10 | 10 |" in card
        assert "## Splits\n\n| split | rows |" in card
        assert "\n| train | 8 | " in card
        assert str(tmp_path) not in card
    found = datasets.load_dataset(str(out / "huggingface"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(found[split]) for split in found} == {"train": 8, "test": 2}
    run(corpus, [], str(out), "inline", write=[write.HuggingFace(by="split", licence="mit")])
    assert "license: mit" in (out / "huggingface" / "README.md").read_text()
    run(corpus, [], str(out), "inline")
    assert not (out / "huggingface" / "README.md").exists()
