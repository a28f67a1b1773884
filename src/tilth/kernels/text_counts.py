"""One pass over documents: words and lines once, then each wanted family of rules folds them into integer counts.

Ratios and verdicts come after, in `tilth.filters`. The single steps and the fused one take this same path.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.errors import StepError
from tilth.kernels.arrow import Bytes, Offsets, strings, utf8
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import CHUNK_COLUMNS
from tilth.kernels.spacy_rules import Language, language
from tilth.kernels.spacy_table import ALL_CHARS, ALL_LINES, ALL_WORDS, TOTALS, WORD_COLUMNS, ZERO, Totals
from tilth.kernels.spacy_words import LINE_COLUMNS, scan
from tilth.kernels.text_bytes import copy_bytes, peek
from tilth.kernels.text_c4 import SETTINGS, clean
from tilth.kernels.text_fineweb import fold_fineweb
from tilth.kernels.text_quality import fold_quality, stop_table
from tilth.kernels.text_repeats import PIECE_COLUMNS, Table, cut_at_newlines, fold_repetition, slots_for

# families that a call may want, as bits
REPETITION, QUALITY, C4, FINEWEB = 1, 2, 4, 8

# Columns of the counts. Always: code points of the text, its lines as str.splitlines cuts it
TEXT_CHARS, SPLIT_LINES = range(2)
# REPETITION: lines, those that came before, their code points; the same of paragraphs; the top 2- to 4-gram, repeated 5- to 10-grams
LINES, LINE_REPEATS, LINE_REPEAT_CHARS, PARAGRAPHS, PARAGRAPH_REPEATS, PARAGRAPH_REPEAT_CHARS, GRAMS = range(2, 9)
# QUALITY: words; those that are not only marks, and their code points; those with a letter; "#"; ellipses; lines that start with a bullet,
# that end in an ellipsis; distinct stop words
WORDS, PROPER_WORDS, PROPER_CHARS, LETTER_WORDS, HASHES, DOTS, BULLETS, DOTTED_ENDS, STOP_WORDS = range(17, 26)
# C4: sentences in the lines kept; 1 for a page to be dropped for "lorem ipsum", for "{"; lines kept; words left
SENTENCES, LOREM, CURLY, KEPT_LINES, KEPT_WORDS = range(26, 31)
# FINEWEB: lines that are not blank, that end in a terminal mark, that are short; code points of lines that came before, of all; newlines;
# words
FULL_LINES, TERMINAL_ENDS, SHORT_LINES, COPIED_CHARS, LINE_CHARS, NEWLINES, FINEWEB_WORDS = range(31, 38)
COUNTS = 38


class Measured(NamedTuple):
    """`counts`: int64[documents, COUNTS], zero for families that were not wanted; `text`: as C4 leaves it, None if C4 was not wanted."""

    counts: np.ndarray
    text: pa.LargeStringArray | None


def measure(
    texts: pa.Array, wants: int, c4_settings: tuple[int, ...] = (0,) * SETTINGS, short_line: int = 0, stop_words: tuple[str, ...] = ()
) -> Measured:
    """Count what the wanted families need in each text; a null counts as empty. `short_line` is in code points.

    Raises StepError for a text of 2 GiB or more, whose places do not fit the tables.

    >>> measure(pa.array(["one two", "three"]), QUALITY).counts[:, WORDS].tolist()
    [2, 1]
    """
    offsets, data = utf8(texts)
    check_lengths(offsets)
    out = np.empty(int(offsets[-1] - offsets[0]) + 16 if wants & C4 else 16, np.uint8)
    ends = np.zeros(len(offsets), np.int64)
    counts = np.zeros((len(offsets) - 1, COUNTS), np.int64)
    settings, stops = np.array(c4_settings, np.int64), stop_table(stop_words)
    count_documents(offsets, data, language(), wants, settings, short_line, stops, out, ends, counts)
    return Measured(counts, strings(ends, out[: ends[-1]]) if wants & C4 else None)


def check_lengths(offsets: Offsets) -> None:
    """Raise StepError if a text is too long for the tables, which are int32."""
    longest = int(np.diff(offsets).max(initial=0))
    if longest >= 1 << 31:
        raise StepError(
            "A text is too long.", where="quality signals", why=f"it has {longest:,} bytes, and 2 GiB is the most",
            fix="cut such texts before this step, or drop them by their size",
        )


@kernel
def count_documents(
    offsets: Offsets, data: Bytes, language: Language, wants: int, settings: Totals, short_line: int, stops: Table, out: Bytes,
    ends: Totals, counts: Table,
) -> None:
    """Fill `counts`, and with C4 wanted `out` and `ends`. Scratch is as long as the longest document, and touched only as far as needed."""
    longest, most_lines = extent(offsets, data)
    page, chunk = np.empty(2 * longest + 32, np.uint8), np.empty((longest + 2, CHUNK_COLUMNS), np.int64)
    hashes, words = np.empty(2 * longest + 1, np.uint64), np.empty((2 * longest + 1, WORD_COLUMNS), np.int32)
    lines, pieces = np.empty((most_lines + 2, LINE_COLUMNS), np.int64), np.empty((most_lines + 2, PIECE_COLUMNS), np.int64)
    grams, tally, before = np.empty((longest + 1, 2), np.int64), np.empty((longest + 1, 2), np.int64), np.empty(longest + 2, np.int64)
    table, base = np.zeros((16, 2), np.int64), np.int64(1)
    totals, again = np.zeros(TOTALS, np.int64), np.zeros(TOTALS, np.int64)
    for document in range(len(offsets) - 1):
        end, row = offsets[document + 1] - offsets[document], counts[document]
        copy_bytes(data, offsets[document], end, page, ZERO)
        scan(page, ZERO, end, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
        row[TEXT_CHARS], row[SPLIT_LINES], word_count = totals[ALL_CHARS], totals[ALL_LINES], totals[ALL_WORDS]
        slots = slots_for(max(word_count, totals[ALL_LINES] + 1))
        if slots > len(table):
            table = np.zeros((slots, 2), np.int64)
        text, first, last = page, ZERO, cut_at_newlines(end, lines, totals, pieces, ZERO)
        if wants & REPETITION:
            base = fold_repetition(page, hashes, words, lines, totals, pieces, last, table, base, before, grams, tally, row[LINES:])
        if wants & QUALITY:
            fold_quality(page, hashes, words, lines, totals, stops, document + 1, row[WORDS:])
        if wants & C4:
            text, found = out, row[SENTENCES:]
            start, stop, first, last = clean(
                page, end, language, hashes, words, lines, totals, chunk, again, settings, out, ends[document], pieces, found
            )
            word_count = row[KEPT_WORDS]
        if wants & FINEWEB:
            base = fold_fineweb(text, language, pieces, first, last, word_count, short_line, table, base, row[FULL_LINES:])
        if wants & C4:
            ends[document + 1] = copy_bytes(out, start, stop - start, out, ends[document])


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
