"""C4's clean-up of a page, line by line, as datatrove does it: lines are kept or dropped, citations cut out, sentences counted.

Source of the rules: Raffel et al. 2020 (C4, JMLR 21), section 2.2, and datatrove's C4QualityFilter (Apache-2.0), whose order of checks
and whose sentences (spaCy's sentencizer) are kept.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import Chunk
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_table import (
    AFTER_GAP,
    ALL_LINES,
    ALL_PUNCTUATION,
    ALL_WORDS,
    ENDS_SENTENCE,
    FLAGS,
    START,
    ZERO,
    Hashes,
    Totals,
    Words,
)
from tilth.kernels.spacy_words import (
    CHARS_FIRST,
    CHARS_LAST,
    CHUNKS,
    FIRST,
    HAS_BRACKET,
    HAS_CURLY,
    LAST,
    LINE_FLAGS,
    LONGEST,
    MAY_HOLD_PHRASE,
    Lines,
    scan,
)
from tilth.kernels.text_bytes import code_point, code_points, copy_bytes, last_code_point, peek, width
from tilth.kernels.text_classes import DECIMAL, SPACE
from tilth.kernels.text_repeats import P_CHARS, P_END, P_START, Table, cut_at_newlines, write_piece

# places in `settings`
CITATIONS, TERMINAL_MARKS, FEWEST_WORDS, LONGEST_WORD, LOREM_IPSUM, JAVASCRIPT, CURLY_BRACKET, POLICY = range(8)
SETTINGS = 8

# what a line is found to mean for itself and for the page
LINE_GOES, LOREM_PAGE, CURLY_PAGE = 1, 2, 4
# what `find_phrases` finds
HAS_LOREM, HAS_JAVASCRIPT, HAS_POLICY = 1, 2, 4
_POLICIES = (b"terms of use", b"privacy policy", b"cookie policy", b"uses cookies", b"use of cookies", b"use cookies")
_PHRASES = ((HAS_LOREM, b"lorem ipsum"), (HAS_JAVASCRIPT, b"javascript"), *((HAS_POLICY, phrase) for phrase in _POLICIES))
_TEXTS = np.frombuffer(b"".join(phrase for _, phrase in _PHRASES), np.uint8)
_ENDS = np.cumsum([len(phrase) for _, phrase in _PHRASES])
_MEANS = np.array([meaning for meaning, _ in _PHRASES])
_CITED = np.frombuffer(b"edit]citation needed]", np.uint8)  # after the opening bracket; the first ends at 5


@kernel(allocates=False)
def fits(page: Bytes, at: int, end: int, text: Bytes, first: int, last: int) -> bool:
    """Return whether page[at:end] in lower case starts with text[first:last], which is ASCII in lower case."""
    for i in range(first, last):
        if at >= end:
            return False
        byte = np.int64(page[at])
        if 65 <= byte <= 90:
            byte += 32
        elif byte == 0xE2 and at + 2 < end and page[at + 1] == 0x84 and page[at + 2] == 0xAA:  # the Kelvin sign, whose lower case is k
            byte, at = 107, at + 2
        if byte != text[i]:
            return False
        at += 1
    return True


@kernel(allocates=False)
def find_phrases(page: Bytes, start: int, end: int) -> int:
    """Return which of C4's phrases page[start:end] has, upper and lower case alike."""
    found = 0
    for at in range(start, end):
        low = page[at] | 0x20
        if low == 108 or low == 106 or low == 116 or low == 112 or low == 99 or low == 117:
            first = np.int64(0)
            for phrase in range(len(_ENDS)):
                if not found & _MEANS[phrase] and fits(page, at, end, _TEXTS, first, _ENDS[phrase]):
                    found |= _MEANS[phrase]
                first = _ENDS[phrase]
    return found


