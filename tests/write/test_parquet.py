"""Parquet output: what goes in comes out, and the bytes do not depend on how the batches came."""

import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import write
from tilth.write import parquet

SCHEMA = pa.schema([
    ("row", pa.uint64()), ("source", pa.large_string()), ("text", pa.large_string()), ("html", pa.large_binary()), ("score", pa.float64()),
])
ROW = st.fixed_dictionaries({
    "row": st.integers(0, 2**64 - 1), "source": st.sampled_from(["web", "books", None]), "text": st.none() | st.text(max_size=40),
    "html": st.none() | st.binary(max_size=40), "score": st.none() | st.floats(allow_nan=False),
})


def bytes_of(batches: list[pa.RecordBatch]) -> bytes:
    sink = io.BytesIO()
    parquet.write_parquet(iter(batches), SCHEMA, sink)
    return sink.getvalue()


def cut(whole: pa.RecordBatch, cuts: list[int]) -> list[pa.RecordBatch]:
    edges = [0, *sorted(at % (len(whole) + 1) for at in cuts), len(whole)]
    return [whole.slice(a, b - a) for a, b in itertools.pairwise(edges)]


@given(st.lists(ROW, max_size=30), st.lists(st.integers(0, 1000), max_size=6), st.sampled_from([(3, 1 << 20), (1000, 50), (7, 64)]))
def test_bytes_depend_on_the_rows_alone(rows: list[dict[str, Any]], cuts: list[int], limits: tuple[int, int]) -> None:
    before = parquet.GROUP_ROWS, parquet.GROUP_BYTES
    parquet.GROUP_ROWS, parquet.GROUP_BYTES = limits
    try:
        whole = pa.RecordBatch.from_pylist(rows, SCHEMA)
        data = bytes_of([whole])
        assert bytes_of(cut(whole, cuts)) == data
        found = pq.ParquetFile(io.BytesIO(data))
        assert found.read().to_pylist() == whole.to_pylist()
        assert all(found.metadata.row_group(i).num_rows <= limits[0] for i in range(found.num_row_groups))
    finally:
        parquet.GROUP_ROWS, parquet.GROUP_BYTES = before


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 100_000), max_size=40), st.integers(0, 100))
def test_pages_do_not_follow_the_batches_either(cuts: list[int], seed: int) -> None:
    rows = 5000  # pages of 1 MB: several in a row group
    text = [f"{i * seed % 7919} " * (i % 150 + 100) for i in range(rows)]
    columns = {"row": range(rows), "source": ["web"] * rows, "text": text, "html": [None] * rows, "score": [i / 7 for i in range(rows)]}
    whole = pa.RecordBatch.from_pydict(columns, SCHEMA)
    assert bytes_of(cut(whole, cuts)) == bytes_of([whole])


@pytest.mark.parametrize("batches", [[], [pa.RecordBatch.from_pylist([], SCHEMA)]])
def test_no_rows_are_a_file_with_the_schema(batches: list[pa.RecordBatch]) -> None:
    assert pq.read_schema(io.BytesIO(bytes_of(batches))) == SCHEMA


def test_a_row_group_ends_with_the_row_that_reaches_the_bytes() -> None:
    batch = pa.RecordBatch.from_pylist([{"text": "x" * (parquet.GROUP_BYTES // 2)}] * 3, SCHEMA)
    found = pq.ParquetFile(io.BytesIO(bytes_of([batch])))
    assert [found.metadata.row_group(i).num_rows for i in range(found.num_row_groups)] == [2, 1]


def test_columns_can_be_left_out() -> None:
    sink = io.BytesIO()
    sink.close = lambda: None
    batch = pa.RecordBatch.from_pylist([{"text": "a"}], SCHEMA)
    assert write.Parquet(without=("html", "score")).write(iter([batch]), SCHEMA, lambda suffix: sink) == {"rows": 1}
    assert pq.read_table(sink).column_names == ["row", "source", "text"] == write.Parquet(without=("html", "score")).needs(SCHEMA.names)


@pytest.mark.parametrize("read", ["polars", "duckdb"])
def test_others_read_it(read: str, written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    library = pytest.importorskip(read, reason=f"the extra '{'sql' if read == 'duckdb' else read}' is not installed")
    written(write.Parquet(), table, [3, 20])
    path = tmp_path / "out" / "00000.parquet"
    found = library.read_parquet(path).to_arrow() if read == "polars" else library.read_parquet(str(path)).arrow().read_all()
    for name in table.column_names:
        assert found[name].to_pylist() == table[name].to_pylist()
