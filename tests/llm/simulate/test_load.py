"""Gold from JSON Lines and Parquet is the gold that was written; what cannot be read is told with its row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth.errors import CorpusError, RecipeError
from tilth.llm.simulate.load import load, patterns


def written(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines))
    return path


def test_json_lines(tmp_path: Path) -> None:
    path = written(
        tmp_path / "gold.jsonl",
        {"task": "good", "kind": "filter", "key": "a", "answer": True, "difficulty": 0.9},
        {"task": "good", "kind": "filter", "key": "b", "answer": False},
        "",
        {"task": "fields", "kind": "extract", "key": "a", "answer_json": '{"n": 1}', "column": "text"},
        {"task": "null", "kind": "map", "key": "a", "answer": None},
        {"task": "match", "kind": "join", "left": "a", "right": "x"},
        {"task": "match", "kind": "join", "left": "b", "right": "y"},
        {"task": "sum", "kind": "aggregate", "key": "a", "answer": 3, "combine": "sum"},
        {"task": "tell", "kind": "aggregate", "answer": "All is well."},
    )
    filter_, extract, null, join, sum_, tell = load(path)
    assert (filter_.keyed, filter_.difficulty) == ({"a": True, "b": False}, {"a": 0.9})
    assert (extract.keyed, extract.key) == ({"a": {"n": 1}}, "text")
    assert null.keyed == {"a": None}
    assert join.pairs == {"a": {"x"}, "b": {"y"}}
    assert (sum_.keyed, sum_.combine, tell.answers) == ({"a": 3}, "sum", "All is well.")


def test_parquet(tmp_path: Path) -> None:
    rows = [{"task": "good", "kind": "filter", "key": str(n), "answer": n % 2 == 0} for n in range(9)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "gold.parquet")
    [gold] = load(tmp_path / "gold.parquet")
    assert gold.keyed == {str(n): n % 2 == 0 for n in range(9)}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"), ("[]", "not an object"), ({"kind": "filter"}, "no task"),
        ({"task": "t", "kind": "join", "left": "a"}, "no right"),
        ({"task": "t", "kind": "map", "key": "a"}, "no answer"), ({"task": "t", "kind": "map", "key": "a", "answer_json": "{"}, "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_gold_is_told_with_its_row(tmp_path: Path, line: Any, why: str) -> None:
    path = written(tmp_path / "gold.jsonl", {"task": "t", "kind": "map", "key": "b", "answer": 1}, line)
    with pytest.raises(CorpusError, match=why) as told:
        load(path)
    assert told.value.where == f"{path}, row 2"


def test_files_that_are_not_there_or_not_parquet(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", written(tmp_path / "bad.parquet", "x")):
        with pytest.raises(CorpusError):
            load(path)


def test_patterns(tmp_path: Path) -> None:
    [found] = patterns(written(tmp_path / "p.jsonl", {"kind": "filter", "prompt": "(?P<row>.*)", "form": "label", "words": ["Y", "N"]}))
    assert found.words == ("Y", "N")
    with pytest.raises(CorpusError, match="row 1"):
        patterns(written(tmp_path / "q.jsonl", {"kind": "filter", "regex": "x"}))
    with pytest.raises(RecipeError):
        patterns(written(tmp_path / "r.jsonl", {"kind": "filter", "prompt": "("}))
