"""Hashed n-grams of words and of letters inside words: how often each occurs in a text, and a text as a sum of their vectors.

Texts come as `kernels.normalise` leaves them: words, each followed by one space.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64, xxh64
from tilth.kernels.jit import kernel

_SEED = np.uint64(0x5851F42D4C957F2D)
_BASE = np.uint64(0xD6E8FEB86659FD93)
_PAD = np.uint64(1)  # stands for the border of a word among its letters
_WORDS, _LETTERS = np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB)
_LONGEST = 64  # letters of a word that are looked at: what is longer is no word


@kernel(allocates=False)
def _count(feature: np.uint64, counts: np.ndarray, seen: np.ndarray, found: int) -> int:
    """Count a feature in its bucket; return how many buckets have been seen."""
    bucket = np.int64(mix64(feature) & np.uint64(len(counts) - 1))
    if counts[bucket] == 0:
        seen[found] = bucket
        found += 1
    counts[bucket] += 1
    return found


@kernel(allocates=False)
def _count_letters(text: Bytes, start: int, end: int, n: int, letters: np.ndarray, counts: np.ndarray, seen: np.ndarray, found: int) -> int:
    """Count the n-grams of the letters of a word, its borders among them; return how many buckets have been seen."""
    letters[0], size = _PAD, 1
    at = start
    while at < end and size <= _LONGEST:
        letter = np.uint64(text[at])
        at += 1
        while at < end and text[at] & 0xC0 == 0x80:
            letter = letter << np.uint64(8) | np.uint64(text[at])
            at += 1
        letters[size] = letter
        size += 1
    letters[size] = _PAD
    for i in range(size + 2 - n):
        gram = _LETTERS
        for k in range(n):
            gram = (gram ^ letters[i + k]) * _BASE
        found = _count(gram, counts, seen, found)
    return found


@kernel(allocates=False)
def _count_text(
    text: Bytes, at: int, end: int, ngram: int, n: int, words: np.ndarray, letters: np.ndarray, counts: np.ndarray, seen: np.ndarray
) -> int:
    """Count all features of `text[at:end]`; return how many buckets have been seen, in `seen` in order of first sight."""
    found, number = 0, 0
    while at < end:
        stop = at
        while text[stop] != 32:
            stop += 1
        word = xxh64(text, at, stop, _SEED)
        for k in range(ngram - 1, 0, -1):
            words[k] = words[k - 1]
        words[0] = word
        gram = _WORDS
        for k in range(min(ngram, number + 1)):
            gram = (gram ^ words[k]) * _BASE
            found = _count(gram, counts, seen, found)
        if n > 0 and stop > at + 1:
            found = _count_letters(text, at, stop, n, letters, counts, seen, found)
        number += 1
        at = stop + 1
    return found


@kernel
def features(offsets: Offsets, text: Bytes, buckets: int, ngram: int, letters: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the buckets of each text, ascending (int32), and how often each occurs (int32), as (offsets int64[n + 1], buckets, counts).

    Features are n-grams of up to `ngram` words and, unless it is 0, of `letters` letters inside a word; `buckets` is a power of two.
    """
    counts, seen = np.zeros(buckets, np.int32), np.empty(buckets, np.int32)
    words, spelled = np.zeros(max(1, ngram), np.uint64), np.empty(_LONGEST + 2, np.uint64)
    out_offsets = np.zeros(len(offsets), np.int64)
    out_buckets, out_counts = np.empty(1024, np.int32), np.empty(1024, np.int32)
    size = 0
    for row in range(len(offsets) - 1):
        found = _count_text(text, offsets[row], offsets[row + 1], ngram, letters, words, spelled, counts, seen)
        while size + found > len(out_buckets):
            out_buckets = np.concatenate((out_buckets, out_buckets))
            out_counts = np.concatenate((out_counts, out_counts))
        ordered = np.sort(seen[:found])
        for bucket in ordered:
            out_buckets[size], out_counts[size] = bucket, counts[bucket]
            counts[bucket] = 0
            size += 1
        out_offsets[row + 1] = size
    return out_offsets, out_buckets[:size].copy(), out_counts[:size].copy()


@kernel
def embed(
    offsets: Offsets, text: Bytes, ngram: int, letters: int, place: np.ndarray, scales: np.ndarray, table: np.ndarray
) -> np.ndarray:
    """Return float32[rows, dim], each of length one: the sum over features of (1 + ln count) times their vector; zeros where none is known.

    `place` (int32[buckets]) is the row of a bucket in `table` (int8[known, dim]) or -1; `scales` (float32[known]) multiply rows.
    """
    counts, seen = np.zeros(len(place), np.int32), np.empty(len(place), np.int32)
    words, spelled = np.zeros(max(1, ngram), np.uint64), np.empty(_LONGEST + 2, np.uint64)
    dim = table.shape[1]
    out = np.zeros((len(offsets) - 1, dim), np.float32)
    for row in range(len(out)):
        found = _count_text(text, offsets[row], offsets[row + 1], ngram, letters, words, spelled, counts, seen)
        total = out[row]
        for i in range(found):
            bucket = seen[i]
            at = place[bucket]
            if at >= 0:
                weight = np.float32(scales[at] * (1.0 + np.log(counts[bucket])))
                vector = table[at]
                for j in range(dim):
                    total[j] += weight * np.float32(vector[j])
            counts[bucket] = 0
        length = 0.0
        for j in range(dim):
            length += np.float64(total[j]) * np.float64(total[j])
        if length > 0.0:
            factor = np.float32(1.0 / np.sqrt(length))
            for j in range(dim):
                total[j] *= factor
    return out
