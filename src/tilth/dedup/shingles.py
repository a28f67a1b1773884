"""The sets of n-grams that two texts are compared by, where an estimate will not do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.dedup.normalise import PLAIN_WORDS, Normalise
from tilth.errors import RecipeError
from tilth.kernels import shingles as kernels
from tilth.kernels.arrow import utf8


@dataclass(frozen=True)
class Shingles:
    """The n-grams of `ngram` plain words of a text, as a set of 64-bit hashes.

    Raises RecipeError where `ngram` is below one.

    >>> one = Shingles(ngram=2)
    >>> a, b = one.of(pa.array(["a b c", "x"])), one.of(pa.array(["A, b! D", "x y"]))
    >>> one.jaccard(a, b).tolist()
    [0.3333333333333333, 0.0]
    """

    ngram: int = 5
    normalise: Normalise = PLAIN_WORDS

    def __post_init__(self) -> None:
        if self.ngram < 1:
            raise RecipeError("A shingle has at least one word.", where=repr(self), fix="Shingles(ngram=5)")

    def of(self, texts: pa.Array) -> pa.LargeBinaryArray:
        """Return the sets, large_binary: uint64 ascending, one value a text."""
        offsets, grams = kernels.shingles(*self.normalise.words(texts), self.ngram)
        return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(texts), [None, pa.py_buffer(offsets * 8), pa.py_buffer(grams)])

    def jaccard(self, left: pa.Array, right: pa.Array) -> np.ndarray:
        """Return the Jaccard similarity (float64[n]) of each two sets."""
        return kernels.jaccard(*_numbers(left), *_numbers(right))


def _numbers(sets: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    offsets, data = utf8(sets)
    return (offsets - offsets[0]) // 8, data[offsets[0] : offsets[-1]].view(np.uint64)
