"""The counts of `text_counts` over words that were split elsewhere: the same columns, lines and rules, for any language."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import Bytes, Offsets, utf8
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import Language, language
from tilth.kernels.spacy_table import (
    ALL_CHARS,
    ALL_LINES,
    ALL_WORDS,
    CHARS,
    FLAGS,
    SIZE,
    START,
    TOTALS,
    WORD_COLUMNS,
    ZERO,
    Hashes,
    Totals,
    Words,
    word_flags,
)
from tilth.kernels.spacy_words import (
    CHARS_END,
    CHUNKS,
    FIRST,
    LAST,
    LINE,
    LINE_COLUMNS,
    LINE_END,
    LINE_FLAGS,
    NEXT,
    Lines,
    chunk_end,
    close_line,
    count_marks,
    space_end,
)
from tilth.kernels.text_bytes import code_point, copy_bytes, hash_bytes, peek, width
from tilth.kernels.text_classes import COUNTED, LINE_BREAK
from tilth.kernels.text_counts import (
    COUNTS,
    FINEWEB,
    FULL_LINES,
    LINES,
    QUALITY,
    REPETITION,
    SPLIT_LINES,
    TEXT_CHARS,
    WORDS,
    check_lengths,
    extent,
)
from tilth.kernels.text_fineweb import fold_fineweb
from tilth.kernels.text_quality import fold_quality, stop_table
from tilth.kernels.text_repeats import PIECE_COLUMNS, Table, cut_at_newlines, fold_repetition, slots_for


def measure_given(
    texts: pa.Array, pieces: tuple[Bytes, Offsets, Offsets, Offsets], wants: int, short_line: int = 0, stop_words: tuple[str, ...] = ()
) -> np.ndarray:
    """Return int64[documents, COUNTS] as `text_counts.measure` does; `pieces` are a `segment.Pieces` of words, none white space only.

    `wants` are families of `text_counts`, without C4. Raises StepError for a text of 2 GiB or more.

    >>> from tilth.segment import split_words
    >>> texts = pa.array(["one two", "three"])
    >>> measure_given(texts, split_words(texts, "en"), QUALITY)[:, WORDS].tolist()
    [2, 1]
    """
    offsets, data = utf8(texts)
    check_lengths(offsets)
    counts = np.zeros((len(offsets) - 1, COUNTS), np.int64)
    count_given(offsets, data, *pieces, language(), wants, short_line, stop_table(stop_words), counts)
    return counts


@kernel
def count_given(
    offsets: Offsets, data: Bytes, word_data: Bytes, starts: Offsets, stops: Offsets, ends: Offsets, language: Language, wants: int,
    short_line: int, stops_table: Table, counts: Table,
) -> None:
    """Fill `counts`. Of `language` only the flags of characters are read."""
    longest, most_lines = extent(offsets, data)
    most_words, most_bytes = ZERO, ZERO
    for row in range(len(offsets) - 1):
        most_words = max(most_words, ends[row + 1] - ends[row])
        if ends[row] < ends[row + 1]:
            most_bytes = max(most_bytes, stops[ends[row + 1] - 1] - starts[ends[row]])
    page, held = np.empty(longest + 16, np.uint8), np.empty(most_bytes + 16, np.uint8)
    hashes, words = np.empty(most_words + 1, np.uint64), np.empty((most_words + 1, WORD_COLUMNS), np.int32)
    lines, pieces = np.empty((most_lines + 2, LINE_COLUMNS), np.int64), np.empty((most_lines + 2, PIECE_COLUMNS), np.int64)
    grams, tally = np.empty((most_words + 1, 2), np.int64), np.empty((most_words + 1, 2), np.int64)
    before = np.empty(most_words + 2, np.int64)
    table, base, totals = np.zeros((16, 2), np.int64), np.int64(1), np.zeros(TOTALS, np.int64)
    for row in range(len(offsets) - 1):
        end, found = copy_bytes(data, offsets[row], offsets[row + 1] - offsets[row], page, ZERO), counts[row]
        scan_lines(page, end, language, lines, totals)
        take_words(word_data, starts, stops, ends[row], ends[row + 1], held, language, hashes, words, totals)
        found[TEXT_CHARS], found[SPLIT_LINES] = totals[ALL_CHARS], totals[ALL_LINES]
        slots = slots_for(max(totals[ALL_WORDS], totals[ALL_LINES] + 1))
        if slots > len(table):
            table = np.zeros((slots, 2), np.int64)
        last = cut_at_newlines(end, lines, totals, pieces, ZERO)
        if wants & REPETITION:
            base = fold_repetition(page, hashes, words, lines, totals, pieces, last, table, base, before, grams, tally, found[LINES:])
        if wants & QUALITY:
            fold_quality(page, hashes, words, lines, totals, stops_table, row + 1, found[WORDS:])
        if wants & FINEWEB:
            base = fold_fineweb(page, language, pieces, ZERO, last, totals[ALL_WORDS], short_line, table, base, found[FULL_LINES:])


@kernel(allocates=False)
def take_words(
    data: Bytes, starts: Offsets, stops: Offsets, first: int, last: int, held: Bytes, language: Language, hashes: Hashes, words: Words,
    totals: Totals,
) -> None:
    """Fill `hashes` and `words` with the words [first, last), copied to `held`, which has room after them."""
    totals[ALL_WORDS] = last - first
    if first == last:
        return
    begin = starts[first]
    copy_bytes(data, begin, stops[last - 1] - begin, held, ZERO)
    for place in range(first, last):
        word, start, stop = place - first, starts[place] - begin, stops[place] - begin
        hashes[word] = hash_bytes(held, start, stop)
        chars, some, every, at = ZERO, ZERO, ~ZERO, start
        while at < stop:
            kind = peek(language, code_point(held, at))
            some |= kind
            every &= kind
            chars += 1
            at += width(peek(held, at))
        words[word, START], words[word, SIZE], words[word, CHARS] = start, stop - start, chars
        words[word, FLAGS] = word_flags(some, every, chars)


@kernel(allocates=False)
def scan_lines(page: Bytes, end: int, language: Language, lines: Lines, totals: Totals) -> None:
    """Write the lines of page[:end], as `spacy_words.scan` does but for what only C4 asks of them."""
    totals[:] = 0
    at, line = ZERO, ZERO
    while at < end:
        scan_line(page, at, end, language, lines, line, totals)
        at = lines[line, NEXT]
        line += 1
    totals[ALL_LINES] = line


@kernel(allocates=False)
def scan_line(page: Bytes, begin: int, end: int, language: Language, lines: Lines, line: int, totals: Totals) -> None:
    """Add the line at `begin`."""
    i, kind, longer, first, last, chunks = begin, ZERO, ZERO, begin, begin, ZERO  # longer: bytes beyond one a code point
    while i < end and not kind & LINE_BREAK:
        start = i
        i, more, kind, _, _, some, _ = chunk_end(page, start, end, language)
        if i > start:
            first, last, chunks, longer = first if chunks else start, i, chunks + 1, longer + more
            if some & COUNTED:
                count_marks(page, start, i, totals)
        i, more, kind = space_end(page, i, end, kind, language)
        longer += more
    totals[ALL_CHARS] += i - begin - longer
    lines[line, LINE], lines[line, LINE_END], lines[line, FIRST], lines[line, LAST] = begin, i, first, last
    lines[line, CHARS_END], lines[line, CHUNKS], lines[line, LINE_FLAGS] = totals[ALL_CHARS], chunks, 0
    close_line(page, i, end, ZERO, lines, line, totals)
