"""Evaluation sets on the page: a row a set, and who had what."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_contamination import corpus, exam

import tilth as t
from tilth import decontaminate
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
