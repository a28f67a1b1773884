"""Tables of data lakes: every row of a version, values that stand in the log alone, and growth by new files only."""

from __future__ import annotations

import glob
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read, run
from tilth.errors import CorpusError

ReadAll = Callable[..., list[dict[str, Any]]]


def deletion_vector(file: Path) -> dict[str, Any]:
    """A deletion vector of row 1 in a file of its own: a Roaring bitmap, as the Delta protocol stores it."""
    data = struct.pack("<IQI", 1681511377, 1, 0) + struct.pack("<IIHHIH", 12346, 1, 0, 0, 16, 1)
    file.write_bytes(b"\x01" + struct.pack(">I", len(data)) + data + struct.pack(">I", zlib.crc32(data)))
    return {"deletionVector": {
        "storageType": "p", "pathOrInlineDv": f"file://{file}", "offset": 1, "sizeInBytes": len(data), "cardinality": 1,
    }}  # fmt: skip


def rows_of(start: int, count: int, **more: Any) -> pa.Table:
    numbers = list(range(start, start + count))
    return pa.table({"key": [f"k{i}" for i in numbers], "text": [f"text {i}" for i in numbers], "n": pa.array(numbers, pa.int32()), **more})


def folder_bytes(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted((out / "data").rglob("*.parquet"))}


@pytest.fixture
def deltalake() -> Any:
    return pytest.importorskip("deltalake", reason="the extra 'delta' is not installed")


def test_delta_partitions_versions_and_types(deltalake: Any, tmp_path: Path, read_all: ReadAll) -> None:
    import datetime

    path = str(tmp_path / "t")
    days = [datetime.date(2024, 5, 1), datetime.date(2024, 5, 2), None]
    first = rows_of(0, 3, day=pa.array(days), land=["a/b #c", "", "é=&"], good=[True, False, None])
    deltalake.write_deltalake(path, first, partition_by=["day", "land", "good"])
    deltalake.write_deltalake(path, rows_of(3, 2, extra=["x", "y"]), mode="append", schema_mode="merge")
    reader = read.Delta(path, id="key")
    rows = {row["id"]: row for row in read_all(reader, 1)}
    assert [rows[f"k{i}"]["text"] for i in range(5)] == [f"text {i}" for i in range(5)]
    assert [rows[f"k{i}"]["day"] for i in range(3)] == ["2024-05-01", "2024-05-02", None]
    assert [rows[f"k{i}"]["good"] for i in range(3)] == [True, False, None]
    assert (rows["k0"]["land"], rows["k2"]["land"], rows["k4"]["extra"], rows["k1"]["extra"]) == ("a/b #c", "é=&", "y", None)
    assert len(read_all(read.Delta(path, as_of=0, columns=("n",)))) == 3


def test_a_new_version_of_a_delta_table_is_its_new_files_only(deltalake: Any, tmp_path: Path) -> None:
    path, out = str(tmp_path / "t"), tmp_path / "out"
    deltalake.write_deltalake(path, rows_of(0, 50))
    run(read.Delta(path, as_of=0), [], str(out), "inline", split=1)
    before = folder_bytes(out)
    deltalake.write_deltalake(path, rows_of(50, 50), mode="append")
    grown = run(read.Delta(path, as_of=1), [], str(out), "inline", split=1)
    assert grown.rows == 100
    assert before.items() <= folder_bytes(out).items()
    deltalake.DeltaTable(path).delete("n >= 90")
    assert run(read.Delta(path), [], str(out), "inline", split=1).rows == 90
    assert before.items() <= folder_bytes(out).items()


