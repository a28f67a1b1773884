"""Exceptions whose pieces were cut apart, or stand in several chunks, put together again among the words of a page.

Source of the behaviour: spaCy (MIT), `Tokenizer._apply_special_cases`: the longest match first, then the leftmost; one with a space inside
stays as it is, but takes its words from others.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import Chunk
from tilth.kernels.spacy_rules import KNOWN, KNOWN_COLUMNS, LONGEST_RUN, PAIR_SLOTS, RUN_COLUMNS, RUNS, SLOTS, Language, spells
from tilth.kernels.spacy_table import (
    AFTER_GAP,
    FIRST_WORD,
    FLAGS,
    SIZE,
    START,
    STARTS_RUN,
    TAKEN,
    WORD_COLUMNS,
    ZERO,
    Hashes,
    Totals,
    Words,
    add_exception,
)
from tilth.kernels.text_bytes import pair

WORD, RUN = range(2)  # columns of `chunk`, which serves as a list of spots here: a word that may start a run, the run chosen for it or 0
_SLOT_MASK = np.uint64(SLOTS - 1)


@kernel(allocates=False)
def put_together(page: Bytes, language: Language, hashes: Hashes, words: Words, end: int, chunk: Chunk, totals: Totals) -> int:
    """Replace runs of words that spell an exception by its words; the longest runs first, then from the left. Returns the new end."""
    spots = ZERO
    for word in range(totals[FIRST_WORD], end):
        if words[word, FLAGS] & STARTS_RUN:
            chunk[spots, WORD], chunk[spots, RUN] = word, 0
            spots += 1
    for size in range(LONGEST_RUN, 1, -1):
        for spot in range(spots):
            word = chunk[spot, WORD]
            run = find_run(language, page, words, word, size, pair(hashes[word], hashes[word + 1])) if word + size <= end else 0
            if run and not (words[word, FLAGS] | words[word + size - 1, FLAGS]) & TAKEN:
                chunk[spot, RUN] = run
            for taken in range(word, word + size if run else word):
                words[taken, FLAGS] |= TAKEN
    return rewrite(page, language, hashes, words, end, chunk, spots, totals)


@kernel(allocates=False)
def find_run(language: Language, page: Bytes, words: Words, word: int, size: int, key: np.uint64) -> int:
    """Return where the row of the run is that the `size` words from `word` are; 0 if there is none. `key` is the hash of the first two."""
    slot = key & _SLOT_MASK
    while language[PAIR_SLOTS + np.int64(slot)]:
        row = RUNS + (language[PAIR_SLOTS + np.int64(slot)] - 1) * RUN_COLUMNS
        while True:
            if language[row] == size and is_run(language, row, page, words, word):
                return row
            if not language[row + 2]:
                break
            row += RUN_COLUMNS
        slot = (slot + np.uint64(1)) & _SLOT_MASK
    return 0


@kernel(allocates=False)
def is_run(language: Language, row: int, page: Bytes, words: Words, word: int) -> bool:
    """Return whether the words from `word` on are the tokens of the run in `row`, with no token of white space among them."""
    place = language[KNOWN + language[row + 1] * KNOWN_COLUMNS]
    for token in range(language[row]):
        size = language[row + 3 + token]
        if token and words[word + token, FLAGS] & AFTER_GAP:
            return False
        if words[word + token, SIZE] != size or not spells(language, place, page, np.int64(words[word + token, START]), size):
            return False
        place += size
    return True


@kernel(allocates=False)
def rewrite(
    page: Bytes, language: Language, hashes: Hashes, words: Words, end: int, chunk: Chunk, spots: int, totals: Totals
) -> int:
    """Copy the words with the chosen runs replaced; a run with a space in it stays as it is. Returns the new end."""
    longer = ZERO
    for spot in range(spots):
        if chunk[spot, RUN]:
            longer += max(0, language[exception_of(language, chunk[spot, RUN]) + 3] - language[chunk[spot, RUN]])
    to, spot, word = totals[FIRST_WORD], 0, totals[FIRST_WORD]
    if longer:
        for last in range(end - 1, word - 1, -1):
            copy_word(hashes, words, last, last + longer)
    while word < end:
        while spot < spots and (chunk[spot, WORD] < word or chunk[spot, RUN] == 0):
            spot += 1
        if spot < spots and chunk[spot, WORD] == word:
            run = chunk[spot, RUN]
            if is_unbroken(words, word + longer, language[run]):
                first = word + longer
                gap, start = np.int64(words[first, FLAGS] & AFTER_GAP), np.int64(words[first, START])
                to = add_exception(page, start, exception_of(language, run), gap, language, hashes, words, to, totals)
                word += language[run]
                continue
        copy_word(hashes, words, word + longer, to)
        to += 1
        word += 1
    return to


@kernel(allocates=False)
def exception_of(language: Language, run: int) -> int:
    """Return the row of the known text that a run becomes."""
    return KNOWN + language[run + 1] * KNOWN_COLUMNS


@kernel(allocates=False)
def is_unbroken(words: Words, word: int, size: int) -> bool:
    """Return whether no space stands between these words."""
    for i in range(word, word + size - 1):  # noqa: SIM110
        if words[i, START] + words[i, SIZE] != words[i + 1, START]:
            return False
    return True


@kernel(allocates=False)
def copy_word(hashes: Hashes, words: Words, word: int, to: int) -> None:
    """Copy one row."""
    hashes[to] = hashes[word]
    for column in range(WORD_COLUMNS):
        words[to, column] = words[word, column]
