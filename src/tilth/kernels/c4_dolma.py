"""dolma's C4 tags over raw text: marks of whole pages, and lines that are short or do not end like sentences cut out, breaks and all."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.c4_paper import Counts, Settings, index, stripped
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, copy_bytes, width
from tilth.kernels.text_c4 import FEWEST_WORDS, TERMINAL_MARKS, fits
from tilth.kernels.text_classes import SPACE, Classes

LINES, KEPT_LINES, LOREM, CURLY, JAVASCRIPT = range(5)
_LOREM_IPSUM, _JAVASCRIPT = (np.frombuffer(phrase, np.uint8) for phrase in (b"lorem ipsum", b"javascript"))


@kernel
def clean(offsets: Offsets, data: Bytes, classes: Classes, settings: Settings) -> tuple[Counts, Offsets, Bytes]:
    """Return of every page LINES, KEPT_LINES, LOREM, CURLY and JAVASCRIPT, int64[n, 5], and the texts of the lines kept.

    Of the `settings` of `text_c4` those for terminal marks and fewest words are heeded.
    """
    rows = len(offsets) - 1
    counts, ends = np.zeros((rows, 5), np.int64), np.zeros(rows + 1, np.int64)
    out = np.empty(offsets[-1] - offsets[0], np.uint8)
    for row in range(rows):
        start, end = offsets[row], offsets[row + 1]
        _marks(data, start, end, counts[row])
        ends[row + 1] = _lines(data, start, end, classes, settings, out, ends[row], counts[row])
    return counts, ends, out[: ends[rows]].copy()


@kernel(allocates=False)
def _marks(data: Bytes, start: int, end: int, counts: np.ndarray) -> None:
    """Note whether a page has "lorem ipsum", "{" and "javascript"."""
    for at in range(start, end):
        byte = data[at]
        low = byte | 0x20
        if byte == 0x7B:
            counts[CURLY] = 1
        elif low == 0x6C:
            counts[LOREM] |= fits(data, at, end, _LOREM_IPSUM, np.int64(0), np.int64(len(_LOREM_IPSUM)))
        elif low == 0x6A:
            counts[JAVASCRIPT] |= fits(data, at, end, _JAVASCRIPT, np.int64(0), np.int64(len(_JAVASCRIPT)))


@kernel(allocates=False)
def _lines(data: Bytes, at: int, end: int, classes: Classes, settings: Settings, out: Bytes, to: int, counts: np.ndarray) -> int:
    """Write the lines to keep to `out` from `to` on, each with the newline that ends it; return where the writing ended."""
    then = at
    while then <= end:
        at, stop = then, index(data, then, end, 10)
        then = stop + 1
        counts[LINES] += 1
        if _is_kept(data, at, stop, classes, settings):
            counts[KEPT_LINES] += 1
            to = copy_bytes(data, at, min(then, end) - at, out, to)
    return to


@kernel(allocates=False)
def _is_kept(data: Bytes, at: int, stop: int, classes: Classes, settings: Settings) -> bool:
    at, stop = stripped(data, at, stop, classes)
    ends_well = at < stop and (data[stop - 1] == 0x2E or data[stop - 1] == 0x3F or data[stop - 1] == 0x21 or data[stop - 1] == 0x22)
    return (ends_well or not settings[TERMINAL_MARKS]) and _has_words(data, at, stop, classes, settings[FEWEST_WORDS])


@kernel(allocates=False)
def _has_words(data: Bytes, at: int, stop: int, classes: Classes, fewest: int) -> bool:
    """Return whether there are at least `fewest` words between white space."""
    count, inside = 0, False
    while at < stop and count < fewest:
        space = classes[code_point(data, at)] & SPACE != 0
        count += not space and not inside
        inside = not space
        at += width(data[at])
    return count >= fewest
