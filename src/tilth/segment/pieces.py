"""Words or sentences of many texts, as places in one buffer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import Bytes, Offsets, utf8


class Pieces(NamedTuple):
    """Pieces of texts: data[starts[i]:stops[i]] (uint8, valid UTF-8) is piece i, ends[j] the first piece of text j, ends[-1] their number.

    Pieces that are parts of the texts as they stand share the texts' own buffer.
    """

    data: Bytes
    starts: Offsets
    stops: Offsets
    ends: Offsets

    def lists(self) -> list[list[str]]:
        """Return the pieces as strings, a list a text."""
        whole = self.data.tobytes()
        found = [whole[start:stop].decode() for start, stop in zip(self.starts.tolist(), self.stops.tolist(), strict=True)]
        return [found[first:last] for first, last in zip(self.ends[:-1].tolist(), self.ends[1:].tolist(), strict=True)]


def of_lists(lists: Iterable[Iterable[str]]) -> Pieces:
    """Return the pieces that these strings are, in a buffer of their own.

    >>> of_lists([["a", "bc"], []]).lists()
    [['a', 'bc'], []]
    """
    each = [list(pieces) for pieces in lists]
    offsets, data = utf8(pa.array([piece for pieces in each for piece in pieces], pa.large_string()))
    return Pieces(data, offsets[:-1], offsets[1:], np.cumsum([0, *map(len, each)], dtype=np.int64))
