"""The report of a decontamination, from the folder of a run."""

import json
from pathlib import Path

import pytest

import tilth as t
from tilth import decontaminate, read
from tilth.contamination import contamination

ITEM = "A farmer sows 48 fields in spring and half as many in autumn. How many fields does the farmer sow in the whole year?"


def corpus(folder: Path) -> read.Jsonl:
    texts = ["A page. " * 60 + ITEM + " The end. " * 60, "A page about weather."]
    (folder / "a.jsonl").write_text("".join(json.dumps({"id": f"d{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return read.Jsonl(str(folder / "a.jsonl"))


def exam(folder: Path) -> read.Reader:
    (folder / "q.jsonl").write_text(json.dumps({"id": "q1", "text": ITEM}) + "\n" + json.dumps({"id": "q2", "text": "Is it so?"}))
    return read.union(farms=read.Jsonl(str(folder / "q.jsonl")))


@pytest.mark.parametrize("action", ["cut", "drop", "mark"])
def test_what_was_found(tmp_path: Path, action: str) -> None:
    look = t.learn_from(exam(tmp_path), decontaminate.NGrams(action=action))
    found = contamination(t.run(corpus(tmp_path), [look], str(tmp_path / "out"), "inline"))
    assert found is not None and found.action == action
    (row,) = found.exposed.to_pylist()
    assert (row["set"], row["items"], row["hit"], row["dirty"]) == ("farms", 2, 1, 1)
    assert found.hits.select(["id", "document_id"]).to_pylist() == [{"id": "q1", "document_id": "d0"}]
    assert "| farms | 2 | 1 | 1 |" in (tmp_path / "out" / "README.md").read_text()


def test_none_was_looked_for(tmp_path: Path) -> None:
    assert contamination(t.run(corpus(tmp_path), [], str(tmp_path / "out"), "inline")) is None


def test_a_run_without_a_report(tmp_path: Path) -> None:
    look = t.learn_from(exam(tmp_path), decontaminate.NGrams(report=False))
    assert contamination(t.run(corpus(tmp_path), [look], str(tmp_path / "out"), "inline")) is None
    assert "were looked for" in (tmp_path / "out" / "README.md").read_text()
