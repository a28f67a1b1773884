"""fastText's classifier over Arrow's bytes: words, their character n-grams, the mean of their vectors, the output layer.

The method is that of Joulin, Grave, Bojanowski and Mikolov (2016, "Bag of Tricks for Efficient Text Classification"); cutting, hashing
and the order in which float32 numbers are added are those of the program facebookresearch/fastText (version 0.9.2), so that the same
text gives the same probabilities to the last bit.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.fasttext_output import Output, score, trail_of
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

Int = Any  # int64 here: a position, a count, a row
Hash = Any  # uint32 here

_BASIS, _PRIME = np.uint32(2166136261), np.uint32(16777619)  # of FNV-1a, which numbers words and n-grams
_TURN = np.uint64(116049371)  # what a hash of words is multiplied by before the next word's is added
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW = np.uint64(0x2121212121212121)  # a byte of 33 eight times: white space is below
_HIGHS = np.uint64(0x8080808080808080)
_END = np.frombuffer(b"</s>", np.uint8)  # the word that ends a text
_LABEL = np.frombuffer(b"__label__", np.uint8)
_OPEN, _CLOSE = np.uint8(60), np.uint8(62)  # "<" and ">" around a word
_REMEMBERED = 24  # longest word (bytes) whose rows are remembered
_FEW = 4
_PIECE = 4096  # rows of a longer word that are added at a time
LONGEST = _PIECE // (_REMEMBERED + 3)  # character n-grams may be: so the rows of a short word are one piece


class Input(NamedTuple):
    """The dictionary and the input layer.

    Words come before labels in `word_ends` int64[entries + 1] and `word_bytes`; `slots` int32[2**k] finds them by hash. `weights`
    float32[rows, dim] has the vectors of the `words` words, then those of the n-grams: all `buckets` of them, or, where `kept`
    (uint64[buckets / 64], a bit each) is not empty, those it marks, in order; `ranks` int32[buckets / 64] counts those before.
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


class _Sum(NamedTuple):
    """A sum of vectors, float32[dim], the rows that wait to be added to it in turn, int32[*], and how many wait and how many are added.

    They wait because one long loop over rows is foreseeable for the processor, and a short one for each word is not.
    """

    vector: np.ndarray
    waiting: np.ndarray
    counts: np.ndarray


class _Memo(NamedTuple):
    """The rows of short words that were seen before.

    `words` uint64[2**k, 4]: a word's bytes, none of which is zero, then from << 16 | number + 1, which says where in `rows` its own
    are; number -1: it is a label. `used`: how many there are of both.
    """

    words: np.ndarray
    rows: np.ndarray
    used: np.ndarray


@kernel(allocates=False, inline=True)
def _hashed(h: Hash, byte: Any) -> Hash:
    """Return FNV-1a's next state; bytes count as signed, as they did on the machine that fastText was written on."""
    return np.uint32((h ^ np.uint32(np.int8(byte))) * _PRIME)


@kernel(allocates=False)
def _hash(text: Bytes, start: Int, end: Int) -> Hash:
    h = _BASIS
    for at in range(start, end):
        h = _hashed(h, text[at])
    return h


@kernel(allocates=False, inline=True)
def _is_space(byte: Any) -> bool:
    return byte <= 32 and (byte == 32 or 9 <= byte <= 13 or byte == 0)


@kernel(allocates=False)
def _equal(a: Bytes, at: Int, b: Bytes, other: Int, size: Int) -> bool:
    i = 0
    while i < size and a[at + i] == b[other + i]:
        i += 1
    return i == size


@kernel(allocates=False)
def _find(source: Input, text: Bytes, start: Int, end: Int) -> Int:
    """Return the number of a word in the dictionary, -1 if it is not there."""
    mask = len(source.slots) - 1
    slot = np.int64(_hash(text, start, end)) & mask
    while source.slots[slot] >= 0:
        entry = source.slots[slot]
        at = source.word_ends[entry]
        if source.word_ends[entry + 1] - at == end - start and _equal(source.word_bytes, at, text, start, end - start):
            return np.int64(entry)
        slot = (slot + 1) & mask
    return np.int64(-1)


@kernel
def index(word_ends: np.ndarray, word_bytes: Bytes) -> np.ndarray:
    """Return `slots` for `Input`: int32[2**k], -1 where empty; of two equal words the later counts, as it does in fastText."""
    size = 2
    while size < 2 * len(word_ends):
        size *= 2
    slots = np.full(size, -1, np.int32)
    for entry in range(len(word_ends) - 1):
        start, end = word_ends[entry], word_ends[entry + 1]
        slot = np.int64(_hash(word_bytes, start, end)) & (size - 1)
        while slots[slot] >= 0:
            at = word_ends[slots[slot]]
            if word_ends[slots[slot] + 1] - at == end - start and _equal(word_bytes, at, word_bytes, start, end - start):
                break
            slot = (slot + 1) & (size - 1)
        slots[slot] = entry
    return slots


