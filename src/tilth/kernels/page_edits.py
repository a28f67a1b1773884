"""Runs of newlines shortened, and lines or paragraphs that a page has already had left out."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.c4_paper import stripped
from tilth.kernels.gopher_dclm import line_end
from tilth.kernels.jit import kernel
from tilth.kernels.letter_case import Letters
from tilth.kernels.text_bytes import MULTIPLIER, SEED, code_point, copy_bytes, hash_bytes, mix, width
from tilth.kernels.text_classes import Classes

_DOTTED_I, _DOT_ABOVE = 0x130, 0x307
_FINAL_SIGMA, _SIGMA = 0x3C2, 0x3C3


@kernel
def limit_newlines(offsets: Offsets, data: Bytes, most: int) -> tuple[Offsets, Bytes]:
    """Return the texts with at most so many newlines in a row."""
    ends = np.zeros(len(offsets), np.int64)
    out = np.empty(offsets[-1] - offsets[0], np.uint8)
    to = 0
    for row in range(len(offsets) - 1):
        newlines = 0
        for at in range(offsets[row], offsets[row + 1]):
            newlines = newlines + 1 if data[at] == 10 else 0
            out[to] = data[at]
            to += newlines <= most
        ends[row + 1] = to
    return ends, out[:to].copy()


@kernel
def drop_repeats(
    offsets: Offsets, data: Bytes, classes: Classes, small: Letters, newlines: int, normalise: bool
) -> tuple[Offsets, Bytes]:
    """Return the texts without what stands between so many newlines (1 or 2) and stood there before; empty pieces stay.

    `normalise`: capitals and white space at either end do not matter.
    """
    ends = np.zeros(len(offsets), np.int64)
    out = np.empty(offsets[-1] - offsets[0] + 8, np.uint8)
    padded = np.zeros(offsets[-1] + 8, np.uint8)
    padded[: offsets[-1]] = data[: offsets[-1]]
    to = 0
    for row in range(len(offsets) - 1):
        to = _drop_repeats(padded, offsets[row], offsets[row + 1], classes, small, newlines, normalise, out, to)
        ends[row + 1] = to
    return ends, out[:to].copy()


@kernel
def _drop_repeats(
    data: Bytes, at: int, end: int, classes: Classes, small: Letters, newlines: int, normalise: bool, out: Bytes, to: int
) -> int:
    seen, kept = {np.uint64(0)}, 0
    while at <= end:
        stop = line_end(data, at, end)
        while newlines == 2 and stop < end and (stop + 1 == end or data[stop + 1] != 10):
            stop = line_end(data, stop + 1, end)
        first, last = stripped(data, at, stop, classes) if normalise else (at, stop)
        value = _key(data, first, last, small) if normalise else hash_bytes(data, first, last)
        if first == last or value not in seen:
            seen.add(value)
            for _ in range(newlines if kept else 0):
                out[to] = 10
                to += 1
            to = copy_bytes(data, at, stop - at, out, to)
            kept += 1
        at = stop + newlines
    return to


@kernel(allocates=False)
def _key(data: Bytes, at: int, end: int, small: Letters) -> np.uint64:
    """Return a hash of data[at:end] in small letters; a sigma at the end of a word is a sigma."""
    value = SEED
    while at < end:
        code = code_point(data, at)
        letter = small[code]
        if letter == _FINAL_SIGMA:
            letter = _SIGMA
        if code == _DOTTED_I:  # in small letters it is two characters
            value = (value ^ np.uint64(0x69)) * MULTIPLIER
            letter = _DOT_ABOVE
        value = mix((value ^ np.uint64(letter)) * MULTIPLIER)
        at += width(data[at])
    return value
