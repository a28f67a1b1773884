"""Pairs of sources of duplicates are those of the audit and of the rows that stand for them, wherever these are now."""

from __future__ import annotations

from collections import Counter

import tilth as t
from tilth.fates import fates, trail
from tilth.stats.copies import copies


def test_pairs_are_those_of_the_audit(made) -> None:
    run = t.load(made.out)
    everybody = {row["row"]: row["source"] for row in fates(run).to_pylist()}
    gone = [row for row in trail(run, "audit").to_pylist() if row["drop_of"] is not None]
    expected = Counter((row["source"], everybody[row["drop_of"]]) for row in gone)
    found = copies(run)
    assert {(pair.source, pair.of): pair.rows for pair in found} == expected and len(expected) == 2
    assert [pair.rows for pair in found] == sorted(expected.values(), reverse=True)


def test_who_stands_may_be_dropped_later(made, tmp_path) -> None:
    run = t.run(made.corpus, [*t.dedup.exact(), t.Filter("words > 1000")], str(tmp_path / "out"), "inline")
    assert run.rows == 0 and all("unknown" not in pair.of for pair in copies(run)) and copies(run)


def test_no_duplicates_no_pairs(made, tmp_path) -> None:
    assert copies(t.run(made.corpus, [], str(tmp_path / "out"), "inline")) == ()
