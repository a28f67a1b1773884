"""Pieces: what is read back from layers is what the steps left, for any sequence of edits, drops and new columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.op import put
from tilth.piece import Changes, Piece, read_piece, same_buffers, unequal
from tilth.store import Store

_PARTS = pa.list_(pa.struct([("place", pa.int64())]))


def commit(
    store: Store, before: Piece | None, pairs: list[tuple[pa.RecordBatch, pa.RecordBatch]], schema: pa.Schema, rewrites: Sequence[str] = ()
) -> Piece:
    changes = Changes(store, before, rewrites)
    for came, left in pairs:
        changes.add(came, left, left.schema.names)
    layers, rows = changes.commit()
    return Piece(0, rows, (*(before.layers if before else ()), *layers), store.put_table(schema.empty_table()))


def base(n: int) -> pa.RecordBatch:
    return pa.record_batch({"row": pa.array(range(n), pa.uint64()), "text": pa.array([f"t{i}" for i in range(n)], pa.large_string())})


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_layers_read_back_as_what_was_left(tmp_path_factory, data: st.DataObject) -> None:
    store = Store(str(tmp_path_factory.getbasetemp() / "pieces"))
    now = base(data.draw(st.integers(0, 30)))
    piece = commit(store, None, [(now, now)], now.schema)
    for stage in range(data.draw(st.integers(0, 4))):
        keep = data.draw(st.lists(st.booleans(), min_size=len(now), max_size=len(now)))
        edit = data.draw(st.lists(st.booleans(), min_size=len(now), max_size=len(now)))
        texts = [f"{text}+{stage}" if hit else text for text, hit in zip(now["text"].to_pylist(), edit, strict=True)]
        after = now.set_column(1, "text", pa.array(texts, pa.large_string())) if any(edit) else now
        if data.draw(st.booleans()):
            after = put(after, "parts", pa.array([[{"place": stage}] if hit else None for hit in edit], _PARTS))
        if data.draw(st.booleans()):
            after = after.append_column(f"n{stage}", pa.array(range(len(after)), pa.int64()))
        left = after.filter(pa.array(keep, pa.bool_()))
        cut = data.draw(st.integers(0, len(now)))
        pairs = [(now.slice(0, cut), _rows_of(left, now.slice(0, cut))), (now.slice(cut), _rows_of(left, now.slice(cut)))]
        piece = commit(store, piece, pairs, left.schema, data.draw(st.sampled_from([(), ("text",), ("text", "n0")])))
        now = left
    size = data.draw(st.integers(1, 9))
    read = [batch for batch in read_piece(store, piece, size=size) if len(batch)]
    whole = pa.Table.from_batches(read, now.schema) if read else now.schema.empty_table()
    assert whole.to_pydict() == now.to_pydict()
    some = [row["text"] for batch in read_piece(store, piece, ["text"], size=size) for row in batch.to_pylist()]
    assert some == now["text"].to_pylist()


def _rows_of(left: pa.RecordBatch, came: pa.RecordBatch) -> pa.RecordBatch:
    return left.filter(pa.array(np.isin(np.asarray(left["row"]), np.asarray(came["row"]))))


def test_a_stage_that_changes_nothing_stores_nothing(tmp_path) -> None:
    store = Store(str(tmp_path))
    batch = base(5)
    piece = commit(store, None, [(batch, batch)], batch.schema)
    again = commit(store, piece, [(batch, batch)], batch.schema)
    assert again.layers == piece.layers


def test_an_edit_stores_only_the_edited_rows(tmp_path) -> None:
    store = Store(str(tmp_path))
    batch = base(1000)
    piece = commit(store, None, [(batch, batch)], batch.schema)
    texts = batch["text"].to_pylist()
    texts[500] = "edited"
    edited = batch.set_column(1, "text", pa.array(texts, pa.large_string()))
    patch = commit(store, piece, [(batch, edited)], batch.schema).layers[-1]
    assert patch.patch and store.table(patch.blob).to_pydict() == {"row": [500], "text": ["edited"]}


def test_columns_that_pass_through_cost_no_comparison() -> None:
    array = pa.array(["a", "b"])
    assert same_buffers(array, pa.record_batch([array], ["x"])["x"])
    assert not same_buffers(array, pa.array(["a", "b"])) and not same_buffers(array, array.slice(1))


def test_null_equals_null() -> None:
    assert unequal(pa.array([1, None, None, 4]), pa.array([1, None, 3, None])).tolist() == [False, False, True, True]


def test_a_column_written_whole_is_not_looked_for_below(tmp_path) -> None:
    store = Store(str(tmp_path))
    batch = base(5)
    piece = commit(store, None, [(batch, batch)], batch.schema)
    after = batch.set_column(1, "text", pa.array(list("abcde"), pa.large_string()))
    piece = commit(store, piece, [(batch, after)], batch.schema, ("text",))
    assert [layer.columns for layer in piece.needed(["text"])] == [("text",)]
    assert [row["text"] for part in read_piece(store, piece) for row in part.to_pylist()] == list("abcde")
