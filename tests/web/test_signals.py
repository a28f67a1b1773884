"""Every signal is counted over all rows on which it was measured, those that were dropped included."""

from __future__ import annotations

import numpy as np
import pytest
from web.hostile import web

from tilth.fates import stream_trail
from tilth.grammar import parse
from tilth.run import load
from tilth.signals import Dropped, Signal, _decisive, add_kept, signals_of
from tilth.store import Store


@pytest.fixture(scope="module")
def signals(out: str) -> dict[str, Signal]:
    run = load(out)
    found = signals_of(run)
    add_kept(run, found)
    dropped = Dropped(found, [stage["offset"] for stage in run.data["stages"]])
    for batch in stream_trail(Store(out), "audit"):
        dropped.add(batch)
    return {signal.name: signal for signal in found}


def test_a_signal_of_the_first_stage_is_counted_over_all_rows(out: str, signals: dict[str, Signal]) -> None:
    rows = load(out).data["rows_in"] - load(out).data["quarantined"]
    words = [len(text.split()) for text in [*web(), "a calm book of many words", "bcd fgh jkl mnp", "to"]]
    assert len(words) == rows == signals["words"].sketch.known == signals["vowels"].sketch.known + signals["vowels"].sketch.unknown
    expected = np.unique(np.array(words, float), return_counts=True)
    assert np.array_equal(signals["words"].sketch.values, expected[0]) and np.array_equal(signals["words"].sketch.counts, expected[1])
    assert signals["words"].limits[0].fails == sum(count < 3 for count in words)
    assert signals["vowels"].sketch.unknown == 2 and signals["vowels"].limits[0].fails >= 2  # "x" and "to" are too short to say


def test_a_signal_measured_between_rules_is_counted_over_the_rows_that_came_to_it(out: str, signals: dict[str, Signal]) -> None:
    funnel = {entry["step"]: entry for entry in load(out).funnel}
    assert signals["chars"].sketch.known == funnel["Late"]["came"] < signals["words"].sketch.known
    assert signals["chars"].limits[0].fails == funnel["Filter: long"]["dropped"]["long"]


def test_kinds_and_what_a_rule_asks(signals: dict[str, Signal]) -> None:
    assert signals["shouts"].kind == "truth" and not signals["shouts"].limits and "row" not in signals
    assert [(limit.op, limit.value, limit.decides) for limit in signals["words"].limits] == [(">=", 3, True)]
    assert [(limit.op, limit.value, limit.decides) for limit in signals["vowels"].limits] == [(">=", 0.05, False)]
    assert [(limit.op, limit.value, limit.decides) for limit in signals["chars"].limits] == [("<=", 200, True)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("a >= 1", [(">=", 1)]),
        ("1 <= a <= 5", [(">=", 1), ("<=", 5)]),
        ("a >= 1 and not (b > 2)", [(">=", 1), ("<=", 2)]),
        ("a >= 1 or b > 2", []),
        ("not (a >= 1 or b > 2)", [("<", 1), ("<=", 2)]),
        ("not (a >= 1 and b > 2)", []),
        ("not (5 < a)", [("<=", 5)]),
        ("a == 3 and b in (1, 2) and c is null and a + b > 3", [("==", 3)]),
        ("a between 1 and 2", [(">=", 1), ("<=", 2)]),
    ],
)
def test_only_what_every_row_must_pass_decides(rule: str, expected: list[tuple[str, float]]) -> None:
    assert [(op, literal.value) for op, literal in _decisive(parse(rule), False)] == expected