@kernel(allocates=False, inline=True)
def _ones(x: Any) -> Int:
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel(allocates=False, inline=True)
def _row(source: Input, h: Any) -> Int:
    """Return the row of an n-gram's hash, -1 if the model has none for it."""
    bucket = np.int64(h % np.uint64(source.buckets))
    if len(source.kept) == 0:
        return source.words + bucket
    word, bit = source.kept[bucket >> 6], np.uint64(1) << np.uint64(bucket & 63)
    if word & bit == 0:
        return np.int64(-1)
    return source.words + np.int64(source.ranks[bucket >> 6]) + _ones(word & (bit - np.uint64(1)))


@kernel(allocates=False)
def _subwords(source: Input, text: Bytes, start: Int, end: Int, at: Int, rows: np.ndarray, have: Int) -> tuple[Int, Int]:
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
                    row = _row(source, np.uint64(h))
                    if row >= 0:
                        rows[have] = row
                        have += 1
                if to > end:
                    break
        at += 1
    return at, have


@kernel(allocates=False)
def _add(weights: np.ndarray, total: _Sum) -> None:
    """Add what waits, in fastText's order."""
    for i in range(total.counts[0]):
        row = total.waiting[i]
        for j in range(len(total.vector)):
            total.vector[j] += weights[row, j]
    total.counts[1] += total.counts[0]
    total.counts[0] = 0


@kernel(allocates=False, inline=True)
def _eight(text: Bytes, at: Int, end: Int) -> Any:
    """Return up to eight bytes of `text[at:end]` as a little-endian number, zeros after them."""
    if at + 8 <= len(text):
        left = end - at
        return load64(text, at) & (_ALL if left >= 8 else (np.uint64(1) << np.uint64(8 * max(0, left))) - np.uint64(1))
    word = np.uint64(0)
    for i in range(at, min(end, len(text))):
        word |= np.uint64(text[i]) << np.uint64(8 * (i - at))
    return word


@kernel(allocates=False)
def _word(text: Bytes, at: Int, end: Int) -> tuple[Int, Int]:
    """Return where the next word begins and ends; both are `end` if there is none."""
    while at < end and _is_space(text[at]):
        at += 1
    start = at
    while at < end:
        chunk = _eight(text, at, end)
        low = (chunk - _LOW) & ~chunk & _HIGHS  # the lowest bit that is set is of the first byte below 33
        if low == 0:
            at += 8
            continue
        at += _ones((low & (~low + np.uint64(1))) - np.uint64(1)) >> 3
        if at >= end or _is_space(text[at]):
            break
        at += 1
    return start, min(at, end)


@kernel(allocates=False)
def _is_label(source: Input, text: Bytes, start: Int, end: Int, entry: Int) -> bool:
    """Tell whether a word is a label in a line of training data, which fastText does not read as text."""
    if entry >= 0:
        return entry >= source.words
    return end - start >= len(_LABEL) and _equal(text, start, _LABEL, 0, len(_LABEL))


@kernel(allocates=False)
def _seen(text: Bytes, start: Int, end: Int, words: np.ndarray) -> Int:
    """Return the place of a short word in `_Memo.words`: its own, or the empty one that it is to take."""
    a, b, c = _eight(text, start, end), _eight(text, start + 8, end), _eight(text, start + 16, end)
    slot = np.int64((((a * _SPREAD + b) * _SPREAD + c) * _SPREAD) >> np.uint64(40)) & (len(words) - 1)
    while words[slot, 0] and not (words[slot, 0] == a and words[slot, 1] == b and words[slot, 2] == c):
        slot = (slot + 1) & (len(words) - 1)
    return slot


@kernel(allocates=False)
def _learn(source: Input, text: Bytes, start: Int, end: Int, memo: _Memo) -> Int:
    """Remember a short word that is not in the memory, which is emptied first if it is full; return its place."""
    if 4 * memo.used[0] > len(memo.words) or memo.used[1] + _PIECE > len(memo.rows):
        memo.words[:, 0] = 0
        memo.used[:] = 0
    slot = _seen(text, start, end, memo.words)
    first = memo.used[1]
    number = _look_up(source, text, start, end, memo.rows, first) - first
    memo.used[0] += 1
    memo.used[1] += max(0, number)
    for k in range(3):
        memo.words[slot, k] = _eight(text, start + 8 * k, end)
    memo.words[slot, 3] = np.uint64(first << 16 | number + 1)
    return slot


@kernel(allocates=False)
def _look_up(source: Input, text: Bytes, start: Int, end: Int, rows: np.ndarray, have: Int) -> Int:
    """Write into `rows[have:]` the rows of a short word; return how many there are then, one less than before: it is a label."""
    entry = _find(source, text, start, end)
    if _is_label(source, text, start, end, entry):
        return have - 1
    if entry >= 0:
        rows[have] = entry
        have += 1
    return _subwords(source, text, start, end, start - 1, rows, have)[1]


