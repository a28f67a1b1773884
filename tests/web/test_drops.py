"""Reasons, counts and examples are those of the books and of the audit."""

from __future__ import annotations

from tilth.fates import stream_trail
from tilth.run import load
from tilth.store import Store
from tilth.web import drops as module
from tilth.web.drops import Drop, Examples, drops_of
from tilth.web.trails import redacted


def finished(out: str) -> tuple[list[Drop], Examples]:
    run = load(out)
    examples = Examples(drops_of(run), {"web"})
    for batch in stream_trail(Store(out), "audit"):
        examples.add(batch)
    return examples.finish(run, redacted), examples


def test_every_dropped_row_has_its_reason(out: str) -> None:
    run = load(out)
    drops, _ = finished(out)
    assert sum(drop.rows for drop in drops) == run.data["audited"]
    assert [drop.rows for drop in drops] == sorted((drop.rows for drop in drops), reverse=True)
    assert {drop.reason: drop.rule for drop in drops}["no vowels"] == "vowels >= 0.05 or source == 'books'"
    assert all(drop.came >= drop.rows >= len(drop.examples) == min(3, drop.rows) for drop in drops)


def test_examples_have_the_figures_that_decided_and_the_document_that_stays(out: str) -> None:
    drops = {drop.reason: drop for drop in finished(out)[0]}
    assert all(one.signals["words"] < 3 or one.signals["shouts"] for one in drops["short"].examples)
    assert all("number" in one.stays or "web/" in one.stays for one in drops["same text"].examples)


def test_rows_by_source_are_of_the_sources_asked_for(out: str) -> None:
    _, examples = finished(out)
    assert {source for source, _, _ in examples.by_source} == {"web"}
    assert examples.by_source["web", 4, "no vowels"] == 2


def test_only_so_many_reasons_have_examples(out: str, monkeypatch) -> None:
    monkeypatch.setattr(module, "REASONS", 1)
    drops, _ = finished(out)
    assert [bool(drop.examples) for drop in drops] == [True] + [False] * (len(drops) - 1)
