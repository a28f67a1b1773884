"""Items travel packed, in order of address, and nothing else is taken for them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.decontaminate.items import merged, observed, pack, unpack
from tilth.errors import RecipeError


def test_round_trip_in_order_of_address(items) -> None:
    rows = items(["a", "b", "c"], answers=["x", "", None])
    state = merged(observed(rows.slice(1), "answer", ""), observed(rows.slice(0, 1), "answer", ""))
    found = unpack(pack(state))
    assert found.question.to_pylist() == ["a", "b", "c"] and found.answer.to_pylist() == ["x", "", ""]
    assert found.text.to_pylist() == ["a\nx", "b\n", "c\n"]
    assert found.id.to_pylist() == ["exam/0", "exam/1", "exam/2"] and found.row.tolist() == [0, 1, 2]


def test_other_bytes_are_refused() -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("a", pa.int64())])):
        pass
    for data in (b"", b"junk", bytes(sink.getvalue())):
        with pytest.raises(RecipeError, match="no test items"):
            unpack(data)