@kernel(allocates=False)
def _queue_long(source: Input, text: Bytes, start: Int, end: Int, total: _Sum) -> bool:
    entry, at = _find(source, text, start, end), start - 1
    if _is_label(source, text, start, end, entry):
        return False
    if entry >= 0:
        total.waiting[total.counts[0]] = entry
        total.counts[0] += 1
    while at <= end:
        at, total.counts[0] = _subwords(source, text, start, end, at, total.waiting, total.counts[0])
        _add(source.weights, total)
    return True


@kernel(allocates=False, inline=True)
def _queue(source: Input, text: Bytes, start: Int, end: Int, memo: _Memo, total: _Sum) -> bool:
    """Let the rows of a word, however long, wait to be added; return false, and do nothing, if it is a label."""
    have = total.counts[0]
    if end - start <= _REMEMBERED:
        slot = _seen(text, start, end, memo.words)
        if memo.words[slot, 0] == 0:
            slot = _learn(source, text, start, end, memo)
        found = np.int64(memo.words[slot, 3])
        first, number = found >> 16, (found & 0xFFFF) - 1
        for k in range(_FEW):  # copied whether they are its own or not: to ask costs more
            total.waiting[have + k] = memo.rows[first + k]
        for k in range(_FEW, number):
            total.waiting[have + k] = memo.rows[first + k]
        total.counts[0] += max(0, number)
        return number >= 0
    return _queue_long(source, text, start, end, total)


@kernel(allocates=False)
def _queue_end(source: Input, hashes: np.ndarray, words: Int, total: _Sum) -> None:
    """Let the row of the word that ends every text wait to be added, then those of the n-grams of 2 words and more."""
    entry = _find(source, _END, 0, len(_END))
    if entry >= 0:
        total.waiting[total.counts[0]] = entry
        total.counts[0] += 1
    if source.word_ngrams > 1:
        hashes[words] = np.int32(_hash(_END, 0, len(_END)))
        words += 1
    for i in range(words if source.word_ngrams > 1 else 0):
        h = np.uint64(hashes[i])
        for j in range(i + 1, min(i + source.word_ngrams, words)):
            h = h * _TURN + np.uint64(hashes[j])
            row = _row(source, h)
            if row >= 0:
                if total.counts[0] >= _PIECE:
                    _add(source.weights, total)
                total.waiting[total.counts[0]] = row
                total.counts[0] += 1


@kernel(allocates=False)
def _embed(source: Input, text: Bytes, at: Int, end: Int, memo: _Memo, hashes: np.ndarray, total: _Sum) -> None:
    """Set `total` to the mean of the vectors of `text[at:end]`."""
    total.counts[0] = total.counts[1] = 0
    for j in range(len(total.vector)):
        total.vector[j] = 0
    words = 0
    start, at = _word(text, at, end)
    while start < end and not (at - start == len(_END) and _equal(text, start, _END, 0, len(_END))):
        if _queue(source, text, start, at, memo, total) and source.word_ngrams > 1:
            hashes[words] = np.int32(_hash(text, start, at))
            words += 1
        if total.counts[0] >= _PIECE:
            _add(source.weights, total)
        start, at = _word(text, at, end)
    _queue_end(source, hashes, words, total)
    _add(source.weights, total)
    if total.counts[1]:
        for j in range(len(total.vector)):
            total.vector[j] *= np.float32(1.0 / total.counts[1])


@kernel
def _memo(size: Int) -> _Memo:
    """Return an empty memory for texts of together `size` bytes."""
    slots = 1 << 8
    while slots < (1 << 17) and slots < size // 4:
        slots *= 2
    return _Memo(np.zeros((slots, 4), np.uint64), np.empty(4 * slots + _PIECE + _FEW, np.int32), np.zeros(2, np.int64))


@kernel
def _longest(offsets: Offsets) -> Int:
    longest = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return longest


@kernel
def classify(offsets: Offsets, text: Bytes, source: Input, layer: Output, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the best label of each text (int32[rows], -1 where there is none), its probability (float32[rows]), and those of `wanted`.

    `wanted` int32[k] are numbers of labels; their probabilities are float32[rows, k], 0 where fastText gives none.
    """
    count = len(offsets) - 1
    best, chances, others = np.full(count, -1, np.int32), np.zeros(count, np.float32), np.zeros((count, len(wanted)), np.float32)
    total = _Sum(np.empty(source.weights.shape[1], np.float32), np.empty(2 * _PIECE, np.int32), np.zeros(2, np.int64))
    memo, hashes = _memo(offsets[-1] - offsets[0]), np.empty(_longest(offsets) // 2 + 2 if source.word_ngrams > 1 else 0, np.int32)
    trail, scores = trail_of(layer, wanted), np.empty(len(layer.weights), np.float32)
    for i in range(count):
        _embed(source, text, offsets[i], offsets[i + 1], memo, hashes, total)
        if total.counts[1] == 0:
            continue
        top = score(layer, total.vector, trail, scores)
        if top >= 0:
            best[i], chances[i] = top, np.float32(math.exp(scores[top]))
        for k in range(len(wanted)):
            others[i, k] = np.float32(math.exp(scores[wanted[k]]))
    return best, chances, others
