"""MinHash signatures of texts, as a column."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.dedup.normalise import PLAIN_WORDS, Normalise
from tilth.errors import RecipeError
from tilth.kernels import minhash as kernels
from tilth.kernels.arrow import utf8
from tilth.op import Op, put

COLUMN = "minhash"


@dataclass(frozen=True)
class Signatures(Op):
    """Add the column `minhash`: `values` MinHash values over the n-grams of words of each text.

    fixed_size_binary(4 * values), little-endian uint32; null where a text has no word. A text of fewer than `ngram` words counts as
    one n-gram, so it equals exactly the texts of the same words. Value i is the least of a_i x + b_i (mod 2**32) over the 32-bit
    hashes x of the n-grams, a_i odd. Raises RecipeError on sizes below one.

    Source: Broder, On the resemblance and containment of documents, 1997; functions after Dietzfelbinger et al., 1997.

    >>> twice = pa.record_batch({"text": pa.array(["One, two.", "ONE two", "!"], pa.large_string())})
    >>> a, b, none = Signatures(values=4).apply(twice)["minhash"].to_pylist()
    >>> a == b, len(a), none
    (True, 16, None)
    """

    values: int = 112
    ngram: int = 5
    normalise: Normalise = PLAIN_WORDS
    seed: int = 1

    def __post_init__(self) -> None:
        if self.values < 1 or self.ngram < 1:
            raise RecipeError(
                "A signature needs at least one value over n-grams of at least one word.", where=repr(self),
                why=f"values={self.values}, ngram={self.ngram}", fix="Signatures(values=112, ngram=5)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        offsets, words = self.normalise.words(batch["text"])
        a, b = _functions(self.seed, self.values)
        return put(batch, COLUMN, binary(kernels.signatures(offsets, words, self.ngram, a, b), np.diff(offsets) > 0))


@functools.cache
def _functions(seed: int, values: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the factors (odd) and terms, uint32[values] each, of the hash functions."""
    a, b = np.random.Generator(np.random.PCG64(seed)).integers(0, 2**32, (2, values), np.uint32)
    return a | np.uint32(1), b


def binary(values: np.ndarray, valid: np.ndarray) -> pa.FixedSizeBinaryArray:
    """Return the rows of `values` as fixed_size_binary, null where not `valid`."""
    width = values.shape[1] * values.itemsize
    bitmap = pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(values), [bitmap, pa.py_buffer(np.ascontiguousarray(values))])


def numbers(signatures: pa.Array | pa.ChunkedArray, values: int) -> np.ndarray:
    """Return signatures of so many values, without nulls, as uint32[rows, values], or uint64 where they are wide enough for that."""
    offsets, data = utf8(signatures.cast(pa.large_binary()))
    data = data[offsets[0] : offsets[-1]]
    return data.view(np.uint64 if len(data) == 8 * values * len(signatures) else np.uint32).reshape(-1, values)