@kernel(allocates=False)
def citation_size(page: Bytes, at: int, end: int, language: Language) -> int:
    """Return how many bytes at `at` are a citation: [12], [], [edit] or [citation needed]."""
    if page[at] != 91:
        return 0
    i = at + 1
    while i < end and language[code_point(page, i)] & DECIMAL:
        i += width(peek(page, i))
    if i < end and page[i] == 93:
        return i + 1 - at
    for first, last in ((0, 5), (5, 21)):
        if at + 1 + last - first <= end:
            same = True
            for k in range(last - first):
                same = same and page[at + 1 + k] == _CITED[first + k]
            if same:
                return 1 + last - first
    return 0


@kernel(allocates=False)
def without_citations(page: Bytes, start: int, end: int, to: int, language: Language) -> int:
    """Copy page[start:end] without its citations to `to`; returns the end of the copy."""
    while start < end:
        size = citation_size(page, start, end, language)
        if size:
            start += size
            continue
        page[to] = page[start]
        start += 1
        to += 1
    return to


@kernel(allocates=False)
def ends_well(page: Bytes, start: int, end: int) -> bool:
    """Return whether page[start:end] ends in . ? ! " or ' and not in "..."."""
    if start == end:
        return False
    last = page[end - 1]
    if last == 46:
        return not (end - start >= 3 and page[end - 2] == 46 and page[end - 3] == 46)
    return last == 63 or last == 33 or last == 34 or last == 39


@kernel(allocates=False)
def sentences(words: Words, word: int, end: int, gap: int) -> int:
    """Return how many sentences spaCy's sentencizer makes of these words; `gap` if white space that is a token follows them."""
    count, ended = 1, False
    for i in range(word, end):
        flags = words[i, FLAGS]
        if ended and flags & AFTER_GAP:
            count, ended = count + 1, False
        if flags & ENDS_SENTENCE:
            ended = True
        elif ended and not flags & ALL_PUNCTUATION:
            count, ended = count + 1, False
    return count + 1 if ended and gap else count


@kernel(allocates=False)
def judge_line(page: Bytes, start: int, stop: int, edited: bool, lines: Lines, line: int, settings: Totals) -> int:
    """Return LINE_GOES, LOREM_PAGE and CURLY_PAGE, as they hold for this line, whose text without citations is page[start:stop]."""
    if settings[LONGEST_WORD] >= 0 and lines[line, LONGEST] > settings[LONGEST_WORD]:
        return LINE_GOES
    if settings[TERMINAL_MARKS] and not ends_well(page, start, stop):
        return LINE_GOES
    if lines[line, CHUNKS] < settings[FEWEST_WORDS]:
        return LINE_GOES
    phrases = find_phrases(page, start, stop) if edited or lines[line, LINE_FLAGS] & MAY_HOLD_PHRASE else 0
    page_goes = LOREM_PAGE if settings[LOREM_IPSUM] and phrases & HAS_LOREM else 0
    if settings[JAVASCRIPT] and phrases & HAS_JAVASCRIPT:
        return page_goes | LINE_GOES
    if settings[CURLY_BRACKET] and lines[line, LINE_FLAGS] & HAS_CURLY:
        page_goes |= CURLY_PAGE
    return page_goes | (LINE_GOES if settings[POLICY] and phrases & HAS_POLICY else 0)


@kernel(allocates=False)
def clean(
    page: Bytes, end: int, language: Language, hashes: Hashes, words: Words, lines: Lines, totals: Totals, chunk: Chunk, again: Totals,
    settings: Totals, out: Bytes, out_start: int, pieces: Table, found: Totals,
) -> tuple[int, int, int, int]:
    """Write a scanned page as C4 leaves it to `out` from `out_start` on, and its lines into `pieces`; a page that C4 drops stays as it is.

    Returns where the text starts and ends in `out`, and its first piece and their end. `found`: sentences in the lines kept, 1 if "lorem
    ipsum" drops the page, 1 if "{" does (the first line with either decides), lines kept, words left.
    """
    stop = keep_lines(page, end, language, hashes, words, lines, totals, chunk, again, settings, out, out_start, pieces, found)
    if not (found[1] or found[2]):
        return strip(out, out_start, stop, language, pieces, found[3])
    found[4] = totals[ALL_WORDS]
    stop = copy_bytes(page, ZERO, end, out, out_start)
    return out_start, stop, ZERO, cut_at_newlines(end, lines, totals, pieces, out_start)


