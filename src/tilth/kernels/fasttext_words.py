"""How fastText cuts text into words and character n-grams, and numbers them: the rows of its input layer."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

Int = Any  # int64 here: a position, a count, a row
Hash = Any  # uint32 here, or uint64 of words

_BASIS, _PRIME = np.uint32(2166136261), np.uint32(16777619)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_HIGHS = np.uint64(0x8080808080808080)
_SPACES = np.uint64(0x2121212121212121)  # white space is below 33
_LABEL = np.frombuffer(b"__label__", np.uint8)
_OPEN, _CLOSE = np.uint8(60), np.uint8(62)  # "<" and ">" around a word


class Input(NamedTuple):
    """The dictionary and the input layer.

    Words come before labels in `word_ends` int64[entries + 1] and `word_bytes`; `slots` int32[2**k] finds them by hash. `weights`
    float32[rows, dim] has the vectors of the `words` words, then those of n-grams: of all `buckets` that their hashes fall into, or,
    where `kept` (uint64[buckets / 64], a bit each) is not empty, of those it marks, in order; `ranks` int32[buckets / 64] counts the
    marks before. Character n-grams are of `shortest` to `longest` code points, n-grams of words of 2 to `word_ngrams` words.
    """

    words: int
    word_ends: np.ndarray
    word_bytes: np.ndarray
    slots: np.ndarray
    weights: np.ndarray
    buckets: int
    kept: np.ndarray
    ranks: np.ndarray
    shortest: int
    longest: int
    word_ngrams: int


@kernel(allocates=False, inline=True)
def _hashed(h: Hash, byte: Any) -> Hash:
    """Return the next state of FNV-1a, but a byte counts as signed, as it did on the machine that fastText was written on."""
    return np.uint32((h ^ np.uint32(np.int8(byte))) * _PRIME)


@kernel(allocates=False)
def hash_of(text: Bytes, start: Int, end: Int) -> Hash:
    h = _BASIS
    for at in range(start, end):
        h = _hashed(h, text[at])
    return h


@kernel(allocates=False)
def equal(a: Bytes, at: Int, b: Bytes, other: Int, size: Int) -> bool:
    i = 0
    while i < size and a[at + i] == b[other + i]:
        i += 1
    return i == size


@kernel(allocates=False)
def _slot(source: Input, text: Bytes, start: Int, end: Int) -> Int:
    """Return the place of a word in `slots`: its own, or the empty one that it would take."""
    mask = len(source.slots) - 1
    slot = np.int64(hash_of(text, start, end)) & mask
    while source.slots[slot] >= 0:
        at, to = source.word_ends[source.slots[slot]], source.word_ends[source.slots[slot] + 1]
        if to - at == end - start and equal(source.word_bytes, at, text, start, to - at):
            break
        slot = (slot + 1) & mask
    return slot


@kernel(allocates=False)
def find(source: Input, text: Bytes, start: Int, end: Int) -> Int:
    """Return the number of a word or label in the dictionary, -1 if it is not there."""
    return np.int64(source.slots[_slot(source, text, start, end)])


@kernel(allocates=False)
def index(source: Input) -> None:
    """Fill `source.slots`, all -1; of two equal words the later counts, as it does in fastText."""
    for entry in range(len(source.word_ends) - 1):
        source.slots[_slot(source, source.word_bytes, source.word_ends[entry], source.word_ends[entry + 1])] = entry


@kernel(allocates=False)
def is_label(source: Input, text: Bytes, start: Int, end: Int, entry: Int) -> bool:
    """Tell whether a word, number `entry` in the dictionary, is a label of training data, which fastText does not read as text."""
    if entry >= 0:
        return entry >= source.words
    return end - start >= len(_LABEL) and equal(text, start, _LABEL, 0, len(_LABEL))


@kernel(allocates=False, inline=True)
def _is_space(byte: Any) -> bool:
    return byte <= 32 and (byte == 32 or 9 <= byte <= 13 or byte == 0)


@kernel(allocates=False, inline=True)
def _ones(x: Any) -> Int:
    """Return how many bits of a uint64 are set."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel(allocates=False, inline=True)
def eight(text: Bytes, at: Int, end: Int) -> Any:
    """Return up to eight bytes of `text[at:end]` as a little-endian uint64, zeros behind them."""
    if at + 8 <= len(text):
        left = end - at
        return load64(text, at) & (_ALL if left >= 8 else (np.uint64(1) << np.uint64(8 * max(0, left))) - np.uint64(1))
    chunk = np.uint64(0)
    for i in range(at, min(end, len(text))):
        chunk |= np.uint64(text[i]) << np.uint64(8 * (i - at))
    return chunk


@kernel(allocates=False)
def next_word(text: Bytes, at: Int, end: Int) -> tuple[Int, Int]:
    """Return where the next word begins and ends; both are `end` if there is none."""
    while at < end and _is_space(text[at]):
        at += 1
    start = at
    while at < end:
        chunk = eight(text, at, end)
        low = (chunk - _SPACES) & ~chunk & _HIGHS  # its lowest bit is of the first byte below 33 (Mycroft's test)
        if low == 0:
            at += 8
            continue
        at += _ones((low & (~low + np.uint64(1))) - np.uint64(1)) >> 3
        if at >= end or _is_space(text[at]):
            break
        at += 1
    return start, min(at, end)


@kernel(allocates=False, inline=True)
def row_of(source: Input, h: Hash) -> Int:
    """Return the row of the n-gram with the hash `h` (uint64), -1 if the model has none for it."""
    bucket = np.int64(h % np.uint64(source.buckets))
    if len(source.kept) == 0:
        return source.words + bucket
    marks, bit = source.kept[bucket >> 6], np.uint64(1) << np.uint64(bucket & 63)
    if marks & bit == 0:
        return np.int64(-1)
    return source.words + np.int64(source.ranks[bucket >> 6]) + _ones(marks & (bit - np.uint64(1)))


@kernel(allocates=False)
def subwords(source: Input, text: Bytes, start: Int, end: Int, at: Int, rows: np.ndarray, have: Int) -> tuple[Int, Int]:
    """Write into `rows[have:]` the rows of the n-grams of "<word>" that begin at `at` or later, while there is room.

    Return where to go on, past `end` when all is done, and how many rows there are. "<" is at `start - 1`, ">" at `end`.
    """
    most = source.longest - source.shortest + 1
    while at <= end and have + most <= len(rows):
        if not (start <= at < end and text[at] & 0xC0 == 0x80):
            h, to = _BASIS, at
            for n in range(1, source.longest + 1):
                h = _hashed(h, _OPEN if to < start else _CLOSE if to == end else text[to])
                to += 1
                while to < end and text[to] & 0xC0 == 0x80:
                    h = _hashed(h, text[to])
                    to += 1
                if n >= source.shortest and not (n == 1 and (at < start or to > end)):
                    row = row_of(source, np.uint64(h))
                    if row >= 0:
                        rows[have] = row
                        have += 1
                if to > end:
                    break
        at += 1
    return at, have
