"""TFRecord: the `tfrecord` package, and a reading of the frames byte by byte, find what was written."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import write
from tilth.write.tfrecord import examples


def frames(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        found.append(data[at + 12 : at + 12 + length])
        at += 16 + length
    assert at == len(data)
    return found


def test_another_reader_finds_every_value(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    reader = pytest.importorskip("tfrecord.reader", reason="the package tfrecord is not installed")
    assert written(write.TFRecord(), table) == {"rows": 50}
    found = list(reader.tfrecord_loader(str(tmp_path / "out" / "00000.tfrecord"), None))
    assert len(found) == 50
    for row, other in zip(table.to_pylist(), found, strict=True):
        assert bytes(other["id"]).decode() == row["id"]
        assert (bytes(other["text"]).decode() if "text" in other else None) == (row["text"] or ("" if "text" in other else None))
        assert (other["score"][0] if "score" in other else None) == row["score"]
        assert (other["good"][0], other["count"][0], other["row"][0]) == (row["good"], row["count"], row["row"])
        assert (bytes(other["image"]) if "image" in other else None) == row["image"]
        assert ("tokens" in other) == (row["tokens"] is not None)


def test_checksums_are_those_of_another_library(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    other = pytest.importorskip("crc32c", reason="the package crc32c is not installed")
    written(write.TFRecord(), table)
    data, at = (tmp_path / "out" / "00000.tfrecord").read_bytes(), 0
    for record in frames(data):
        of_length, of_data = struct.unpack_from("<I", data, at + 8)[0], struct.unpack_from("<I", data, at + 12 + len(record))[0]
        assert (of_length, of_data) == (masked(other.crc32c(data[at : at + 8])), masked(other.crc32c(record)))
        at += 16 + len(record)


def masked(value: int) -> int:
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_bytes_depend_on_the_rows_alone(same_bytes: Callable[..., None]) -> None:
    same_bytes(write.TFRecord(without=("good",)))


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5), st.lists(st.floats(width=32, allow_nan=False), max_size=5), st.text())
def test_examples_are_what_protobuf_reads(ints: list[int], floats: list[float], text: str) -> None:
    pb2 = pytest.importorskip("tfrecord.example_pb2", reason="the package tfrecord is not installed")
    batch = pa.record_batch({
        "i": pa.array([ints], pa.large_list(pa.int64())), "f": pa.array([floats], pa.large_list(pa.float32())), "t": [text], "n": [None],
    })
    example = pb2.Example()
    example.ParseFromString(examples(batch)[0])
    feature = example.features.feature
    assert list(feature["i"].int64_list.value) == ints
    assert list(feature["f"].float_list.value) == floats
    assert feature["t"].bytes_list.value[0].decode() == text
    assert "n" not in feature
