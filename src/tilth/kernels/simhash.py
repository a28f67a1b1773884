"""SimHash over n-grams of words, and pairs of 64-bit hashes that differ in few bits."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.md5 import md5_head

_SEED = np.uint64(0)


@kernel(allocates=False)
def _vote(gram: np.uint64, votes: np.ndarray) -> None:
    for bit in range(64):
        votes[bit] += np.int32((gram >> np.uint64(bit)) & np.uint64(1))


@kernel(allocates=False)
def _plain(text: Bytes, at: int, end: int, plain: Bytes, starts: np.ndarray) -> int:
    """Copy words with one space between; return how many, with where each starts and where one more would."""
    size, count, inside = 0, 0, False
    for i in range(at, end):
        byte = text[i]
        if byte != 32:
            if not inside:
                starts[count] = size
                count += 1
            plain[size] = byte
            size += 1
        elif inside:
            plain[size] = 32
            size += 1
        inside = byte != 32
    starts[count] = size + inside  # as if a space followed
    return count


@kernel(allocates=False)
def _simhash(
    plain: Bytes, starts: np.ndarray, grams: int, n: int, md5: bool, votes: np.ndarray, state: np.ndarray, block: np.ndarray
) -> np.uint64:
    votes[:] = 0
    for i in range(grams):
        end = starts[i + n] - 1
        _vote(md5_head(plain, starts[i], end, state, block) if md5 else xxh64(plain, starts[i], end, _SEED), votes)
    out = np.uint64(0)
    for bit in range(64):
        if 2 * votes[bit] > grams:
            out |= np.uint64(1) << np.uint64(bit)
    return out


@kernel
def simhashes(offsets: Offsets, text: Bytes, n: int, md5: bool, whole: bool) -> np.ndarray:
    """Return uint64[rows]: each bit is what more than half of the text's n-grams have there; 0 where there is no n-gram.

    Words end at spaces (byte 32), and n-grams are words joined by one space, hashed by XXH64 or the head of MD5. With `whole` a text of
    fewer than n words is one n-gram, else it has none.
    """
    out = np.zeros(len(offsets) - 1, np.uint64)
    votes, state, block = np.zeros(64, np.int32), np.zeros(4, np.uint32), np.zeros(16, np.uint32)
    longest = 0
    for row in range(len(out)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    plain, starts = np.empty(longest + 8, np.uint8), np.empty(longest // 2 + 2, np.int64)
    for row in range(len(out)):
        count = _plain(text, offsets[row], offsets[row + 1], plain, starts)
        length = min(n, count) if whole else n
        grams = max(0, count - length + 1) if count else 0
        out[row] = _simhash(plain, starts, grams, length, md5, votes, state, block)
    return out


@kernel(allocates=False)
def distance(a: np.uint64, b: np.uint64) -> int:
    """Return in how many bits two hashes differ."""
    x = a ^ b
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel(allocates=False)
def _next(values: np.ndarray, i: int, start: int, most: int) -> int:
    """Return the first of the hashes `start` to `i` that differs from hash `i` in at most `most` bits, or `i`."""
    value = values[i]
    for j in range(start, i):
        if distance(value, values[j]) <= most:
            return j
    return i


@kernel
def close(values: np.ndarray, most: int, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (later int64[m], earlier int64[m], bits int32[m]): for each hash the first `window` before it that differ in `most` bits."""
    left, right, bits = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.int32)
    size = 0
    for i in range(len(values)):
        found, j = 0, _next(values, i, 0, most)
        while j < i:
            if size == len(left):
                left, right = np.concatenate((left, left)), np.concatenate((right, right))
                bits = np.concatenate((bits, bits))
            left[size], right[size], bits[size] = i, j, distance(values[i], values[j])
            size += 1
            found += 1
            j = _next(values, i, j + 1, most) if found < window else i
    return left[:size].copy(), right[:size].copy(), bits[:size].copy()
