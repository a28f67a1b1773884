"""The store: whole or not at all, named by content, and honest about damage."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import StoreError
from tilth.store import Store


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store on a disk, and one behind another fsspec protocol."""
    return Store(str(tmp_path) if request.param == "disk" else f"memory://{tmp_path.name}")


def test_equal_bytes_are_one_blob(store: Store) -> None:
    assert store.put(b"same") == store.put(b"same")
    assert store.get(store.put(b"")) == b""
    assert len(store.listing("blobs")) == 2


def test_tables_come_back_with_their_types(store: Store) -> None:
    table = pa.table({"row": pa.array([1, 2], pa.uint64()), "text": pa.array(["a", None], pa.large_string())})
    name = store.put_table(table)
    assert store.table(name).equals(table) and store.parquet(name).schema_arrow == table.schema
    assert store.table(name, ["row"]).column_names == ["row"]


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    store = Store(str(tmp_path))

    def fails(sink: object) -> None:
        sink.write(b"half")  # type: ignore[attr-defined]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        store.write(fails)
    table = store.growing_table(pa.schema([("a", pa.int64())]))
    table.write(pa.record_batch({"a": [1]}))
    table.discard()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_damage_is_noticed(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    name = store.put_table(pa.table({"a": list(range(10_000))}))
    path = Path(store.blob(name))
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    os.chmod(path, 0o644)
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="delete that file and run again"):
        store.table(name)
    with pytest.raises(StoreError):
        store.get(name)
    path.unlink()
    with pytest.raises(StoreError, match="is gone"):
        store.table(name)


def test_blobs_cannot_be_edited_by_accident(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    assert os.stat(store.blob(store.put(b"x"))).st_mode & 0o222 == 0


@given(st.lists(st.integers(0, 5000), max_size=6), st.integers(1, 4000))
def test_the_bytes_of_a_table_do_not_depend_on_its_batches(tmp_path_factory, sizes: list[int], cut: int) -> None:
    store = Store(str(tmp_path_factory.getbasetemp() / "cuts"))
    texts = pa.array(["x" * (i % 7) for i in range(sum(sizes))], pa.large_string())
    rows = pa.record_batch({"a": pa.array(range(sum(sizes)), pa.int64()), "t": texts})
    names = []
    for size in (cut, max(1, sum(sizes))):
        table = store.growing_table(rows.schema)
        for start in range(0, len(rows), size):
            table.write(rows.slice(start, size))
        names.append(table.commit())
    assert names[0] == names[1]


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file"))
    assert store.read_json("run.json") is None
    with pytest.raises(StoreError, match=r"cannot be written.*\n.*\n.*\n.*--out"):
        store.put(b"x")