@pytest.mark.parametrize(("feature", "why"), [("deletionVectors", "it has deletion vectors"), ("columnMapping", "columnMapping")])
def test_a_delta_table_that_is_not_honoured_is_refused(deltalake: Any, tmp_path: Path, feature: str, why: str) -> None:
    path = tmp_path / "t"
    deltalake.write_deltalake(str(path), rows_of(0, 30))
    lines = [json.loads(line) for line in (path / "_delta_log" / f"{0:020d}.json").read_text().splitlines()]
    add = next(line["add"] for line in lines if "add" in line)
    about = next(line["metaData"] for line in lines if "metaData" in line)
    log = deletion_vector(tmp_path / "vector.bin") if feature == "deletionVectors" else {}
    mode = {} if log else {"configuration": {"delta.columnMapping.mode": "name"}}
    second = [
        {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": [feature], "writerFeatures": [feature]}},
        {"metaData": about | mode}, {"remove": {"path": add["path"], "deletionTimestamp": 1, "dataChange": True}}, {"add": add | log},
    ]
    (path / "_delta_log" / f"{1:020d}.json").write_text("\n".join(map(json.dumps, second)))
    assert len(read.Delta(str(path), as_of=0).files()) == 1
    with pytest.raises(CorpusError, match=why):
        read.Delta(str(path)).files()


def test_no_delta_table(deltalake: Any, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No Delta table can be read"):
        read.Delta(str(tmp_path)).files()
    deltalake.write_deltalake(str(tmp_path / "t"), rows_of(0, 3))
    with pytest.raises(CorpusError, match="No Delta table can be read"):
        read.Delta(str(tmp_path / "t"), as_of=7).files()


def test_a_damaged_file_of_a_table_costs_its_rows_alone(deltalake: Any, tmp_path: Path, read_all: ReadAll) -> None:
    path = str(tmp_path / "t")
    for start in (0, 10):
        deltalake.write_deltalake(path, rows_of(start, 10), mode="append")
    Path(read.Delta(path).files()[0].path).write_bytes(b"no Parquet at all")
    rows = read_all(read.Delta(path))
    assert sorted(bool(row["error"]) for row in rows) == [False] * 10 + [True]


@pytest.fixture
def catalog(tmp_path: Path) -> Any:
    pytest.importorskip("pyiceberg", reason="the extra 'iceberg' is not installed")
    pytest.importorskip("sqlalchemy", reason="the catalogue that writes the tables of these tests needs it")
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog("test", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/lake")
    catalog.create_namespace("db")
    yield catalog
    catalog.engine.dispose()


def table_of(catalog: Any, rows: pa.Table) -> tuple[Any, str]:
    table = catalog.create_table("db.t", schema=rows.schema)
    table.append(rows)
    return table, table.location().removeprefix("file://")


@pytest.mark.filterwarnings("ignore::Warning")  # pyiceberg's own
def test_iceberg_columns_keep_their_ids(catalog: Any, read_all: ReadAll) -> None:
    table, path = table_of(catalog, rows_of(0, 3))
    first = table.current_snapshot().snapshot_id
    with table.update_schema() as update:
        update.rename_column("text", "body")
        update.rename_column("n", "text")  # another column now has the name that the old files know
    table.append(rows_of(3, 2).rename_columns(["key", "body", "text"]))
    rows = {row["id"]: row for row in read_all(read.Iceberg(path, text="body", id="key"), 1)}
    assert [rows[f"k{i}"]["text"] for i in range(5)] == [f"text {i}" for i in range(5)]
    assert [rows[f"k{i}"]["data_text"] for i in range(5)] == [0, 1, 2, 3, 4]
    assert len(read_all(read.Iceberg(table.metadata_location, text="body"))) == 5
    assert len(read_all(read.Iceberg(path, as_of=first))) == 3


@pytest.mark.filterwarnings("ignore::Warning")
def test_a_new_snapshot_of_an_iceberg_table_is_its_new_files_only(catalog: Any, tmp_path: Path) -> None:
    table, path = table_of(catalog, rows_of(0, 50))
    out = tmp_path / "out"
    run(read.Iceberg(path), [], str(out), "inline", split=1)
    before = folder_bytes(out)
    table.append(rows_of(50, 50))
    assert run(read.Iceberg(path), [], str(out), "inline", split=1).rows == 100
    assert before.items() <= folder_bytes(out).items()
    table.delete("n >= 90")  # pyiceberg writes the file anew
    assert run(read.Iceberg(path), [], str(out), "inline", split=1).rows == 90
    assert before.items() <= folder_bytes(out).items()


@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("content", ["POSITION_DELETES", "EQUALITY_DELETES"])
def test_an_iceberg_table_with_delete_files_is_refused(catalog: Any, tmp_path: Path, content: str) -> None:
    from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
    from pyiceberg.typedef import Record

    table, path = table_of(catalog, rows_of(0, 3))
    (data,) = glob.glob(f"{path}/data/*.parquet")
    pq.write_table(pa.table({"file_path": [f"file://{data}"], "pos": [1]}), tmp_path / "gone.parquet")
    deletes = DataFile.from_args(
        content=DataFileContent[content], file_path=f"file://{tmp_path}/gone.parquet", file_format=FileFormat.PARQUET, partition=Record(),
        record_count=1, file_size_in_bytes=(tmp_path / "gone.parquet").stat().st_size, sort_order_id=None, spec_id=0, equality_ids=None,
        key_metadata=None, column_sizes={}, value_counts={}, null_value_counts={}, nan_value_counts={}, lower_bounds={}, upper_bounds={},
        split_offsets=[],
    )
    with table.transaction() as change, change.update_snapshot().fast_append() as snapshot:
        snapshot.append_data_file(deletes)
    with pytest.raises(CorpusError, match="rows that are deleted, but still in its files"):
        read.Iceberg(path).files()


def test_no_iceberg_table(tmp_path: Path) -> None:
    pytest.importorskip("pyiceberg", reason="the extra 'iceberg' is not installed")
    with pytest.raises(CorpusError, match="not known what the table is now"):
        read.Iceberg(str(tmp_path)).files()
    with pytest.raises(CorpusError, match="No Iceberg table can be read"):
        read.Iceberg(str(tmp_path / "v1.metadata.json")).files()
