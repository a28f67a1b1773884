"""Evaluation sets on the page: a row a set, and who had what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from test_contamination import corpus, exam

import tilth as t
from tilth import decontaminate, read
from tilth.web.report import rendered
from tilth.web.statistics import statistics


@pytest.mark.parametrize(("action", "done"), [("cut", "was cut out"), ("drop", "went, with"), ("mark", "is marked")])
def test_sets_and_stretches(tmp_path: Path, action: str, done: str) -> None:
    t.run(corpus(tmp_path), [t.learn_from(exam(tmp_path), decontaminate.NGrams(action=action))], str(tmp_path / "out"), "inline")
    shown = rendered(statistics(str(tmp_path / "out")))
    assert "Evaluation sets" in shown and done in shown and "farms" in shown and "48 fields" in shown and "100%" in shown


def test_no_sets_no_section(tmp_path: Path) -> None:
    t.run(corpus(tmp_path), [], str(tmp_path / "out"), "inline")
    assert "Evaluation sets" not in rendered(statistics(str(tmp_path / "out")))


def test_of_an_item_named_by_its_file_the_folder_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "exams").mkdir()
    question = "A farmer sows 48 fields in spring and half as many in autumn. How many fields does the farmer sow in the whole year?"
    (tmp_path / "exams" / "farms.csv").write_text(f"text\n{question}\n")
    (tmp_path / "named.jsonl").write_text(json.dumps({"id": "Named/12", "text": "pad " * 20}))
    sets = read.union(farms=read.Csv(str(tmp_path / "exams" / "farms.csv")), named=read.Jsonl(str(tmp_path / "named.jsonl")))
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": f"Page. {question}"}) + "\n" + json.dumps({"text": "pad " * 20}))
    look = t.learn_from(sets, decontaminate.NGrams(action="mark"))
    t.run(read.Jsonl(str(tmp_path / "a.jsonl")), [look], str(tmp_path / "out"), "inline")
    shown = rendered(statistics(str(tmp_path / "out")))
    section = shown[shown.index("Who had what") :]
    items = re.findall(r"<b>(\w+)</b> <code>(.*?)</code>", section)
    assert sorted((name, re.sub(r":\d+$", "", item)) for name, item in items) == [("farms", "farms.csv"), ("named", "Named/12")]
