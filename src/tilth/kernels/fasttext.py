"""fastText's classifier over Arrow's bytes: the words of a text and their n-grams, the mean of their vectors, the output layer.

The method is that of Joulin, Grave, Bojanowski and Mikolov (2016, "Bag of Tricks for Efficient Text Classification"). How text is cut
and hashed, and the order in which float32 numbers are added, are those of the program facebookresearch/fastText (0.9.2; its
src/dictionary.cc, model.cc and loss.cc): the same text gets the same probabilities, to the last bit. Only what words come to is
remembered, as rows and not as sums, since sums of sums would round otherwise.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.fasttext_output import Output, score, trail_of
from tilth.kernels.fasttext_sum import add_rows
from tilth.kernels.fasttext_words import Input, Int, eight, equal, find, hash_of, is_label, next_word, row_of, subwords
from tilth.kernels.jit import kernel

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(116049371)  # what a hash of words is multiplied by before the next word's is added
_END = np.frombuffer(b"</s>", np.uint8)  # the word that ends a text; what follows one in the midst of it is not read
_REMEMBERED = 24  # longest word (bytes) whose rows are remembered
_FEW = 4  # rows that most words do not have more of
_PIECE = 4096  # rows that a remembered word cannot have more of
LONGEST = _PIECE // (_REMEMBERED + 3)  # that character n-grams may be, for that


class _Sum(NamedTuple):
    """A sum of vectors, float32[dim], the rows that wait to be added to it in turn, int32[2 pieces], and how many wait and are added.

    They wait because one long loop over rows is foreseeable for the processor, and a short one for each word is not.
    """

    vector: np.ndarray
    waiting: np.ndarray
    counts: np.ndarray


class Memo(NamedTuple):
    """The rows of short words that were seen before, for one model and one thread at a time.

    `words` uint64[2**k, 4]: a word's bytes, none of which is zero, then from << 16 | number + 1: which of `rows` are its own, behind its
    hash; number -1: it is a label. `used`: how many there are of both, and how often it was full and emptied.
    """

    words: np.ndarray
    rows: np.ndarray
    used: np.ndarray


def new_memo(slots: int = 1 << 16) -> Memo:
    """Return an empty memory for half as many words as it has slots, a power of two; 64 bytes a slot, 4 MB by default."""
    return Memo(np.zeros((slots, 4), np.uint64), np.empty(8 * slots + _PIECE + _FEW, np.int32), np.zeros(3, np.int64))


def roomy(memo: Memo, most: int = 1 << 20) -> Memo:
    """Return `memo`, or an empty one of four times its slots, up to `most` (64 MB), if it was full: to learn a word costs ten times as
    much as to find it again."""
    return new_memo(4 * len(memo.words)) if memo.used[2] and len(memo.words) < most else memo


@kernel(allocates=False)
def _seen(text: Bytes, start: Int, end: Int, words: np.ndarray) -> Int:
    """Return the place of a short word in `Memo.words`: its own, or the empty one that it is to take."""
    a, b, c = eight(text, start, end), eight(text, start + 8, end), eight(text, start + 16, end)
    slot = np.int64((((a * _SPREAD + b) * _SPREAD + c) * _SPREAD) >> np.uint64(40)) & (len(words) - 1)
    while words[slot, 0] and not (words[slot, 0] == a and words[slot, 1] == b and words[slot, 2] == c):
        slot = (slot + 1) & (len(words) - 1)
    return slot


@kernel(allocates=False)
def _learn(source: Input, text: Bytes, start: Int, end: Int, memo: Memo, slot: Int) -> Int:
    """Remember at `slot` a short word that is not in the memory, which is emptied first if it is full; return its place."""
    if 2 * memo.used[0] > len(memo.words) or memo.used[1] + _PIECE > len(memo.rows) - _FEW:
        memo.words[:, 0] = 0
        memo.used[0], memo.used[1], memo.used[2] = 0, 0, memo.used[2] + 1
        slot = _seen(text, start, end, memo.words)
    first = memo.used[1] + 1
    entry, last = find(source, text, start, end), first
    memo.rows[first - 1] = np.int32(hash_of(text, start, end))
    label = is_label(source, text, start, end, entry)
    if not label:
        if entry >= 0:
            memo.rows[last] = entry
            last += 1
        if source.longest >= source.shortest:
            _, last = subwords(source, text, start, end, start - 1, memo.rows, last)
    memo.used[0] += 1
    memo.used[1] = last
    for k in range(3):
        memo.words[slot, k] = eight(text, start + 8 * k, end)
    memo.words[slot, 3] = np.uint64(first << 16 | (0 if label else last - first + 1))
    return slot


@kernel(allocates=False)
def _add(weights: np.ndarray, total: _Sum) -> None:
    """Add what waits."""
    add_rows(weights, total.waiting, 0, total.counts[0], total.vector)
    total.counts[1] += total.counts[0]
    total.counts[0] = 0


@kernel(allocates=False, inline=True)
def _wait(total: _Sum, row: Int) -> None:
    total.waiting[total.counts[0]] = row
    total.counts[0] += 1


@kernel(allocates=False)
def _take_long(source: Input, text: Bytes, start: Int, end: Int, total: _Sum, hashes: np.ndarray, words: Int) -> Int:
    """Add the rows of a word, however long, and set `hashes[words]`; return one word more, or as many, and do nothing, if it is a label."""
    entry, at = find(source, text, start, end), start - 1
    if is_label(source, text, start, end, entry):
        return words
    hashes[words] = np.int32(hash_of(text, start, end))
    if entry >= 0:
        _wait(total, entry)
    while at <= end:
        at, total.counts[0] = subwords(source, text, start, end, at, total.waiting, total.counts[0])
        _add(source.weights, total)
    return words + 1


@kernel(allocates=False, inline=True)
def _take(source: Input, text: Bytes, start: Int, end: Int, memo: Memo, total: _Sum, hashes: np.ndarray, words: Int) -> Int:
    """The same of any word, but rows of a short one may wait."""
    if end - start > _REMEMBERED:
        return _take_long(source, text, start, end, total, hashes, words)
    slot = _seen(text, start, end, memo.words)
    if memo.words[slot, 0] == 0:
        slot = _learn(source, text, start, end, memo, slot)
    found, have = np.int64(memo.words[slot, 3]), total.counts[0]
    first, number = found >> 16, (found & 0xFFFF) - 1
    hashes[words] = memo.rows[first - 1]
    for k in range(_FEW):  # copied whether they are its own or not: to ask costs more
        total.waiting[have + k] = memo.rows[first + k]
    for k in range(_FEW, number):
        total.waiting[have + k] = memo.rows[first + k]
    total.counts[0] += max(0, number)
    return words + np.int64(number >= 0)


@kernel(allocates=False)
def _take_word_ngrams(source: Input, hashes: np.ndarray, words: Int, total: _Sum) -> None:
    """Let the rows of the n-grams of 2 words and more wait, of the words with these hashes (int32, as fastText extends the sign)."""
    for i in range(words):
        h = np.uint64(hashes[i])
        for j in range(i + 1, min(i + source.word_ngrams, words)):
            h = h * _TURN + np.uint64(hashes[j])
            row = row_of(source, h)
            if row >= 0:
                _wait(total, row)
        if total.counts[0] >= _PIECE:
            _add(source.weights, total)


@kernel(allocates=False)
def _embed(source: Input, text: Bytes, at: Int, end: Int, memo: Memo, hashes: np.ndarray, total: _Sum) -> Int:
    """Set `total` to the mean of the vectors of `text[at:end]`; return how many they are."""
    total.counts[0] = total.counts[1] = 0
    for j in range(len(total.vector)):
        total.vector[j] = 0
    words = np.int64(0)
    start, at = next_word(text, at, end)
    while start < end and not (at - start == len(_END) and equal(text, start, _END, 0, len(_END))):
        words = _take(source, text, start, at, memo, total, hashes, words)
        if total.counts[0] >= _PIECE:
            _add(source.weights, total)
        start, at = next_word(text, at, end)
    entry = find(source, _END, 0, len(_END))
    if entry >= 0:
        _wait(total, entry)
    if source.word_ngrams > 1:
        hashes[words] = np.int32(hash_of(_END, 0, len(_END)))
        _take_word_ngrams(source, hashes, words + 1, total)
    _add(source.weights, total)
    for j in range(len(total.vector)):
        total.vector[j] *= np.float32(1.0 / max(1, total.counts[1]))
    return total.counts[1]


@kernel
def _room(offsets: Offsets) -> np.ndarray:
    """Return room for the hashes of the words of any of these texts."""
    longest = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return np.empty(longest // 2 + 2, np.int32)


@kernel
def classify(
    offsets: Offsets, text: Bytes, source: Input, layer: Output, wanted: np.ndarray, memo: Memo
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the best label of each text (int32[rows], -1 where there is none), its probability (float32[rows]), and those of `wanted`.

    `wanted` int32[k] are numbers of labels; their probabilities are float32[rows, k], 0 where fastText gives none. `memo`, of this model
    alone, is what earlier calls left behind; it changes how long this takes, and nothing else.
    """
    count = len(offsets) - 1
    best, chances, others = np.full(count, -1, np.int32), np.zeros(count, np.float32), np.zeros((count, len(wanted)), np.float32)
    total = _Sum(np.empty(source.weights.shape[1], np.float32), np.empty(2 * _PIECE, np.int32), np.zeros(2, np.int64))
    hashes, trail, scores = _room(offsets), trail_of(layer, wanted), np.empty(len(layer.weights), np.float32)
    for i in range(count):
        if _embed(source, text, offsets[i], offsets[i + 1], memo, hashes, total):
            top = score(layer, total.vector, trail, scores)
            if top >= 0:
                best[i], chances[i] = top, np.float32(math.exp(scores[top]))
            for k in range(len(wanted)):
                others[i, k] = np.float32(math.exp(scores[wanted[k]]))
    return best, chances, others
