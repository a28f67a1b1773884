"""Words and pairs of words in buckets by SHA-256, as DSIR has them: `\\w+|[^\\w\\s]+` of texts in lower case."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.sha256 import modulo, sha256
from tilth.kernels.text_bytes import code_point, peek, width
from tilth.kernels.text_classes import SPACE, WORD, Classes

_CACHE = 1 << 18  # n-grams whose bucket is remembered, by the hash of their bytes: most come again


@kernel(allocates=False)
def _token(data: Bytes, at: int, end: int, classes: Classes) -> tuple[int, int]:
    """Return where the next token of data[at:end] begins and ends; both `end` where there is none."""
    while at < end and classes[code_point(data, at)] & SPACE:
        at += width(peek(data, at))
    start = at
    if at < end:
        word = classes[code_point(data, at)] & WORD
        while at < end:
            kind = classes[code_point(data, at)]
            if kind & SPACE or kind & WORD != word:
                break
            at += width(peek(data, at))
    return start, at


@kernel
def bucket_rows(offsets: Offsets, data: Bytes, classes: Classes, n: int, buckets: int) -> tuple[Offsets, np.ndarray, np.ndarray]:
    """Return the buckets of all n-grams of 1 to `n` tokens of each text: (offsets int64[rows + 1], int32[*], tokens int64[rows])."""
    out, ends, size = np.empty(1024, np.int32), np.zeros(len(offsets), np.int64), 0
    tokens, longest = np.zeros(len(offsets) - 1, np.int64), np.int64(0)
    for row in range(len(tokens)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    joined, starts = np.empty(2 * longest + 16, np.uint8), np.empty(longest + 2, np.int64)
    known, bucket_of = np.zeros(_CACHE, np.uint64), np.zeros(_CACHE, np.int32)
    state, words = np.empty(8, np.uint32), np.empty(64, np.uint32)
    for row in range(len(tokens)):
        at, end, to, count = offsets[row], offsets[row + 1], 0, 0
        while at < end:
            start, at = _token(data, at, end, classes)
            if at > start:
                starts[count] = to
                for k in range(start, at):
                    joined[to] = data[k]
                    to += 1
                joined[to] = 32
                to += 1
                count += 1
        starts[count], tokens[row] = to, count
        while size + n * count > len(out):
            out = np.concatenate((out, out))
        for first in range(count):
            for last in range(first + 1, min(first + n, count) + 1):
                gram = xxh64(joined, starts[first], starts[last] - 1, np.uint64(0))
                slot = np.int64(gram & np.uint64(_CACHE - 1))
                if known[slot] != gram:
                    sha256(joined, starts[first], starts[last] - 1, state, words)
                    known[slot], bucket_of[slot] = gram, modulo(state, buckets)
                out[size] = bucket_of[slot]
                size += 1
        ends[row + 1] = size
    return ends, out[:size].copy(), tokens


@kernel
def sums(offsets: Offsets, buckets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return float64[rows]: the sum of the weights of each row's buckets, in order."""
    out = np.zeros(len(offsets) - 1)
    for row in range(len(out)):
        total = 0.0
        for k in range(offsets[row], offsets[row + 1]):
            total += weights[buckets[k]]
        out[row] = total
    return out
