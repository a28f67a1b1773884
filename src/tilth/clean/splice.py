"""Parts of some texts of a column replaced, all else copied as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.kernels.arrow import utf8


def splice(texts: pa.Array, spans: np.ndarray, replacements: Sequence[str]) -> pa.Array:
    """Return `texts` with each span replaced; the same array if no replacement differs from what it replaces.

    `spans` is int64[k, 3], sorted and disjoint: row, first and last byte in the buffer that `utf8(texts)` returns.

    >>> splice(pa.array(["a cat", None, "dog"], pa.large_string()), np.array([[0, 2, 5]]), ["bird"]).to_pylist()
    ['a bird', None, 'dog']
    """
    offsets, data = utf8(texts)
    parts: dict[int, list[bytes]] = {}
    done: dict[int, int] = {}
    for (row, start, end), replacement in zip(spans.tolist(), replacements, strict=True):
        new = replacement.encode()
        if new != data[start:end].tobytes():
            parts.setdefault(row, []).extend((data[done.get(row, offsets[row]) : start].tobytes(), new))
            done[row] = end
    if not parts:
        return texts
    whole = [b"".join([*pieces, data[done[row] : offsets[row + 1]].tobytes()]) for row, pieces in parts.items()]
    mask = np.zeros(len(texts), np.bool_)
    mask[list(parts)] = True
    return pc.replace_with_mask(texts, mask, pa.array(whole, pa.large_binary()).cast(texts.type))