@kernel(allocates=False)
def keep_lines(
    page: Bytes, end: int, language: Language, hashes: Hashes, words: Words, lines: Lines, totals: Totals, chunk: Chunk, again: Totals,
    settings: Totals, out: Bytes, to: int, pieces: Table, found: Totals,
) -> int:
    """Write the lines that stay, without their citations, to `out` from `to` on and return where they end; the rest as for `clean`.

    `page` has room for a second copy of itself, where lines without their citations are read again.
    """
    found[:5] = 0
    last, spare, word_count, line_count = ZERO, end + 8, totals[ALL_WORDS], totals[ALL_LINES]
    for line in range(line_count):
        start, stop, gap = lines[line, FIRST], lines[line, LAST], ZERO
        first = next_word(words, last, word_count, start)
        last = past = next_word(words, first, word_count, stop)
        cited = settings[CITATIONS] and lines[line, LINE_FLAGS] & HAS_BRACKET
        copied = without_citations(page, start, stop, spare, language) if cited else ZERO
        edited = copied > 0 and copied - spare < stop - start
        if edited:
            start, stop = spare, copied
        verdict = judge_line(page, start, stop, edited, lines, line, settings)
        if not (found[1] or found[2]):
            found[1] = 1 if verdict & LOREM_PAGE else 0
            found[2] = 1 if verdict & CURLY_PAGE and not verdict & LOREM_PAGE else 0
        if verdict & LINE_GOES:
            continue
        if edited:
            gap = scan(page, start, stop, language, hashes, words, word_count, lines, line_count, chunk, again)
            first, past = word_count, again[ALL_WORDS]
        chars = code_points(page, start, stop) if edited else lines[line, CHARS_LAST] - lines[line, CHARS_FIRST]
        write_piece(pieces, found[3], to, to, chars, np.int64(first == past))
        to = append_line(page, start, stop, out, to, found[3], pieces)
        found[0] += sentences(words, first, past, gap)
        found[3] += 1
        found[4] += past - first
    return to


@kernel(allocates=False)
def next_word(words: Words, word: int, end: int, place: int) -> int:
    """Return the first word from `word` on that starts at `place` or later."""
    while word < end and words[word, START] < place:
        word += 1
    return word


@kernel(allocates=False)
def append_line(page: Bytes, start: int, stop: int, out: Bytes, to: int, row: int, pieces: Table) -> int:
    """Copy page[start:stop] to `out`, after a newline unless it is the first line; returns the new end."""
    if row:
        out[to] = 10
        to += 1
    pieces[row, P_START] = to
    pieces[row, P_END] = copy_bytes(page, start, stop - start, out, to)
    return pieces[row, P_END]


@kernel(allocates=False)
def strip(out: Bytes, start: int, end: int, language: Language, pieces: Table, kept: int) -> tuple[int, int, int, int]:
    """Strip white space off out[start:end] and its pieces; returns start, end, and the first piece and the end of those that are left."""
    while start < end and language[code_point(out, start)] & SPACE:
        start += width(peek(out, start))
    while end > start and language[code_point(out, last_code_point(out, start, end))] & SPACE:
        end = last_code_point(out, start, end)
    first, last = 0, kept
    while first < last and pieces[first, P_END] <= start:
        first += 1
    while last > first and pieces[last - 1, P_START] >= end:
        last -= 1
    if first < last:
        trim(out, start, end, pieces, first)
        trim(out, start, end, pieces, last - 1)
    return start, end, first, last


@kernel(allocates=False)
def trim(out: Bytes, start: int, end: int, pieces: Table, row: int) -> None:
    """Cut a piece that is not blank down to what lies in out[start:end]."""
    pieces[row, P_START], pieces[row, P_END] = max(pieces[row, P_START], start), min(pieces[row, P_END], end)
    pieces[row, P_CHARS] = code_points(out, pieces[row, P_START], pieces[row, P_END])
