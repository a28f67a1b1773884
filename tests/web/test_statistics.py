"""The figures of a run agree with each other and do not depend on how it was cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from web.hostile import MAIL, RECIPE, web, write

from tilth import CorpusError, run
from tilth.read import Jsonl
from tilth.web.statistics import Statistics, statistics


def texts(found: Statistics) -> list[str]:
    documents = [one for drop in found.drops for one in drop.examples] + [one for fault in found.faults for one in fault.examples]
    documents += [one for found in found.clusters for cluster in found.largest for one in [cluster.stays, *cluster.some]]
    return [one.text + one.id for one in documents]


def test_personal_identifiers_are_shown_only_when_asked_for(out: str) -> None:
    assert not any("jane" in text for text in texts(statistics(out)))
    assert any(MAIL in text for text in texts(statistics(out, redact=False)))


def test_figures_of_the_whole(out: str) -> None:
    found = statistics(out)
    assert found.files == 2 and found.text_in > found.run.data["text_bytes"] > 0 and found.wall > 0 and found.work > 0
    assert found.sources == ["web", "books"] and found.tokens == {}


def test_the_cut_of_the_corpus_changes_no_count(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for part in range(4):
        write(folder / f"{part}.jsonl", web()[part::4], "web")
    found = [
        statistics(run(Jsonl(str(folder)), RECIPE, str(tmp_path / str(split)), "local:1", split=split).out) for split in (2000, 1 << 20)
    ]
    a, b = ({signal.name: signal.sketch.counts.tolist() for signal in each.signals} for each in found)
    assert a == b
    assert [(drop.reason, drop.rows) for drop in found[0].drops] == [(drop.reason, drop.rows) for drop in found[1].drops]


def test_where_nothing_ran_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no finished run"):
        statistics(str(tmp_path))
