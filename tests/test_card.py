"""Every output has its card: what the hub reads is YAML, what people read is what the run wrote down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import tilth as t
from tilth import clean, dedup, read


@pytest.fixture
def out(tmp_path: Path) -> str:
    terms, languages = ("MIT", "CC-BY-4.0", "CC-BY-4.0"), ("de", "en")
    texts = [f"page {n} of many, mail me at a{n}@example.org" for n in range(60)]
    rows = [{"text": text, "license": terms[n % 3], "lang": languages[n % 2]} for n, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"text": broken\n')
    recipe = [*dedup.exact(), clean.RedactPii()]
    return t.run(read.Jsonl(str(tmp_path / "a.jsonl")), recipe, out=str(tmp_path / "out"), executor="inline").out


def text(out: str) -> str:
    return Path(out, "README.md").read_text()


def test_its_head_is_what_the_hub_reads(out: str) -> None:
    head = yaml.safe_load(text(out).split("---")[1])
    assert head["configs"][0]["data_files"] == "data/*.parquet" and list(Path(out).glob("data/*.parquet"))
    assert head["language"] == ["de", "en"] and head["license"] == "other" and head["size_categories"] == ["n<1K"]


def test_it_says_what_was_done_and_what_was_not(out: str) -> None:
    told = text(out)
    for line in (
        "60 documents", "| jsonl | 60 | 60 |", "| CC-BY-4.0 | 40 |", "| en | 30 |", "- Exact duplicates were removed.",
        "- Near duplicates were not looked for.", "- Personal data was looked for", "- It was not held against any evaluation set.",
        "Documents that could not be read or broke a step: 1",
    ):  # fmt: skip
        assert line in told, line


def test_it_names_no_folder_and_is_the_same_twice(out: str, tmp_path: Path) -> None:
    assert str(tmp_path) not in text(out)
    recipe = [*dedup.exact(), clean.RedactPii()]
    again = t.run(read.Jsonl(str(tmp_path / "a.jsonl")), recipe, out=str(tmp_path / "again"), executor="local:2")
    assert text(again.out) == text(out)


def test_terms_that_nobody_told_are_said_to_be_unknown(lines: Path, tmp_path: Path) -> None:
    run = t.run(read.Jsonl(str(lines / "*.jsonl")), [], out=str(tmp_path / "bare"), executor="inline")
    assert "cannot say under which terms" in text(run.out)
    parent = t.run(read.Parquet(f"{run.out}/data/*.parquet"), dedup.exact(), out=str(tmp_path / "after"), executor="inline")
    assert "Exact duplicates were removed" in text(parent.out)
