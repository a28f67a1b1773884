"""What the audit writes of a row's numbers."""

from __future__ import annotations

import math

import pyarrow as pa

from tilth import Filter, evaluate, mark, put
from tilth.audit import Ledger, signals


def test_whole_numbers_beyond_2_to_53_are_the_nearest_double() -> None:
    table = pa.table({"text": ["a", "b"], "hash": pa.array([2**64 - 1, 7], pa.uint64()), "signed": [-(2**63), 2**53 + 1], "n": [1, 2]})
    audit = evaluate([Filter("n > 2", "few")], table).audit
    assert [dict(row) for row in audit["signals"].to_pylist()] == [
        {"hash": 2.0**64, "signed": -(2.0**63), "n": 1.0}, {"hash": 7.0, "signed": 2.0**53, "n": 2.0},
    ]  # fmt: skip


def test_numbers_and_truth_values_are_signals_and_nulls_are_nan() -> None:
    batch = pa.record_batch({
        "row": pa.array([5], pa.uint64()), "drop_of": pa.array([4], pa.uint64()), "yes": [True], "share": pa.array([0.5], pa.float32()),
        "none": pa.array([None], pa.int64()), "name": ["x"], "list": [[1]],
    })  # fmt: skip
    [found] = signals(batch).to_pylist()
    assert found[:2] == [("yes", 1.0), ("share", 0.5)] and found[2][0] == "none" and math.isnan(found[2][1]) and len(found) == 3


def test_only_columns_that_a_step_did_not_pass_on_are_touched() -> None:
    came = pa.record_batch({"row": pa.array([1, 2], pa.uint64()), "text": pa.array(["a", "b"]), "n": pa.array([1, None])})
    ledger = Ledger(1, {})
    ledger.note_touched(came, put(mark(came, pa.array([True, False]), "why"), "m", pa.array([1, 2])))
    assert ledger.touched == {"drop", "m"}
    ledger.note_touched(came, put(came, "text", pa.array(["a", "b"])))
    assert ledger.touched == {"drop", "m", "text"}
