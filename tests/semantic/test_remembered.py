"""What is known of rows comes back to these rows, in any batches, and to no others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.op import Op, put
from tilth.semantic.remembered import added, opened, places, remember, streamed

SEEN: list[str] = []


@dataclass(frozen=True)
class Length(Op):
    """Adds two columns, and notes which rows it saw."""

    reads = ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"].to_pylist()
        SEEN.extend(texts)
        made = put(batch, "length", pa.array([len(text) for text in texts], pa.int64()))
        return put(made, "short", pa.array([None if len(text) > 3 else len(text) < 2 for text in texts], pa.bool_()))


def rows(texts: list[str]) -> pa.RecordBatch:
    return pa.record_batch({"row": pa.array(np.arange(len(texts)) * 3, pa.uint64()), "text": pa.array(texts, pa.large_string())})


@given(st.lists(st.text(max_size=5), max_size=12), st.data())
def test_what_a_step_said_stands_and_only_other_rows_are_shown_to_it(texts: list[str], data: st.DataObject) -> None:
    batch = rows(texts)
    chosen = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    some = batch.filter(pa.array(chosen, pa.bool_()))
    memory = remember(some, ["text"], added(some, Length().apply(some)))
    cut = data.draw(st.integers(0, len(texts)))
    SEEN.clear()
    found = pa.Table.from_batches(streamed(Length(), [batch.slice(0, cut), batch.slice(cut)], ["text"], memory))
    assert [text for text, known in zip(texts, chosen, strict=True) if not known] == SEEN
    assert found.equals(pa.Table.from_batches([Length().apply(batch)]))


def test_another_row_at_the_same_address_is_unknown() -> None:
    memory = opened(remember(rows(["a", "b", "c"]), ["text"], {"n": pa.array([1, 2, 3])}))
    assert places(rows(["a", "B", "c"]), ["text"], memory).to_pylist() == [0, None, 2]
    assert places(rows(["a"]), ["text"], opened(b"")).to_pylist() == [None]


def test_a_step_that_changes_what_is_there_is_not_remembered() -> None:
    batch = rows(["a", "b"])
    changed = put(put(batch, "text", pa.array(["A", "B"], pa.large_string())), "n", pa.array([1, 2]))
    assert added(batch, changed) == {} and remember(batch, ["text"], {}) == b""
