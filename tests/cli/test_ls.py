"""`tilth ls`: files, columns and first rows of an input; folders and pieces of a run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Tilth = Callable[..., Any]


def test_an_input_is_listed_with_files_columns_and_rows(tilth: Tilth, folder: Path) -> None:
    said = tilth("ls", folder / "*.jsonl", "--rows", 2)
    assert said.code == 0
    assert re.search(r"0\.jsonl +\d+", said.out)
    assert re.search(r"score +double", said.out)
    assert "row 2" in said.out
    assert "row 3" not in said.out


def test_a_long_value_is_cut_and_says_so(tilth: Tilth, folder: Path) -> None:
    assert re.search(r"… \(\d+ characters\)", tilth("ls", folder / "1.jsonl", "--rows", 10).out)


def test_a_run_is_listed_with_what_it_wrote(tilth: Tilth, finished: Path) -> None:
    said = tilth("ls", finished)
    assert "21 rows in 1 shards, 7 left" in said.out
    assert re.search(r"data +Parquet +1 +\d", said.out)
    assert re.search(r"0 +7 +\d+ +id, source, text", said.out)


def test_the_reader_can_be_changed_and_is_shown_as_it_is_written(tilth: Tilth, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body;n\nsome words;1\n")
    said = tilth("ls", tmp_path / "a.csv", "--set", "corpus.text=body", "--set", 'corpus.delimiter=";"')
    assert f"read.Csv(path='{tmp_path}/a.csv', text='body', delimiter=';'): 1 file, 20 B" in said.out
    assert re.search(r"n +int64", said.out) and "some words" in said.out


def test_a_run_that_did_not_finish_is_not_taken_for_an_input(tilth: Tilth, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "format.json").write_text('{"format": 2}')
    assert "began and did not finish" in tilth("ls", tmp_path).err
