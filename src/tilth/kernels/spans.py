"""Spans of texts fitted to characters, words or lines."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import peek
from tilth.kernels.units import JOINS, LETTER, SPACE, WORD, is_edge, kind_at, longest, split

BOUNDARIES = ("character", "word", "line")
_WORDS, _LINES = 1, 2


@kernel(allocates=False)
def _fits(data: Bytes, first: int, last: int, at: int, boundary: int, kinds: Bytes) -> bool:
    if boundary == _LINES:
        return at <= first or at >= last or peek(data, at - 1) == 0x0A
    return bool(is_edge(data, first, last, at, boundary == _WORDS, kinds))


@kernel(allocates=False)
def _may_begin(data: Bytes, first: int, last: int, at: int, boundary: int, kinds: Bytes) -> bool:
    """Tell whether a span may begin at `at`: one of words not with space, or the words around it could become one."""
    if not _fits(data, first, last, at, boundary, kinds):
        return False
    return boundary != _WORDS or at >= last or kind_at(data, at, kinds)[0] != SPACE


@kernel(allocates=False)
def _would_join(data: Bytes, first: int, last: int, a: int, b: int, kinds: Bytes) -> bool:
    """Tell whether a word ends at `a` and one begins at `b`, which would be one if all between them went."""
    if a <= first or b >= last or kind_at(data, b, kinds)[0] != LETTER:
        return False
    before: int = a - 1
    while before > first and peek(data, before) & 0xC0 == 0x80:
        before -= 1
    return kind_at(data, before, kinds)[0] in (LETTER, JOINS)


@kernel
def align(
    offsets: Offsets, data: Bytes, kinds: Bytes, row: np.ndarray, start: np.ndarray, end: np.ndarray, boundary: int, widen: bool
) -> np.ndarray:
    """Return the spans (bytes of the texts at `row`, sorted) as int64[k, 3]: row, first and last byte in `data`, fitted and disjoint.

    Ends that cut a character, word or line in two move inwards, or with `widen` outwards; where two words would become one, what parts
    them stays. Spans with nothing left are not among them.
    """
    out, kept = np.empty((len(row), 3), np.int64), 0
    for i in range(len(row)):
        first, last = offsets[row[i]], offsets[row[i] + 1]
        a, b, step = min(first + start[i], last), min(first + end[i], last), -1 if widen else 1
        while first < a < last and not _may_begin(data, first, last, a, boundary, kinds):
            a += step
        while first < b < last and not _fits(data, first, last, b, boundary, kinds):
            b -= step
        if kept and out[kept - 1, 0] == row[i] and a <= out[kept - 1, 2]:
            out[kept - 1, 2] = max(b, out[kept - 1, 2])
        elif a < b:
            out[kept, 0], out[kept, 1], out[kept, 2] = row[i], a, b
            kept += 1
    if boundary != _WORDS:
        return out[:kept]
    found = 0
    for i in range(kept):
        first, last = offsets[out[i, 0]], offsets[out[i, 0] + 1]
        while out[i, 1] < out[i, 2] and _would_join(data, first, last, out[i, 1], out[i, 2], kinds):
            out[i, 2] -= 1
            while out[i, 1] < out[i, 2] and not _fits(data, first, last, out[i, 2], boundary, kinds):
                out[i, 2] -= 1
        if out[i, 1] < out[i, 2]:
            out[found] = out[i]
            found += 1
    return out[:found]


@kernel
def count_words(offsets: Offsets, data: Bytes, kinds: Bytes, wanted: np.ndarray) -> np.ndarray:
    """Return how many words (`kernels.units`) the wanted texts have, int64[n]; 0 for the others."""
    values, none = np.empty(longest(offsets) + 1, np.uint64), np.empty(0, np.int64)
    found = np.zeros(len(wanted), np.int64)
    for i in range(len(wanted)):
        if wanted[i]:
            found[i] = split(data, offsets[i], offsets[i + 1], WORD, kinds, values, none)
    return found
