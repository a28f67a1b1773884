"""How long a page is in words, lines and paragraphs."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.gopher_dclm import segments
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point
from tilth.kernels.text_classes import WORD, Classes
from tilth.kernels.uax29 import Breaks, word_end

Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]

WORDS, LINES, PARAGRAPHS = range(3)
_UNDERSCORE = 0x5F


@kernel
def lengths(offsets: Offsets, data: Bytes, classes: Classes, breaks: Breaks) -> Counts:
    """Return of every text WORDS that begin with a letter or digit, LINES and PARAGRAPHS (between two newlines) that are not blank,
    int64[n, 3].
    """
    counts = np.zeros((len(offsets) - 1, 3), np.int64)
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        counts[row, LINES] = len(segments(data, at, end, 1, classes))
        counts[row, PARAGRAPHS] = len(segments(data, at, end, 2, classes))
        while at < end:
            code = code_point(data, at)
            counts[row, WORDS] += classes[code] & WORD != 0 and code != _UNDERSCORE
            at = word_end(data, at, end, breaks)
    return counts
