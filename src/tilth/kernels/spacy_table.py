"""The table of a page's words, and how a row gets into it.

Columns of `words` (int32): first byte, bytes, code points, flags. `hashes` (uint64) stands beside it: equal words have equal hashes.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import Language, find_known, is_seen
from tilth.kernels.text_bytes import code_point, hash_bytes, pair, peek, width
from tilth.kernels.text_classes import ALPHABETIC, PUNCTUATION, SENTENCE_END, WORDLIKE

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Words = np.ndarray[tuple[int, int], np.dtype[np.int32]]
Totals = np.ndarray[tuple[int], np.dtype[np.int64]]

START, SIZE, CHARS, FLAGS = range(4)
WORD_COLUMNS = 4
HAS_LETTER, HAS_WORDLIKE, ALL_PUNCTUATION, ENDS_SENTENCE = 1, 2, 4, 8
AFTER_GAP, STARTS_RUN, TAKEN = 16, 32, 64  # a gap: a token of white space, which spaCy makes of all but single spaces

# places in `totals`: what a scan of a page has found so far
ALL_WORDS, ALL_LINES, ALL_CHARS, HASH_MARKS, ELLIPSES, RUN_STARTS, FIRST_WORD = range(7)
TOTALS = 7

ZERO = np.int64(0)  # a literal 0 would be a type of its own, and everything it is passed to compiled once more


@kernel(allocates=False)
def word_flags(some: int, every: int, chars: int) -> int:
    """Return the flags of a word from those of its characters."""
    flags = HAS_LETTER if some & ALPHABETIC else 0
    if some & WORDLIKE:
        flags |= HAS_WORDLIKE
    if every & PUNCTUATION:
        flags |= ALL_PUNCTUATION
    if chars == 1 and some & SENTENCE_END:
        flags |= ENDS_SENTENCE
    return flags


@kernel(allocates=False)
def add_word(
    start: int, end: int, chars: int, key: np.uint64, known: int, language: Language, hashes: Hashes, words: Words, word: int,
    totals: Totals,
) -> int:
    """Complete a row of `words`, and note where a known run of words may start."""
    hashes[word] = key
    words[word, START], words[word, SIZE], words[word, CHARS] = start, end - start, chars
    may_follow = known and language[known + 2] and word > totals[FIRST_WORD] and not words[word, FLAGS] & AFTER_GAP
    if may_follow and is_seen(language, pair(hashes[word - 1], key)):
        words[word - 1, FLAGS] |= STARTS_RUN
        totals[RUN_STARTS] += 1
    return word + 1


@kernel(allocates=False)
def add_token(
    page: Bytes, start: int, end: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, totals: Totals
) -> int:
    """Add page[start:end] as one word."""
    i, chars, some, every = start, ZERO, ZERO, ~ZERO
    while i < end:
        kind = peek(language, code_point(page, i))
        some |= kind
        every &= kind
        i += width(peek(page, i))
        chars += 1
    words[word, FLAGS] = word_flags(some, every, chars) | gap
    key = hash_bytes(page, start, end)
    return add_word(start, end, chars, key, find_known(language, page, start, end, key), language, hashes, words, word, totals)


@kernel(allocates=False)
def add_exception(
    page: Bytes, start: int, known: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, totals: Totals
) -> int:
    """Add the words that a known text becomes, at `start`."""
    for token in range(language[known + 3]):
        end = start + language[known + 4 + token]
        word = add_token(page, start, end, gap if token == 0 else ZERO, language, hashes, words, word, totals)
        start = end
    return word
