"""MinHash as datatrove computes it, to the bit: XXH64 of n-grams of spaCy's tokens, and functions modulo 2**61 - 1."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_words import ALL_WORDS, LINE_COLUMNS, SIZE, START, TOTALS, WORD_COLUMNS, ZERO, scan

MODULUS = np.uint64((1 << 61) - 1)

_BLOCK = 512
_SHIFT = np.uint64(61)


@kernel(allocates=False)
def _join(text: Bytes, words: np.ndarray, count: int, joined: Bytes, starts: np.ndarray) -> None:
    """Write the tokens into `joined`, each followed by one space, and where each begins into `starts` (count + 1)."""
    to = 0
    for word in range(count):
        starts[word] = to
        for k in range(words[word, SIZE]):
            joined[to] = text[words[word, START] + k]
            to += 1
        joined[to] = 32
        to += 1
    starts[count] = to


@kernel(allocates=False)
def _lower(least: np.ndarray, hashes: np.ndarray, count: int, a: np.ndarray, b: np.ndarray) -> None:
    """Lower `least` (uint64[k]) to the minima of `(a * hashes + b) mod 2**64 mod (2**61 - 1)`."""
    for j in range(len(least)):
        best, factor, term = least[j], a[j], b[j]
        for i in range(count):
            value = factor * hashes[i] + term
            value = (value & MODULUS) + (value >> _SHIFT)
            best = min(best, value - MODULUS if value >= MODULUS else value)
        least[j] = best


@kernel
def datatrove_signatures(offsets: Offsets, text: Bytes, language: Language, n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return uint64[rows, k]: the minima of k functions over the hashes of each text's n-grams; all ones where it has no token.

    Texts as `kernels.normalise` leaves them. A text of fewer than n tokens counts as one n-gram (datatrove leaves it alone).
    """
    out = np.full((len(offsets) - 1, len(a)), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64)
    longest = 1 + (np.diff(offsets).max() if len(offsets) > 1 else 0)
    hashes, words = np.empty(2 * longest + 1, np.uint64), np.empty((2 * longest + 1, WORD_COLUMNS), np.int32)
    lines, chunk, totals = np.empty((3, LINE_COLUMNS), np.int64), np.empty((longest + 2, 4), np.int64), np.zeros(TOTALS, np.int64)
    joined, starts, grams = np.empty(2 * longest + 8, np.uint8), np.empty(2 * longest + 2, np.int64), np.empty(_BLOCK, np.uint64)
    for row in range(len(out)):
        if offsets[row + 1] == offsets[row]:
            continue
        scan(text, offsets[row], offsets[row + 1] - 1, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
        tokens = totals[ALL_WORDS]
        size = min(n, tokens)
        _join(text, words, tokens, joined, starts)
        for first in range(0, tokens - size + 1, _BLOCK):
            count = min(_BLOCK, tokens - size + 1 - first)
            for i in range(count):
                grams[i] = xxh64(joined, starts[first + i], starts[first + i + size] - 1, np.uint64(0))
            _lower(out[row], grams, count, a, b)
    return out
