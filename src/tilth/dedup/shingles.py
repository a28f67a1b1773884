"""The sets of n-grams that two texts are compared by, where an estimate will not do."""

from __future__ import annotations

import itertools
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
    >>> one.jaccard(one.of(pa.array(["a b c", "A, b! D", "x"])), np.array([0, 0]), np.array([1, 2])).tolist()
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
        for start, end in itertools.pairwise(offsets.tolist()):
            grams[start:end].sort()  # NumPy's, which takes eight at a time: a sixth of the time of one in the kernel
        offsets, grams = kernels.distinct(offsets, grams)
        return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(texts), [None, pa.py_buffer(offsets * 8), pa.py_buffer(grams)])

    def jaccard(self, sets: pa.Array, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return the Jaccard similarity (float64[n]) of the sets `left[i]` and `right[i]` (int64[n]) of `sets`."""
        offsets, data = utf8(sets)
        return kernels.jaccard((offsets - offsets[0]) // 8, data[offsets[0] : offsets[-1]].view(np.uint64), left, right)
