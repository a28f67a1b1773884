"""Errors of one kind are counted together."""

from __future__ import annotations

import pytest

from tilth.run import load
from tilth.store import Store
from tilth.web import faults as module
from tilth.web.faults import faults_of, kind_of
from tilth.web.trails import redacted


def test_broken_lines_are_of_two_kinds(out: str) -> None:
    faults = faults_of(load(out), Store(out), redacted)
    assert sum(fault.rows for fault in faults) == load(out).data["quarantined"] == 4
    assert [fault.rows for fault in faults] == [2, 2] and all(fault.label == "read" for fault in faults)
    assert all(len(fault.examples) == 2 for fault in faults)


def test_kinds_beyond_what_can_be_told_apart_are_others(out: str, monkeypatch) -> None:
    monkeypatch.setattr(module, "_MOST_KINDS", 1)
    faults = faults_of(load(out), Store(out), redacted)
    assert {fault.kind for fault in faults} > {"others"} and sum(fault.rows for fault in faults) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [("bad byte 3 of 'x'", "bad byte 71 of 'y'"), ('no key "a"', 'no key "b"'), ("first\nmore", "first\nelse")],
)
def test_numbers_and_quoted_parts_make_no_kind(one: str, other: str) -> None:
    assert kind_of(one) == kind_of(other) != kind_of("something else")
