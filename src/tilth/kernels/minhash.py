"""MinHash over n-grams of words: signatures, the keys of their bands, and how far two signatures agree.

Texts come as `kernels.normalise` leaves them: words, each followed by one space.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import TOP_BIT, load64, mix64
from tilth.kernels.jit import kernel

_BASE = np.uint64(0xD6E8FEB86659FD93)
_SPACES = np.uint64(0x2020202020202020)
_ONES = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)
_BLOCK = 512  # n-grams at a time: their hashes stay in the first cache while every function runs over them
_FEW = 48  # n-grams below which it is faster to run over the functions in the inner loop


@intrinsic
def trailing_zeros(typing, value):  # type: ignore[no-untyped-def]
    """How many bits of a uint64 lie below its lowest one."""

    def emit(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.uint64(value), emit


@kernel(allocates=False, inline=True)
def _spaces(chunk: np.uint64) -> np.uint64:
    """Return the top bit of the first byte of eight that is a space, and maybe of later ones (Mycroft's zero byte test); 0 for none."""
    other = chunk ^ _SPACES
    return (other - _ONES) & ~other & _HIGHS


@kernel(allocates=False)
def hash_words(text: Bytes, at: np.int64, end: np.int64, words: np.ndarray, have: int) -> tuple[np.int64, int]:
    """Hash the words of `text[at:end]` into `words[have:]` until it is full; return where to go on, and how many it holds."""
    while at < end and have < len(words):
        word = np.uint64(0)
        chunk = load64(text, at)
        spaces: np.uint64 = _spaces(chunk)
        while spaces == 0:
            word = (word ^ chunk) * _BASE
            word ^= word >> np.uint64(32)
            at += 8
            chunk = load64(text, at)
            spaces = _spaces(chunk)
        at += 1 + np.int64(trailing_zeros(spaces) >> np.uint64(3))  # the next word waits for this alone
        letters = ((spaces & (~spaces + np.uint64(1))) >> np.uint64(7)) - np.uint64(1)
        word = (word ^ (chunk & letters)) * _BASE
        words[have] = word ^ (word >> np.uint64(29))
        have += 1
    return at, have


@kernel(allocates=False, inline=True)
def gram_of(words: np.ndarray, at: int, size: int) -> np.uint64:
    """Return the hash of `words[at : at + size]`."""
    gram = np.uint64(0)
    for k in range(size):
        gram = gram * _BASE + words[at + k]
    return mix64(gram)


@kernel(allocates=False)
def _grams(words: np.ndarray, have: int, n: int, low: np.ndarray, high: np.ndarray) -> int:
    """Hash the n-grams of `words[:have]`, or all of it where that is less than one, as `gram_of` does; return how many.

    Each is made of the one before: its first word goes, times `power`, and one more comes.
    """
    size = min(n, have)
    power, gram, gone = np.uint64(1), np.uint64(0), np.uint64(0)
    for k in range(size - 1):
        gram = gram * _BASE + words[k]
        power *= _BASE
    power *= _BASE
    for i in range(have - size + 1):
        gram = gram * _BASE + (words[i + size - 1] - gone * power)
        gone = words[i]
        mixed: np.uint64 = mix64(gram)
        low[i] = np.uint32(mixed)
        high[i] = np.uint32(mixed >> np.uint64(32))
    return have - size + 1


@kernel
def _lower(least: np.ndarray, hashes: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Lower `least` (uint32[k]) to the minima of `a * hashes + b` (mod 2**32)."""
    if len(hashes) < _FEW:
        for i in range(len(hashes)):
            shingle = hashes[i]
            for j in range(len(least)):
                least[j] = min(least[j], np.uint32(a[j] * shingle + b[j]))
    else:
        for j in range(len(least)):
            best, factor, term = least[j], a[j], b[j]
            for i in range(len(hashes)):
                best = min(best, np.uint32(factor * hashes[i] + term))
            least[j] = best


@kernel
def signatures(offsets: Offsets, text: Bytes, n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return uint32[rows, k]: the minima of k functions over the hashes of each text's n-grams; all ones where it has no word.

    A text of fewer than n words counts as one n-gram. The first half of the functions see the low half of an n-gram's hash, the
    others the high half: so two texts of one n-gram each agree by accident once in 2**64 pairs, not in 2**32.
    """
    out = np.full((len(offsets) - 1, len(a)), np.uint32(0xFFFFFFFF), np.uint32)
    words = np.empty(_BLOCK + n - 1, np.uint64)
    low, high = np.empty(_BLOCK, np.uint32), np.empty(_BLOCK, np.uint32)
    half = len(a) // 2
    for row in range(len(out)):
        at, end, have = offsets[row], offsets[row + 1], 0
        while at < end:
            at, have = hash_words(text, at, end, words, have)
            count: int = _grams(words, have, n, low, high)
            _lower(out[row, :half], low[:count], a[:half], b[:half])
            _lower(out[row, half:], high[:count], a[half:], b[half:])
            kept = min(n - 1, have)
            words[:kept] = words[have - kept : have]
            have = kept
    return out


@kernel
def band_keys(values: np.ndarray, bands: int) -> np.ndarray:
    """Return uint64[rows, bands], a hash with its top bit set: band i is the values i, i + bands, i + 2 bands, and so on."""
    out = np.empty((len(values), bands), np.uint64)
    for row in range(len(values)):
        for band in range(bands):
            key: np.uint64 = mix64(np.uint64(band + 1))
            for j in range(band, values.shape[1], bands):
                key = mix64(key ^ np.uint64(values[row, j]))
            out[row, band] = key | TOP_BIT
    return out


@kernel
def agreements(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return int64[rows]: how many values of each two signatures are equal; their share estimates the Jaccard similarity."""
    out = np.zeros(len(left), np.int64)
    for row in range(len(left)):
        for j in range(left.shape[1]):
            out[row] += left[row, j] == right[row, j]
    return out


@kernel
def sketches(values: np.ndarray) -> np.ndarray:
    """Return uint64[rows], a signature in brief: a byte of each of its first five values, then three bytes of a hash of them all.

    Sorted, equal signatures are neighbours, and similar ones likely are: the more of its first values two share, the closer they lie.
    """
    out = np.empty(len(values), np.uint64)
    for row in range(len(values)):
        digest: np.uint64 = np.uint64(0)
        for value in values[row]:
            digest = mix64(digest ^ np.uint64(value))
        digest >>= np.uint64(40)
        for j in range(min(5, values.shape[1])):
            digest |= (mix64(np.uint64(values[row, j])) & np.uint64(0xFF)) << np.uint64(56 - 8 * j)
        out[row] = digest
    return out
