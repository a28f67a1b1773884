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
    assert reader_of(("a*.csv", "b*.tsv.gz")) == read.Csv(("a*.csv", "b*.tsv.gz"))


def test_a_folder_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    assert reader_of((str(tmp_path),)) == read.Jsonl(str(tmp_path))
    (tmp_path / "b.csv").write_text("a")
    with pytest.raises(CorpusError, match="several kinds"):
        reader_of((str(tmp_path),))
    with pytest.raises(CorpusError, match="no file matches"):
        reader_of((str(tmp_path / "none"),))


def test_a_reader_of_that_kind_keeps_its_settings() -> None:
    assert reader_of(("b*.jsonl",), read.Jsonl("a.jsonl", text="body")) == read.Jsonl("b*.jsonl", text="body")
    assert reader_of(("b*.csv",), read.Jsonl("a.jsonl", text="body")) == read.Csv("b*.csv")


def test_json_is_read_by_how_it_begins(tmp_path: Path) -> None:
    for name, data, kind in (
        ("a.json", ' [{"text": 1}]', read.Json), ("b.json", '{\n "data": []}', read.Json), ("c.json", '{"a": 1}', read.Jsonl),
    ):
        (tmp_path / name).write_text(data)
        assert type(reader_of((str(tmp_path / name),))) is kind


def test_what_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text("{}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"did you mean .*pages.jsonl\?"):
        reader_of((str(tmp_path / "page.jsonl"),))
    with pytest.raises(CorpusError, match="the folder holds nothing"):
        reader_of((str(tmp_path / "empty"),))


def test_documents_of_an_office_are_known_too() -> None:
    assert reader_of(("a/*.pdf",)) == read.Pdf("a/*.pdf")
    assert reader_of(("a/*.ipynb", "b/*.ipynb")) == read.Notebook(("a/*.ipynb", "b/*.ipynb"))
