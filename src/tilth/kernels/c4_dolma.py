"""dolma's C4 tags over raw text: marks of whole pages, and lines that are short or do not end like sentences cut out, breaks and all."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.c4_paper import Counts, Settings, index, stripped, words
from tilth.kernels.jit import kernel
from tilth.kernels.text_c4 import FEWEST_WORDS, HAS_JAVASCRIPT, HAS_LOREM, TERMINAL_MARKS, find_phrases
from tilth.kernels.text_classes import Classes

LINES, KEPT_LINES, LOREM, CURLY, JAVASCRIPT = range(5)


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
        phrases = find_phrases(data, start, end)
        counts[row, LOREM], counts[row, JAVASCRIPT] = phrases & HAS_LOREM != 0, phrases & HAS_JAVASCRIPT != 0
        counts[row, CURLY] = index(data, start, end, 0x7B) < end
        ends[row + 1] = _lines(data, start, end, classes, settings, out, ends[row], counts[row])
    return counts, ends, out[: ends[rows]].copy()


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
            for i in range(at, min(then, end)):
                out[to] = data[i]
                to += 1
    return to


@kernel(allocates=False)
def _is_kept(data: Bytes, at: int, stop: int, classes: Classes, settings: Settings) -> bool:
    at, stop = stripped(data, at, stop, classes)
    ends_well = at < stop and (data[stop - 1] == 0x2E or data[stop - 1] == 0x3F or data[stop - 1] == 0x21 or data[stop - 1] == 0x22)
    return (ends_well or not settings[TERMINAL_MARKS]) and words(data, at, stop, classes)[0] >= settings[FEWEST_WORDS]
