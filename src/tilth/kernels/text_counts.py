"""One pass over documents: words and lines once, then each wanted family of rules folds them into integer counts.

Ratios and verdicts come after, in `tilth.filters`. The single steps and the fused one take this same path.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import Bytes, Offsets, strings, utf8
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import Language, language, text_hash
from tilth.kernels.spacy_words import (
    ALL_CHARS, ALL_LINES, ALL_WORDS, CHARS, CHUNKS, ELLIPSES, FIRST, FLAGS, HAS_LETTER, HAS_WORDLIKE, HASH_MARKS, LAST, LINE_COLUMNS, TOTALS,
    WORD_COLUMNS, ZERO, Hashes, Lines, Totals, Words, scan,
)
from tilth.kernels.text_bytes import code_point, copy_bytes, last_code_point, peek
from tilth.kernels.text_c4 import SETTINGS, edit, strip
from tilth.kernels.text_classes import TERMINAL
from tilth.kernels.text_repeats import (
    P_BLANK, P_CHARS, P_END, P_HASH, P_START, PIECE_COLUMNS, Table, cut_at_newlines, hash_pieces, number_of, repeated_grams, repeated_lines,
    repeated_paragraphs, slots_for,
)

# families that a call may want, as bits
REPETITION, QUALITY, C4, FINEWEB = 1, 2, 4, 8

# columns of the counts. Code points of the text and lines of splitlines, always; lines, repeats, their code points; the same of paragraphs; code points of the top 2-, 3-,
# 4-gram and of repeated 5- to 10-grams
TEXT_CHARS, SPLIT_LINES, LINES, LINE_REPEATS, LINE_REPEAT_CHARS, PARAGRAPHS, PARAGRAPH_REPEATS, PARAGRAPH_REPEAT_CHARS, GRAMS = range(9)
# words; those with a character that is no mark, and their code points; those with a letter; "#"; ellipses; lines that
# start with a bullet; that end in an ellipsis; distinct stop words
WORDS, PROPER_WORDS, PROPER_CHARS, LETTER_WORDS, HASHES, DOTS, BULLETS, DOTTED_ENDS, STOP_WORDS = range(17, 26)
# of C4: sentences, dropped for "lorem ipsum", for "{", lines kept, words kept
SENTENCES, LOREM, CURLY, KEPT_LINES, KEPT_WORDS = range(26, 31)
# of FineWeb: lines that are not blank; that end in a terminal mark; that are short; code points of repeats; of all but newlines; newlines; words
FULL_LINES, TERMINAL_ENDS, SHORT_LINES, COPIED_CHARS, LINE_CHARS, NEWLINES, FINEWEB_WORDS = range(31, 38)
COUNTS = 38

_BULLET, _ELLIPSIS = np.int64(0xA2), np.int64(0xA6)  # the last bytes of U+2022 and U+2026


class Measured(NamedTuple):
    """`counts`: int64[documents, COUNTS], columns of families that were not wanted are zero; `text`: as C4 leaves it, null if not wanted."""

    counts: np.ndarray
    text: pa.LargeStringArray | None


def measure(
    texts: pa.Array, wants: int, c4_settings: tuple[int, ...] = (0,) * SETTINGS, short_line: int = 0, stop_words: tuple[str, ...] = ()
) -> Measured:
    """Count what the wanted families need in each text; a null counts as empty. `short_line` is in code points."""
    offsets, data = utf8(texts)
    out = np.empty(int(offsets[-1] - offsets[0]) + 16 if wants & C4 else 16, np.uint8)
    out_offsets = np.zeros(len(offsets), np.int64)
    counts = np.zeros((len(offsets) - 1, COUNTS), np.int64)
    count_documents(offsets, data, language(), wants, np.array(c4_settings, np.int64), short_line, stop_table(stop_words), out, out_offsets, counts)
    return Measured(counts, strings(out_offsets, out[: out_offsets[-1]]) if wants & C4 else None)


def stop_table(words: tuple[str, ...]) -> Table:
    """Return an open addressing table of hashes, and beside each the last document that had the word."""
    table = np.zeros((int(slots_for(16 * len(words))), 2), np.int64)  # mostly empty: most words are no stop words
    for word in dict.fromkeys(words):
        key = text_hash(word).astype(np.int64)
        slot = int(key) % len(table)
        while table[slot, 0]:
            slot = (slot + 1) % len(table)
        table[slot, 0] = key
    return table


@kernel
def count_documents(
    offsets: Offsets, data: Bytes, language: Language, wants: int, c4_settings: Totals, short_line: int, stops: Table, out: Bytes,
    out_offsets: np.ndarray, counts: Table,
) -> None:
    """Fill `counts`, and with C4 wanted `out` and `out_offsets`. Scratch is as long as the longest document, and only touched as needed."""
    longest, most_lines = extent(offsets, data)
    page = np.empty(2 * longest + 32, np.uint8)
    hashes, words = np.empty(2 * longest + 1, np.uint64), np.empty((2 * longest + 1, WORD_COLUMNS), np.int32)
    lines, pieces = np.empty((most_lines + 2, LINE_COLUMNS), np.int64), np.empty((most_lines + 2, PIECE_COLUMNS), np.int64)
    chunk, before = np.empty((longest + 2, 4), np.int64), np.empty(longest + 2, np.int64)
    grams, tally = np.empty((longest + 1, 2), np.int64), np.empty((longest + 1, 2), np.int64)
    table, base = np.zeros((16, 2), np.int64), np.int64(1)
    totals, again = np.zeros(TOTALS, np.int64), np.zeros(TOTALS, np.int64)
    out_end = ZERO
    for document in range(len(offsets) - 1):
        end, row = offsets[document + 1] - offsets[document], counts[document]
        copy_bytes(data, offsets[document], end, page, ZERO)
        scan(page, ZERO, end, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
        row[TEXT_CHARS], row[SPLIT_LINES] = totals[ALL_CHARS], totals[ALL_LINES]
        slots = slots_for(max(totals[ALL_WORDS], totals[ALL_LINES] + 1))
        if slots > len(table):
            table = np.zeros((slots, 2), np.int64)
        first, size = ZERO, cut_at_newlines(end, lines, totals[ALL_LINES], totals[ALL_CHARS], pieces)
        if wants & REPETITION:
            base = fold_repetition(page, hashes, words, lines, totals, pieces, size, table, base, before, grams, tally, row[LINES:])
        if wants & QUALITY:
            fold_quality(page, hashes, words, lines, totals, stops, document + 1, row[WORDS:])
        text, start, stop, word_count = page, ZERO, end, totals[ALL_WORDS]
        if wants & C4:
            text = out
            start = out_offsets[document]
            stop = edit(page, end, language, hashes, words, word_count, lines, totals[ALL_LINES], chunk, again, c4_settings, out, start, pieces, row[SENTENCES:])
            if row[LOREM] or row[CURLY]:
                text, start, stop = page, ZERO, end
                size = cut_at_newlines(end, lines, totals[ALL_LINES], totals[ALL_CHARS], pieces)
            else:
                word_count = row[KEPT_WORDS]
                start, stop, first, size = strip(out, start, stop, language, pieces, row[KEPT_LINES])
        if wants & FINEWEB:
            base = fold_fineweb(text, language, pieces, first, size, word_count, short_line, table, base, row[FULL_LINES:])
        if wants & C4:
            out_offsets[document + 1] = copy_bytes(text, start, stop - start, out, out_offsets[document])


@kernel(allocates=False)
def extent(offsets: Offsets, data: Bytes) -> tuple[int, int]:
    """Return the bytes of the longest document, and at least as many as the lines that any of them has."""
    longest, most = ZERO, ZERO
    for document in range(len(offsets) - 1):
        longest = max(longest, offsets[document + 1] - offsets[document])
        count = 1
        for i in range(offsets[document], offsets[document + 1]):  # the last bytes of all line breaks
            byte = peek(data, i)
            count += (10 <= byte <= 13) | (28 <= byte <= 30) | (byte == 0x85) | (byte == 0xA8) | (byte == 0xA9)
        most = max(most, count)
    return longest, most


@kernel(allocates=False)
def fold_repetition(
    page: Bytes, hashes: Hashes, words: Words, lines: Lines, totals: Totals, pieces: Table, size: int, table: Table, base: int, before: np.ndarray,
    grams: Table, tally: Table, found: Totals,
) -> int:
    """Write the counts of repeated lines, paragraphs and n-grams; returns the next free number for `table`."""
    hash_pieces(page, pieces, ZERO, size)
    base = repeated_lines(pieces, size, table, base, found)
    start, stop = ZERO, ZERO
    for line in range(totals[ALL_LINES]):
        if lines[line, CHUNKS]:
            start = lines[line, FIRST] if stop == 0 else start
            stop = lines[line, LAST]
    base = repeated_paragraphs(page, start, stop, pieces, size, table, base, found, 3)
    return repeated_grams(hashes, words, totals[ALL_WORDS], table, base, before, grams, tally, found, 6)


@kernel(allocates=False)
def fold_quality(page: Bytes, hashes: Hashes, words: Words, lines: Lines, totals: Totals, stops: Table, document: int, found: Totals) -> None:
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


@kernel(allocates=False)
def fold_fineweb(
    text: Bytes, language: Language, pieces: Table, first: int, last: int, word_count: int, short_line: int, table: Table, base: int, found: Totals
) -> int:
    """Write FineWeb's counts of the lines of `text`, which are `pieces`; returns the next free number for `table`."""
    found[:7] = 0
    found[5], found[6] = max(0, last - first - 1), word_count
    hash_pieces(text, pieces, first, last)
    mask, fresh = slots_for(last - first) - 1, base
    for row in range(first, last):
        chars = pieces[row, P_CHARS]
        found[4] += chars
        if pieces[row, P_BLANK]:
            continue
        found[0] += 1
        end = last_code_point(text, pieces[row, P_START], pieces[row, P_END])
        found[1] += 1 if language[code_point(text, end)] & TERMINAL else 0
        found[2] += chars <= short_line
        if number_of(table, mask, pieces[row, P_HASH], base, fresh) == fresh:
            fresh += 1
        else:
            found[3] += chars
    return fresh
