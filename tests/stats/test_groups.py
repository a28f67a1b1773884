"""Figures of groups are those that Python counts; memory is bounded, and no group that matters is missed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import tilth as t
from tilth.stats import groups as module
from tilth.stats.groups import OTHER, UNKNOWN, Group, by_group, labels

TELL = {
    "source": lambda row: row["source"], "language": lambda row: row["lang"],
    "domain": lambda row: row["url"].split("/")[2], "month": lambda row: row["date"][:7],
}  # fmt: skip


def check(group: Group, rows: list[dict[str, Any]]) -> None:
    assert group.rows == len(rows)
    for signal in group.signals:
        values = [len(row["text"]) if signal.name == "characters" else row[signal.name] for row in rows]
        known = [float(value) for value in values if value is not None]
        assert (signal.known, signal.unknown) == (len(known), len(values) - len(known))
        assert signal.mean == pytest.approx(fmean(known)) and (signal.least, signal.most) == (min(known), max(known))
        exact = np.quantile(known, module.QUANTILES, method="inverted_cdf")
        assert np.allclose(signal.quantiles, exact, rtol=1 / 256, atol=1e-9)


def test_every_signal_of_every_group(made, kept) -> None:
    whole, kinds = by_group(t.load(made.out))
    check(whole, kept)
    assert {signal.name: signal.kind for signal in whole.signals} == {
        "characters": "number", "words": "number", "score": "number", "long": "truth",
    }
    assert [kind.kind for kind in kinds] == list(TELL)
    for kind in kinds:
        counts = Counter(map(TELL[kind.kind], kept))
        assert {group.value: group.rows for group in kind.groups} == counts
        for group in kind.groups:
            check(group, [row for row in kept if TELL[kind.kind](row) == group.value])


def test_what_is_not_shown_is_one_group(made, kept) -> None:
    _, kinds = by_group(t.load(made.out), most=1)
    domains = next(kind for kind in kinds if kind.kind == "domain")
    first, rest = domains.groups
    assert rest.value == OTHER and first.rows + rest.rows == len(kept)
    check(rest, [row for row in kept if TELL["domain"](row) != first.value])


def test_large_groups_are_found_among_more_values_than_are_counted(made, monkeypatch) -> None:
    names = ["big"] * 60 + [f"small{i}" for i in range(300)]
    monkeypatch.setattr(module, "COUNTED", 16)
    monkeypatch.setattr(module, "_batches", lambda *_: (pa.record_batch({"source": names[at::7]}) for at in range(7)))
    assert module.largest(t.load(made.out), {"source": "source"}, 1) == {"source": ["big"]}


def test_a_run_that_kept_nothing_and_columns_that_tell_nothing(made, tmp_path) -> None:
    nothing = t.run(made.corpus, [t.Filter("words > 1000")], str(tmp_path / "out"), "inline")
    whole, kinds = by_group(nothing)
    assert whole.rows == 0 and all(kind.groups == () for kind in kinds)
    assert module._tells("language", pa.dictionary(pa.int32(), pa.string())) and module._tells("month", pa.timestamp("ms", "UTC"))
    assert not any(module._tells("month", of) for of in (pa.int64(), pa.null(), pa.list_(pa.string()), pa.time32("s")))


def test_labels_of_odd_values() -> None:
    assert labels("domain", pa.array(["http://[::1]:8/x", "ftp://a.example?q", "//b", "", None])).to_pylist() == [
        "[::1]", "a.example", UNKNOWN, UNKNOWN, UNKNOWN,
    ]
    assert labels("month", pa.array([date(2024, 5, 1), None])).to_pylist() == ["2024-05", UNKNOWN]
    assert labels("month", pa.array(["2024-13-01", "2024-051", "2024/05"])).to_pylist() == [UNKNOWN] * 3
    assert labels("language", pa.array(["en", None]).dictionary_encode()).to_pylist() == ["en", UNKNOWN]
