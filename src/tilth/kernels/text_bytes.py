"""Bytes of UTF-8 text: eight at once, hashes, code points. Every kernel over text stands on these few functions."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth, The Art of Computer Programming 6.4, multiplicative hashing
SEED = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(32)
EIGHT = np.uint64(8)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


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
    first = np.int64(data[at])
    if first < 0x80:
        return first
    if first < 0xE0:
        return (first & 0x1F) << 6 | data[at + 1] & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | data[at + 2] & 0x3F
    return (first & 0x07) << 18 | (data[at + 1] & 0x3F) << 12 | (data[at + 2] & 0x3F) << 6 | data[at + 3] & 0x3F


@kernel(allocates=False)
def code_points(data: Bytes, start: int, end: int) -> int:
    """Return how many code points data[start:end] holds."""
    count = 0
    for i in range(start, end):
        count += (data[i] & 0xC0) != 0x80
    return count


@kernel(allocates=False)
def last_code_point(data: Bytes, start: int, end: int) -> int:
    """Return where the last code point of data[start:end], which is not empty, starts."""
    at = end - 1
    while at > start and data[at] & 0xC0 == 0x80:
        at -= 1
    return at
