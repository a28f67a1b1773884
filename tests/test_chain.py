"""Local steps on batches: every row is accounted for, and a bad one goes alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_steps import Replace, Running, Words

from tilth import Filter, Op, StepError, evaluate, fail, mark, put


@dataclass(frozen=True)
class Loses(Op):
    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.slice(0, max(0, len(batch) - 1))


@dataclass(frozen=True)
class HoldsBack(Op):
    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        list(batches)
        return iter(())


@dataclass(frozen=True)
class Fails(Op):
    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        bad = pa.array(["bad" in text for text in batch["text"].to_pylist()], pa.bool_())
        return fail(mark(batch, bad, "also dropped"), bad, pa.array(["broken"] * len(batch), pa.large_string()))


@dataclass(frozen=True)
class EmptyBreaks(Op):
    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return put(batch, "first", pa.array([batch["text"][0].as_py()] * len(batch)))


def texts(*values: str) -> pa.Table:
    return pa.table({"text": pa.array(values, pa.large_string())})


@given(st.lists(st.sampled_from(["fine", "raise here", "short", ""]), max_size=20))
def test_rows_that_raise_go_alone(values: list[str]) -> None:
    done = evaluate([Replace("f", "F")], texts(*values))
    assert done.table["text"].to_pylist() == [value.replace("f", "F") for value in values if value != "raise here"]
    assert len(done.quarantine) == values.count("raise here")


def test_neighbouring_rules_share_a_removal_but_not_a_reason() -> None:
    table = pa.table({"text": ["a", "b", "c", "d"], "n": [1, 2, 3, 4]})
    done = evaluate([Filter("n > 1", reason="one"), Filter("n > 2", reason="two"), Words(), Filter("n > 3")], table)
    gone = [(row["id"], row["step"], row["reason"]) for row in done.audit.to_pylist()]
    assert gone == [("0", 0, "one"), ("1", 1, "two"), ("2", 3, "n > 3")]
    assert [(entry["came"], entry["left"]) for entry in done.funnel] == [(4, 3), (3, 2), (2, 2), (2, 1)]
    assert dict(done.audit.to_pylist()[0]["signals"])["n"] == 1.0


def test_a_broken_row_is_quarantined_even_if_it_is_dropped_too() -> None:
    done = evaluate([Fails()], texts("good", "bad"))
    assert (len(done.table), len(done.audit), done.quarantine["error"].to_pylist()) == (1, 0, ["broken"])


def test_edits_are_written_down() -> None:
    done = evaluate([Replace("cat", "mouse"), Words()], texts("a cat", "a dog"))
    assert done.edits.to_pylist() == [{"row": 0, "step": 0, "before": 5, "after": 7}]


@pytest.mark.parametrize("step", [Loses(), HoldsBack()])
def test_a_step_that_loses_rows_is_an_error(step: Op) -> None:
    with pytest.raises(StepError, match="set `drop` with"):
        evaluate([step], texts("a", "b"))


def test_a_step_that_cannot_take_an_empty_batch_is_an_error() -> None:
    with pytest.raises(StepError, match="fails on an empty batch"):
        evaluate([EmptyBreaks()], texts("a"))


def test_a_stream_after_a_drop_sees_what_is_left() -> None:
    done = evaluate([Filter("text != 'b'"), Running()], texts("a", "b", "c"))
    assert done.table["number"].to_pylist() == [0, 1]
