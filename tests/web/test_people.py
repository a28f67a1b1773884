"""The page tells whom the corpus speaks of, where it was counted: with what is chance, and with documents of strangers made safe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tilth as t
from tilth import filters, read
from tilth.web.report import report


def page(folder: Path, steps: list) -> str:
    texts = [("She sings <b>", "He digs, ask joe.doe@house.org")[i % 2] for i in range(300)]
    lines = [{"text": f"{text} . " * 3, "s": i % 7 - 3 * (i % 2)} for i, text in enumerate(texts)]
    (folder / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = t.run(read.Jsonl(str(folder / "a.jsonl")), steps, str(folder / "out"), "inline", split=5000)
    return Path(report(run.out)).read_text()


def test_what_a_step_changed_is_told_with_documents(tmp_path: Path) -> None:
    text = page(tmp_path, [filters.Mentions(window=2), t.Filter("s >= 1", reason="low")])
    section = text.partition('id="people"')[2].partition("</section>")[0]
    assert "2 of 2 changes are more than chance. Of 4 more" in section and "Filter: low dropped most of men" in section
    assert "He digs" in section and "house.org" not in section and "<bdi>sings</bdi>" in section
    assert "<b>" not in section.replace("<b>+", "").replace("<b>-", "") and 'href="#people"' in text


@pytest.mark.parametrize("steps", [[], [t.Filter("s >= 1")]])
def test_where_nothing_was_counted_there_is_no_such_section(tmp_path: Path, steps: list) -> None:
    assert 'id="people"' not in page(tmp_path, steps)


def test_where_nothing_was_dropped_there_are_the_counts(tmp_path: Path) -> None:
    section = page(tmp_path, [filters.Mentions()]).partition('id="people"')[2].partition("</section>")[0]
    assert "as counted" in section and "by chance" not in section
