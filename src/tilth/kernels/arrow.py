"""The one door between Arrow arrays and kernels: every kernel sees the same dtypes, or each mix would cost a compile."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

Offsets = np.ndarray[tuple[int], np.dtype[np.int64]]
Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]


def utf8(values: pa.Array) -> tuple[Offsets, Bytes]:
    """Return (offsets int64[n + 1], data uint8[*]) of a string or binary array; a null reads as empty. No copy of the bytes.

    >>> offsets, data = utf8(pa.array(["ab", None, "c"], pa.large_string()))
    >>> offsets.tolist(), bytes(data).decode()
    ([0, 2, 2, 3], 'abc')
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if values.type not in (pa.large_string(), pa.large_binary()):
        values = values.cast(pa.large_binary() if pa.types.is_binary(values.type) else pa.large_string())
    if values.null_count and _has_hidden_bytes(values):
        values = values.fill_null("" if values.type == pa.large_string() else b"")
    _, offset_buffer, data_buffer = values.buffers()
    if len(values) == 0 or offset_buffer is None:
        return _readonly(np.zeros(1, np.int64)), _readonly(np.zeros(0, np.uint8))
    offsets = np.frombuffer(offset_buffer, np.int64)[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None and data_buffer.size else np.zeros(0, np.uint8)
    return _readonly(offsets), _readonly(data)


def strings(offsets: Offsets, data: Bytes) -> pa.LargeStringArray:
    """Return the large_string array over these buffers; the bytes must be valid UTF-8.

    >>> strings(np.array([0, 2, 3]), np.frombuffer(b"abc", np.uint8)).to_pylist()
    ['ab', 'c']
    """
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(np.ascontiguousarray(offsets, np.int64)), pa.py_buffer(data))


def _has_hidden_bytes(values: pa.Array) -> bool:
    """A null slot may span bytes that are not its value; kernels must not see them."""
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    nulls = np.asarray(values.is_null())
    return bool((np.diff(offsets)[nulls] > 0).any())


def _readonly(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
