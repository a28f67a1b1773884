"""The sentences of whole pages, as DCLM's C4 counts them."""

from __future__ import annotations

import numpy as np

from tilth.kernels import c4_paper
from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_classes import Classes

Counts = np.ndarray[tuple[int], np.dtype[np.int64]]
Numbers = np.ndarray[tuple[int], np.dtype[np.uint64]]
_count = c4_paper.sentences


@kernel
def sentences(offsets: Offsets, data: Bytes, classes: Classes, known: Numbers) -> Counts:
    """Return how many sentences each text has, int64[n]; 0 for an empty one. `known` are `c4_paper.abbreviations()`."""
    counts = np.zeros(len(offsets) - 1, np.int64)
    for row in range(len(offsets) - 1):
        if offsets[row] < offsets[row + 1]:
            counts[row] = _count(data, offsets[row], offsets[row + 1], classes, known)
    return counts
