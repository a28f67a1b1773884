"""A page into two small tables, words and lines, in one pass; every rule over text then only reads these.

The words are spaCy's tokens (blank English) that are not white space, which is what datatrove's filters call words; spaCy itself is not
needed. Lines are those of `str.splitlines`. Source of the behaviour: spaCy (MIT), `Tokenizer._tokenize_affixes`.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import Chunk
from tilth.kernels.spacy_chunks import add_chunk
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_runs import put_together
from tilth.kernels.spacy_table import (
    AFTER_GAP,
    ALL_CHARS,
    ALL_LINES,
    ALL_WORDS,
    ELLIPSES,
    FIRST_WORD,
    HASH_MARKS,
    RUN_STARTS,
    SIZE,
    START,
    TOTALS,
    WORD_COLUMNS,
    ZERO,
    Hashes,
    Totals,
    Words,
)
from tilth.kernels.text_bytes import code_point, peek, width
from tilth.kernels.text_classes import BRACKET, COUNTED, CURLY, LETTER_J, LINE_BREAK, SPACE

__all__ = ["ALL_WORDS", "LINE_COLUMNS", "SIZE", "START", "TOTALS", "WORD_COLUMNS", "ZERO", "scan"]  # what a reader of words alone needs

Lines = np.ndarray[tuple[int, int], np.dtype[np.int64]]

# columns of `lines`: first byte, end, start of the next line; first byte and end of its chunks (what str.split returns), their number, code
# points of the longest; code points before each of the first four places; flags
LINE, LINE_END, NEXT, FIRST, LAST, CHUNKS, LONGEST, CHARS_LINE, CHARS_END, CHARS_FIRST, CHARS_LAST, LINE_FLAGS = range(12)
LINE_COLUMNS = 12
NEWLINE, HAS_CURLY, HAS_BRACKET, MAY_HOLD_PHRASE = 1, 2, 4, 8  # ends in "\n", holds "{", holds "[", may hold a phrase that C4 looks for

_LOWER = np.uint64(0x2020202020202020)


@kernel(allocates=False)
def scan(
    page: Bytes, begin: int, end: int, language: Language, hashes: Hashes, words: Words, word: int, lines: Lines, line: int, chunk: Chunk,
    totals: Totals,
) -> int:
    """Write the words of page[begin:end] from row `word` on, its lines from row `line` on, and where they end into `totals`.

    `page` must have eight bytes more than are read, `chunk` a row more. Returns AFTER_GAP if the page ends in a token of white space, or 0.
    """
    totals[:] = 0
    totals[FIRST_WORD], totals[ALL_WORDS] = word, word
    gap, at = ZERO, begin
    while at < end:
        gap = scan_line(page, at, end, gap, language, hashes, words, lines, line, chunk, totals)
        at = lines[line, NEXT]
        line += 1
    if totals[RUN_STARTS]:
        totals[ALL_WORDS] = put_together(page, language, hashes, words, totals[ALL_WORDS], chunk, totals)
    totals[ALL_LINES] = line
    return gap


@kernel(allocates=False)
def scan_line(
    page: Bytes, begin: int, end: int, gap: int, language: Language, hashes: Hashes, words: Words, lines: Lines, line: int, chunk: Chunk,
    totals: Totals,
) -> int:
    """Add the line at `begin`, and its words. `gap` is AFTER_GAP if a token of white space comes before it, else 0; so is the result."""
    i, kind, longer, marks, flags = begin, ZERO, ZERO, ZERO, ZERO  # longer: bytes beyond one a code point
    first, last, chunks, longest = begin, begin, ZERO, ZERO
    word, chars = totals[ALL_WORDS], totals[ALL_CHARS] - begin
    chars_first = chars_last = totals[ALL_CHARS]
    while i < end and not kind & LINE_BREAK:
        start = i
        i, more, kind, inside, ending, some, every = chunk_end(page, start, end, language)
        if i > start:
            if chunks == 0:
                first, chars_first = start, chars + start - longer
            longer += more
            last, chars_last = i, chars + i - longer
            size = i - start - more
            chunks, longest, marks = chunks + 1, max(longest, size), marks | some
            if may_end_phrase(page, start) or (some & LETTER_J and has_javascript(page, start, i)):
                flags = np.int64(MAY_HOLD_PHRASE)
            if some & COUNTED:
                count_marks(page, start, i, totals)
            word = add_chunk(page, start, i, size, inside, ending, some, every, gap, language, hashes, words, word, chunk, totals)
            gap = ZERO
        start = i
        i, more, kind = space_end(page, start, end, kind, language)
        longer += more
        if i > start and not (i == start + 1 and peek(page, start) == 32):
            gap = np.int64(AFTER_GAP)
    totals[ALL_WORDS], totals[ALL_CHARS] = word, chars + i - longer
    lines[line, LINE], lines[line, LINE_END], lines[line, FIRST], lines[line, LAST] = begin, i, first, last
    lines[line, CHARS_LINE], lines[line, CHARS_END] = chars + begin, totals[ALL_CHARS]
    lines[line, CHARS_FIRST], lines[line, CHARS_LAST] = chars_first, chars_last
    lines[line, CHUNKS], lines[line, LONGEST] = chunks, longest
    lines[line, LINE_FLAGS] = flags | (HAS_CURLY if marks & CURLY else 0) | (HAS_BRACKET if marks & BRACKET else 0)
    return close_line(page, i, end, gap, lines, line, totals)


@kernel(allocates=False)
def chunk_end(page: Bytes, i: int, end: int, language: Language) -> tuple[int, int, int, int, int, int, int]:
    """Return where the chunk at `i` ends, its bytes beyond one a code point, and flags: of the character that ends it, of all of its
    characters but the last, of the last, of any, of every one."""
    longer, kind, inside, ending, some, every = ZERO, ZERO, ZERO, ZERO, ZERO, ~ZERO
    while i < end:
        byte = peek(page, i)
        kind = peek(language, byte if byte < 0x80 else code_point(page, i))
        if kind & SPACE:
            break
        inside, ending = some, kind
        some |= kind
        every &= kind
        if byte >= 0x80:
            longer += width(byte) - 1
            i += width(byte) - 1
        i += 1
    return i, longer, kind, inside, ending, some, every


@kernel(allocates=False)
def space_end(page: Bytes, i: int, end: int, kind: int, language: Language) -> tuple[int, int, int]:
    """Return where the white space at `i` ends, at a line break at the latest, its bytes beyond one a code point, flags of what ends it."""
    longer = ZERO
    while i < end:
        kind = peek(language, code_point(page, i))
        if kind & LINE_BREAK or not kind & SPACE:
            break
        longer += width(peek(page, i)) - 1
        i += width(peek(page, i))
    return i, longer, kind


@kernel(allocates=False)
def close_line(page: Bytes, i: int, end: int, gap: int, lines: Lines, line: int, totals: Totals) -> int:
    """Write where the next line starts, after the break at `i` or at the end of the page; returns the gap before it."""
    lines[line, NEXT] = i
    if i == end:
        return gap
    both = 1 if peek(page, i) == 13 and i + 1 < end and peek(page, i + 1) == 10 else 0
    lines[line, NEXT] = i + both + width(peek(page, i))
    totals[ALL_CHARS] += both + 1
    if peek(page, i + both) == 10:
        lines[line, LINE_FLAGS] |= NEWLINE
    return np.int64(AFTER_GAP)


@kernel(allocates=False)
def may_end_phrase(page: Bytes, start: int) -> bool:
    """Return whether a chunk could begin with the last word of one of C4's phrases: ipsum, policy, cookies, or use after "of"."""
    first = peek(page, start) | 0x20
    head = load64(page, start) | _LOWER
    if first == 105:
        return head & np.uint64(0xFFFFFFFFFF) == np.uint64(0x6D75737069)
    if first == 112:
        return head & np.uint64(0xFFFFFFFFFFFF) == np.uint64(0x7963696C6F70)
    if first == 99:  # the Kelvin sign is a k in lower case, so not all of "cookies" need be ASCII
        return head & np.uint64(0xFFFFFF) == np.uint64(0x6F6F63)
    return first == 117 and start >= 2 and peek(page, start - 2) | 0x20 == 102 and head & np.uint64(0xFFFFFF) == np.uint64(0x657375)


@kernel(allocates=False)
def has_javascript(page: Bytes, start: int, end: int) -> bool:
    """Return whether a chunk has the first eight letters of "javascript", upper and lower case alike."""
    for i in range(start, end - 9):  # noqa: SIM110
        if load64(page, i) | _LOWER == np.uint64(0x697263736176616A):
            return True
    return False


@kernel(allocates=False)
def count_marks(page: Bytes, start: int, end: int, totals: Totals) -> None:
    """Count "#", and "..." and the ellipsis, as str.count does."""
    dots = 0
    for i in range(start, end):
        byte = peek(page, i)
        dots = dots + 1 if byte == 46 else 0
        if dots == 3:
            totals[ELLIPSES] += 1
            dots = 0
        if byte == 35:
            totals[HASH_MARKS] += 1
        if byte == 0xA6 and i - start >= 2 and peek(page, i - 1) == 0x80 and peek(page, i - 2) == 0xE2:
            totals[ELLIPSES] += 1
