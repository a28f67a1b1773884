"""Gopher's quality rules as counts over the words and lines of a page.

Source of the measures: Rae et al. 2021 (Gopher, arXiv 2112.11446), appendix A1.1, as datatrove's GopherQualityFilter (Apache-2.0) counts.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import text_hash
from tilth.kernels.spacy_table import (
    ALL_LINES,
    ALL_WORDS,
    CHARS,
    ELLIPSES,
    FLAGS,
    HAS_LETTER,
    HAS_WORDLIKE,
    HASH_MARKS,
    Hashes,
    Totals,
    Words,
)
from tilth.kernels.spacy_words import FIRST, LAST, Lines
from tilth.kernels.text_repeats import Table, slots_for

_BULLET, _ELLIPSIS = np.int64(0xA2), np.int64(0xA6)  # the last bytes of U+2022 and U+2026; both start with E2 80


def stop_table(words: tuple[str, ...]) -> Table:
    """Return an open addressing table of hashes, and beside each the last document that had the word, none yet.

    >>> stop_table(("the", "of")).shape
    (64, 2)
    """
    table = np.zeros((int(slots_for(16 * len(words))), 2), np.int64)  # mostly empty, for most words are no stop words
    for word in dict.fromkeys(words):
        key = text_hash(word).astype(np.int64)
        slot = int(key) % len(table)
        while table[slot, 0]:
            slot = (slot + 1) % len(table)
        table[slot, 0] = key
    return table


@kernel(allocates=False)
def fold_quality(
    page: Bytes, hashes: Hashes, words: Words, lines: Lines, totals: Totals, stops: Table, document: int, found: Totals
) -> None:
    """Write the counts of words, marks, lines and stop words."""
    found[:9] = 0
    found[0], found[4], found[5] = totals[ALL_WORDS], totals[HASH_MARKS], totals[ELLIPSES]
    proper, chars, lettered, stopped = 0, 0, 0, 0
    for word in range(totals[ALL_WORDS]):
        wordlike = words[word, FLAGS] // HAS_WORDLIKE & 1
        proper += wordlike
        chars += wordlike * words[word, CHARS]
        lettered += words[word, FLAGS] // HAS_LETTER & 1
        stopped += is_new_stop_word(hashes[word], stops, document)
    found[1], found[2], found[3], found[8] = proper, chars, lettered, stopped
    for line in range(totals[ALL_LINES]):
        start, stop = lines[line, FIRST], lines[line, LAST]
        if start < stop:
            found[6] += page[start] == 45 or is_mark(page, start, stop, _BULLET)
        if stop - start >= 3:
            dots = page[stop - 1] == 46 and page[stop - 2] == 46 and page[stop - 3] == 46
            found[7] += dots or is_mark(page, stop - 3, stop, _ELLIPSIS)


@kernel(allocates=False)
def is_mark(page: Bytes, start: int, stop: int, last: int) -> bool:
    """Return whether a bullet (last byte A2) or an ellipsis (A6) stands at `start`."""
    return stop - start >= 3 and page[start] == 0xE2 and page[start + 1] == 0x80 and page[start + 2] == last


@kernel(allocates=False)
def is_new_stop_word(key: np.uint64, stops: Table, document: int) -> int:
    """Return 1 for a stop word that this document did not have yet, else 0."""
    slot = np.int64(key & np.uint64(len(stops) - 1))
    while stops[slot, 0]:
        if stops[slot, 0] == np.int64(key):
            new = stops[slot, 1] != document
            stops[slot, 1] = document
            return 1 if new else 0
        slot = (slot + 1) & (len(stops) - 1)
    return 0
