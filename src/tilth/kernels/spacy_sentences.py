"""Sentences as spaCy's sentencizer makes them of its blank English tokens, as places in the text.

Source: spaCy 3.8 (MIT), `Sentencizer`: a sentence ends before the first token that is no punctuation after an end mark; a token of white
space is none.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_table import AFTER_GAP, ALL_PUNCTUATION, ALL_WORDS, ENDS_SENTENCE, FLAGS, TOTALS, WORD_COLUMNS, ZERO
from tilth.kernels.spacy_words import LINE_COLUMNS, SIZE, START, scan
from tilth.kernels.text_bytes import copy_bytes
from tilth.kernels.text_counts import extent


@kernel
def spacy_sentences(offsets: Offsets, data: Bytes, language: Language) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (starts and stops int64[sentences], ends int64[n + 1], the sentences before each text, counts int64[n, 2]) of n texts.

    Starts are first words, stops ends of last words. What is white space alone, as the end of a text can be, is no sentence here, but is
    one among the `counts`: words that are not white space, and sentences as spaCy has them.
    """
    longest, most_lines = extent(offsets, data)
    page, chunk = np.empty(longest + 32, np.uint8), np.empty((longest + 2, 4), np.int64)
    hashes, words = np.empty(2 * longest + 1, np.uint64), np.empty((2 * longest + 1, WORD_COLUMNS), np.int32)
    lines, totals = np.empty((most_lines + 2, LINE_COLUMNS), np.int64), np.zeros(TOTALS, np.int64)
    most = offsets[-1] - offsets[0]
    starts, stops = np.empty(most, np.int64), np.empty(most, np.int64)
    ends, counts = np.zeros(len(offsets), np.int64), np.zeros((len(offsets) - 1, 2), np.int64)
    for row in range(len(counts)):
        begin, size = offsets[row], offsets[row + 1] - offsets[row]
        copy_bytes(data, begin, size, page, ZERO)
        gap = scan(page, ZERO, size, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
        many, at, ended = totals[ALL_WORDS], ends[row], True
        for i in range(many):
            flags = words[i, FLAGS]
            if i == 0 or (ended and (flags & AFTER_GAP or not (flags & ENDS_SENTENCE or flags & ALL_PUNCTUATION))):
                starts[at], ended = begin + words[i, START], False
                at += 1
            ended |= flags & ENDS_SENTENCE != 0
            stops[at - 1] = begin + words[i, START] + words[i, SIZE]
        if gap and not ended:
            stops[at - 1] = begin + size
        ends[row + 1] = at
        blank = many == 0 and size > 0  # a single space is a token where no word comes before it
        counts[row, 0], counts[row, 1] = many, at - ends[row] + (blank or (gap != 0 and ended))
    return starts[: ends[-1]].copy(), stops[: ends[-1]].copy(), ends, counts
