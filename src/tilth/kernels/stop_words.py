"""Words of texts held against a list of hashes."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, width
from tilth.kernels.text_classes import WORD, Classes
from tilth.kernels.url import NO_SEED, place_of


@kernel(allocates=False)
def _is_word(data: Bytes, at: int, end: int, classes: Classes) -> bool:
    while at < end:
        if classes[code_point(data, at)] & WORD:
            return True
        at += width(data[at])
    return False


@kernel
def count_listed(data: Bytes, starts: Offsets, stops: Offsets, ends: Offsets, hashes: np.ndarray, classes: Classes) -> np.ndarray:
    """Return int64[n, 3]: words that are not only marks, those of them on the list, different ones; the pieces are `segment.pieces`."""
    found = np.zeros((len(ends) - 1, 3), np.int64)
    met = np.full(len(hashes), -1, np.int64)
    for row in range(len(found)):
        for piece in range(ends[row], ends[row + 1]):
            if not _is_word(data, starts[piece], stops[piece], classes):
                continue
            found[row, 0] += 1
            place = place_of(xxh64(data, starts[piece], stops[piece], NO_SEED), hashes)
            if place >= 0:
                found[row, 1] += 1
                found[row, 2] += met[place] != row
                met[place] = row
    return found
