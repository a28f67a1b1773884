"""JSON Lines output: what goes in comes out, and the bytes do not depend on how the batches came."""

import io
import itertools
import math
from typing import Any

import orjson
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth import write
from tilth.write import jsonl

SCHEMA = pa.schema([("row", pa.uint64()), ("text", pa.large_string()), ("score", pa.float64()), ("html", pa.large_binary())])
ROWS = st.lists(st.fixed_dictionaries({
    "row": st.integers(0, 2**64 - 1), "text": st.none() | st.text(), "score": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "html": st.none() | st.binary(),
}))


def written(batches: list[pa.RecordBatch], **options: Any) -> tuple[bytes, dict[str, Any]]:
    sinks = {}

    def open_(suffix: str) -> io.BytesIO:
        sinks[suffix] = io.BytesIO()
        sinks[suffix].close = lambda: None
        return sinks[suffix]

    about = write.Jsonl(**options).write(iter(batches), SCHEMA, open_)
    return sinks[".jsonl.zst"].getvalue(), about


def parsed(data: bytes) -> list[dict[str, Any]]:
    if not data:
        return []
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        return [orjson.loads(line) for line in stream.read().splitlines()]


@given(ROWS, st.lists(st.integers(0, 20)))
def test_bytes_depend_on_the_rows_alone(rows: list[dict[str, Any]], cuts: list[int]) -> None:
    whole = pa.RecordBatch.from_pylist(rows, SCHEMA)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    parts = [whole.slice(a, b - a) for a, b in itertools.pairwise(edges)]
    before, jsonl.FRAME_BYTES = jsonl.FRAME_BYTES, 100
    try:
        assert written(parts) == written([whole])
        assert written([whole])[1] == {"rows": len(rows)}
        assert [row["text"] for row in parsed(written([whole])[0])] == [row["text"] for row in rows]
    finally:
        jsonl.FRAME_BYTES = before


def test_every_column_is_written_but_those_left_out() -> None:
    batch = pa.RecordBatch.from_pylist([{"row": 2**64 - 1, "text": None, "score": math.inf, "html": b"\xff"}], SCHEMA)
    assert parsed(written([batch])[0]) == [{"row": 2**64 - 1, "text": None, "score": None, "html": "/w=="}]
    assert parsed(written([batch], without=("html", "row"))[0]) == [{"text": None, "score": None}]


def test_no_rows_are_an_empty_file() -> None:
    assert written([]) == (b"", {"rows": 0})
    assert written([pa.RecordBatch.from_pylist([], SCHEMA)]) == (b"", {"rows": 0})
