"""Bytes of UTF-8 text: eight at once, hashes, code points. Every kernel over text stands on these few functions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth, The Art of Computer Programming 6.4, multiplicative hashing
SEED = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(32)
EIGHT = np.uint64(8)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@intrinsic
def peek(typingctx: Any, array: Any, at: Any) -> Any:
    """Return array[at] as an int64; unchecked, and without Python's meaning of a negative index, which made hot loops a third slower."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        value = builder.load(builder.gep(data, [arguments[1]]))
        return context.cast(builder, value, signature.args[0].dtype, types.int64)

    return types.int64(array, types.intp), emit


@intrinsic
def copy_bytes(typingctx: Any, source: Any, start: Any, size: Any, target: Any, to: Any) -> Any:
    """Copy `size` bytes from source[start] to target[to], which may overlap; unchecked. Returns where they end in `target`."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        places = []
        for array, at in ((0, 1), (3, 4)):
            data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
            places.append(builder.gep(data, [arguments[at]]))
        cgutils.raw_memmove(builder, places[1], places[0], arguments[2], 1)
        return builder.add(arguments[4], arguments[2])

    return types.int64(source, types.intp, types.intp, target, types.intp), emit


@kernel(allocates=False)
def mix(value: np.uint64) -> np.uint64:
    """Return a uint64 every bit of which depends on every bit of `value`."""
    value *= MULTIPLIER
    value ^= value >> SHIFT
    value *= MULTIPLIER
    return value ^ (value >> SHIFT)


@kernel(allocates=False)
def pair(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return one hash for two, in this order."""
    return mix(a * SEED + b)


@kernel(allocates=False)
def hash_bytes(data: Bytes, start: int, end: int) -> np.uint64:
    """Return a 64-bit hash of data[start:end]; `data` must have eight bytes more than are hashed."""
    value = SEED ^ np.uint64(end - start)
    while end - start >= 8:
        value = (value ^ load64(data, start)) * MULTIPLIER
        value ^= value >> SHIFT
        start += 8
    if start < end:
        value ^= load64(data, start) & ~(ALL << (np.uint64(end - start) * EIGHT))
    return mix(value)


@kernel(allocates=False)
def width(first: int) -> int:
    """Return how many bytes the code point has that starts with the byte `first`."""
    if first < 0x80:
        return 1
    if first < 0xE0:
        return 2
    return 3 if first < 0xF0 else 4


@kernel(allocates=False)
def code_point(data: Bytes, at: int) -> int:
    """Return the code point of valid UTF-8 that starts at `at`."""
    first = peek(data, at)
    if first < 0x80:
        return first
    if first < 0xE0:
        return (first & 0x1F) << 6 | peek(data, at + 1) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | (peek(data, at + 1) & 0x3F) << 6 | peek(data, at + 2) & 0x3F
    return (first & 0x07) << 18 | (peek(data, at + 1) & 0x3F) << 12 | (peek(data, at + 2) & 0x3F) << 6 | peek(data, at + 3) & 0x3F


@kernel(allocates=False)
def code_points(data: Bytes, start: int, end: int) -> int:
    """Return how many code points data[start:end] holds."""
    count = 0
    for i in range(start, end):
        count += peek(data, i) & 0xC0 != 0x80
    return count


@kernel(allocates=False)
def last_code_point(data: Bytes, start: int, end: int) -> int:
    """Return where the last code point of data[start:end], which is not empty, starts."""
    at = end - 1
    while at > start and peek(data, at) & 0xC0 == 0x80:
        at -= 1
    return at
