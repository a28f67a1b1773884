"""The first n-gram of spaCy's tokens of a text that a test item has too: what datatrove's decontamination looks for."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64
from tilth.kernels.jit import kernel
from tilth.kernels.overlap import BASE, Index, found, gram_of, longest
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_words import ALL_WORDS, LINE_COLUMNS, SIZE, START, TOTALS, WORD_COLUMNS, ZERO, scan


@kernel
def datatrove_words(offsets: Offsets, text: Bytes, language: Language) -> tuple[Offsets, np.ndarray]:
    """Return the tokens of each text, as `kernels.normalise` leaves it: (offsets int64[n + 1], hashes uint64[*])."""
    most = 1 + longest(offsets)
    hashes, words = np.empty(2 * most + 1, np.uint64), np.empty((2 * most + 1, WORD_COLUMNS), np.int32)
    lines, chunk, totals = np.empty((3, LINE_COLUMNS), np.int64), np.empty((most + 2, 4), np.int64), np.zeros(TOTALS, np.int64)
    out, ends, size = np.empty(1024, np.uint64), np.zeros(len(offsets), np.int64), 0
    for row in range(len(offsets) - 1):
        count = 0
        if offsets[row + 1] > offsets[row]:
            scan(text, offsets[row], offsets[row + 1] - 1, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
            count = totals[ALL_WORDS]
        while size + count > len(out):
            out = np.concatenate((out, out))
        out[size : size + count] = hashes[:count]
        size += count
        ends[row + 1] = size
    return ends, out[:size].copy()


@kernel
def datatrove_overlaps(offsets: Offsets, text: Bytes, language: Language, index: Index, n: int) -> np.ndarray:
    """Return int64[rows, 1 + 2 n]: the item that has the first n-gram that any has, or -1; where its tokens begin and end in `text`."""
    most = 1 + longest(offsets)
    hashes, words = np.empty(2 * most + 1, np.uint64), np.empty((2 * most + 1, WORD_COLUMNS), np.int32)
    lines, chunk, totals = np.empty((3, LINE_COLUMNS), np.int64), np.empty((most + 2, 4), np.int64), np.zeros(TOTALS, np.int64)
    out, power = np.full((len(offsets) - 1, 1 + 2 * n), -1, np.int64), np.uint64(1)
    for _ in range(n - 1):
        power *= BASE
    for row in range(len(out)):
        if offsets[row + 1] == offsets[row]:
            continue
        scan(text, offsets[row], offsets[row + 1] - 1, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
        count = totals[ALL_WORDS]
        gram = gram_of(hashes, 0, n - 1) if count >= n else np.uint64(0)
        for i in range(count - n + 1):
            gram = gram * BASE + hashes[i + n - 1]
            number = found(mix64(gram), index.grams, index.slots, index.bits)
            if number >= 0:
                out[row, 0] = index.item[index.places[index.first[number]]]
                for k in range(n):
                    out[row, 1 + 2 * k] = words[i + k, START]
                    out[row, 2 + 2 * k] = words[i + k, START] + words[i + k, SIZE]
                break
            gram -= hashes[i] * power
    return out
