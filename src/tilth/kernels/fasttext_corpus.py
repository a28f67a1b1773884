"""Labelled texts as numbers, read once for training: which words each has, and which rows of the input layer a word stands for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.fasttext_words import Input, Int, equal, hash_of, is_label, next_word, subwords
from tilth.kernels.jit import kernel

_END = np.frombuffer(b"</s>", np.uint8)  # the word that ends a text; what follows one in the midst of it is not read


class Corpus(NamedTuple):
    """Text i has the words `words[ends[i] : ends[i + 1]]` (int32, int64[texts + 1]).

    Word w is `bytes[at[w] : at[w] + sizes[w]]`, has fastText's hash `hashes[w]` (uint32) and occurs `counts[w]` times (int64 all).
    """

    ends: np.ndarray
    words: np.ndarray
    at: np.ndarray
    sizes: np.ndarray
    hashes: np.ndarray
    counts: np.ndarray


@kernel
def _grown(array: np.ndarray, size: Int) -> np.ndarray:
    """Return `array` with at least `size` places, those beyond its own undefined."""
    if size <= len(array):
        return array
    more = np.empty(max(size, 2 * len(array)), array.dtype)
    more[: len(array)] = array
    return more


@kernel
def _spread(hashes: np.ndarray, count: Int, size: Int) -> np.ndarray:
    """Return int32[size], a power of two: the first `count` words where their hashes put them, -1 elsewhere."""
    slots = np.full(size, -1, np.int32)
    for word in range(count):
        slot = np.int64(hashes[word]) & (size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = word
    return slots


@kernel(allocates=False)
def _place(text: Bytes, start: Int, size: Int, h: np.uint32, slots: np.ndarray, at: np.ndarray, sizes: np.ndarray) -> Int:
    """Return the place of a word in `slots`: its own, or the empty one that it is to take."""
    slot = np.int64(h) & (len(slots) - 1)
    while slots[slot] >= 0:
        word = slots[slot]
        if sizes[word] == size and equal(text, at[word], text, start, size):
            break
        slot = (slot + 1) & (len(slots) - 1)
    return slot


@kernel
def corpus_of(offsets: Offsets, text: Bytes, source: Input) -> Corpus:
    """Return the texts as fastText reads them: words that look like labels are left out. `source` is of no words; it tells labels."""
    ends, words = np.zeros(len(offsets), np.int64), np.empty(len(text) // 2 + len(offsets), np.int32)
    at, sizes, counts, hashes = np.empty(1024, np.int64), np.empty(1024, np.int64), np.zeros(1024, np.int64), np.empty(1024, np.uint32)
    slots, known, read = np.full(4096, -1, np.int32), 0, 0
    for i in range(len(offsets) - 1):
        start, here = next_word(text, offsets[i], offsets[i + 1])
        while start < offsets[i + 1]:
            size = here - start
            if size == len(_END) and equal(text, start, _END, 0, size):
                break
            if not is_label(source, text, start, here, -1):
                h = hash_of(text, start, here)
                slot = _place(text, start, size, h, slots, at, sizes)
                if slots[slot] < 0:
                    at, sizes = _grown(at, known + 1), _grown(sizes, known + 1)
                    counts, hashes = _grown(counts, known + 1), _grown(hashes, known + 1)
                    at[known], sizes[known], hashes[known], counts[known] = start, size, h, 0
                    slots[slot] = known
                    known += 1
                word = slots[slot]
                counts[word] += 1
                words[read] = word
                read += 1
                if 2 * known > len(slots):
                    slots = _spread(hashes, known, 2 * len(slots))
            start, here = next_word(text, here, offsets[i + 1])
        ends[i + 1] = read
    return Corpus(ends, words[:read].copy(), at[:known].copy(), sizes[:known].copy(), hashes[:known].copy(), counts[:known].copy())


@kernel
def rows_of_words(text: Bytes, corpus: Corpus, numbers: np.ndarray, source: Input) -> tuple[np.ndarray, np.ndarray]:
    """Return (ends int64[words + 1], rows int32[*]): the rows of the input layer that each word stands for.

    `numbers` int32[words] is a word's own row, -1 for none; those of its character n-grams follow.
    """
    most = source.longest - source.shortest + 1
    ends, rows, have = np.zeros(len(corpus.at) + 1, np.int64), np.empty(4096, np.int32), 0
    for word in range(len(corpus.at)):
        start, size = corpus.at[word], corpus.sizes[word]
        rows = _grown(rows, have + 1 + (size + 2) * max(0, most))
        if numbers[word] >= 0:
            rows[have] = numbers[word]
            have += 1
        if source.longest > 0:
            _, have = subwords(source, text, start, start + size, start - 1, rows, have)
        ends[word + 1] = have
    return ends, rows[:have].copy()
