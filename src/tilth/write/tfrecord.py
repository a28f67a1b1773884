"""TFRecord: a row is a `tf.train.Example` in a frame with checksums, as TensorFlow, JAX's grain and others read it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from tilth.kernels.crc32c import crc32c
from tilth.write.jsonl import json_of
from tilth.write.writer import Open, Writer

_DELTA = 0xA282EAD8  # checksums are turned and moved, so that those of data that hold checksums stay apart
_BYTES, _FLOAT, _INT = b"\x0a", b"\x12", b"\x1a"  # fields 1, 2 and 3 of tf.train.Feature
_PART_ROWS = 1024

Encode = Callable[[Any], bytes]


@dataclass(frozen=True)
class TFRecord(Writer):
    """One .tfrecord file a shard, small ones together: a feature a column, nulls absent; `without` names columns to leave out.

    Text and bytes become `bytes_list`, integers and truth values `int64_list`, floats `float_list` (of 32 bits, as the format has no
    others), lists of numbers lists; other nested values JSON text. Format: TensorFlow, core/lib/io/record_writer.h and
    core/example/feature.proto.

    >>> TFRecord(without=("html",)).folder
    'tfrecord'
    """

    folder: ClassVar[str] = "tfrecord"
    together: ClassVar[bool] = True

    without: tuple[str, ...] = ()

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        names = [name for name in schema.names if name not in self.without]
        rows = 0
        with open(".tfrecord") as sink:
            for batch in batches:
                for at in range(0, len(batch), _PART_ROWS):
                    sink.write(framed(examples(batch.select(names).slice(at, _PART_ROWS))))
                rows += len(batch)
        return {"rows": rows}


def examples(batch: pa.RecordBatch) -> list[bytes]:
    """Return the serialised `tf.train.Example` of each row."""
    columns = [_entries(name.encode(), batch[name]) for name in batch.schema.names]
    return [_field(b"\x0a", b"".join(entries)) for entries in zip(*columns, strict=True)]


def framed(records: Sequence[bytes]) -> bytes:
    """Return records as they stand in a file: length, its checksum, data, its checksum.

    >>> framed([b"soil"]).hex(" ", 4)
    '04000000 00000000 42455204 736f696c f2d9ee19'
    """
    lengths = np.array([len(record) for record in records], np.uint64)
    heads = lengths.tobytes()
    of_lengths = _masked(crc32c(np.arange(len(records) + 1, dtype=np.int64) * 8, np.frombuffer(heads, np.uint8)))
    offsets = np.array([0, *accumulate(map(len, records))], np.int64)
    of_data = _masked(crc32c(offsets, np.frombuffer(b"".join(records), np.uint8)))
    parts = []
    for i, record in enumerate(records):
        parts += [heads[8 * i : 8 * i + 8], of_lengths[4 * i : 4 * i + 4], record, of_data[4 * i : 4 * i + 4]]
    return b"".join(parts)


def _masked(checksums: np.ndarray) -> bytes:
    turned = (checksums >> np.uint32(15)) | (checksums << np.uint32(17))
    return bytes((turned + np.uint32(_DELTA)).astype("<u4").tobytes())


def _entries(name: bytes, column: pa.Array) -> list[bytes]:
    """The map entry of a feature, row for row; nothing for a null."""
    key = _field(b"\x0a", name)
    encode = _encoder(column.type)
    return [b"" if value is None else _field(b"\x0a", key + _field(b"\x12", encode(value))) for value in column.to_pylist()]


def _encoder(kind: pa.DataType) -> Encode:
    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = kind.value_type
        if types.is_integer(inner):
            return _ints
        return _floats if types.is_floating(inner) else lambda value: _text(json_of(value))
    if types.is_integer(kind) or types.is_boolean(kind):
        return lambda value: _ints((value,))
    if types.is_floating(kind):
        return lambda value: _floats((value,))
    if types.is_string(kind) or types.is_large_string(kind):
        return _text
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return _data
    return lambda value: _text(json_of(value))


def _text(value: str) -> bytes:
    return _data(value.encode())


def _data(value: bytes) -> bytes:
    return _field(_BYTES, _field(b"\x0a", value))


def _floats(values: Sequence[float]) -> bytes:
    return _field(_FLOAT, _field(b"\x0a", np.array([0.0 if value is None else value for value in values], "<f4").tobytes()))


def _ints(values: Sequence[int]) -> bytes:
    return _field(_INT, _field(b"\x0a", b"".join([_varint(int(value or 0) & 0xFFFFFFFFFFFFFFFF) for value in values])))


def _field(tag: bytes, data: bytes) -> bytes:
    """A field of Protocol Buffers that has a length."""
    return tag + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    if value < 0x80:
        return _SMALL[value]
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


_SMALL = [struct.pack("B", value) for value in range(0x80)]
