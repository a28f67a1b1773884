"""The names of files decide which reader reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth import read
from tilth.cli.input import reader_of
from tilth.errors import CorpusError


def test_suffixes_choose_the_reader() -> None:
    assert reader_of(("a/*.jsonl.zst",)) == read.Jsonl("a/*.jsonl.zst")
    assert reader_of(("s3://b/*.parquet",)) == read.Parquet("s3://b/*.parquet")
    assert reader_of(("a.csv", "b.tsv.gz")) == read.Csv(("a.csv", "b.tsv.gz"))


def test_a_folder_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    assert reader_of((str(tmp_path),)) == read.Jsonl(str(tmp_path))
    (tmp_path / "b.csv").write_text("a")
    with pytest.raises(CorpusError, match="several kinds"):
        reader_of((str(tmp_path),))
    with pytest.raises(CorpusError, match="no file matches"):
        reader_of((str(tmp_path / "none"),))


def test_a_reader_of_that_kind_keeps_its_settings() -> None:
    assert reader_of(("b.jsonl",), read.Jsonl("a.jsonl", text="body")) == read.Jsonl("b.jsonl", text="body")
    assert reader_of(("b.csv",), read.Jsonl("a.jsonl", text="body")) == read.Csv("b.csv")


def test_json_is_read_by_how_it_begins(tmp_path: Path) -> None:
    for name, data, kind in (
        ("a.json", ' [{"text": 1}]', read.Json), ("b.json", '{\n "data": []}', read.Json), ("c.json", '{"a": 1}', read.Jsonl),
    ):
        (tmp_path / name).write_text(data)
        assert type(reader_of((str(tmp_path / name),))) is kind
