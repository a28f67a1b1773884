"""A page into two small tables, words and lines, in one pass; every rule over text then only reads these.

The words are spaCy's tokens (blank English) that are not white space, which is what datatrove's filters call words; spaCy itself is not
needed. Lines are those of `str.splitlines`. Source of the behaviour: spaCy (MIT), `Tokenizer`: chunks between spaces, exceptions,
affixes (`spacy_affixes.py`), then exceptions put together again across chunks.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import CODE, CUT, KIND, PLACE, Chunk, infix_size, is_url, prefix_size, suffix_size
from tilth.kernels.spacy_rules import KNOWN, KNOWN_COLUMNS, LONGEST_RUN, Language, find_known, find_run, is_seen
from tilth.kernels.text_bytes import code_point, hash_bytes, last_code_point, pair, peek, width
from tilth.kernels.text_classes import (
    ACTIVE, ALPHABETIC, BEFORE_DOT, BRACKET, COUNTED, CURLY, DIGIT, LETTER_J, LINE_BREAK, NO_DIGIT, PUNCTUATION, SENTENCE_END, SPACE, SUFFIX, UPPER, WORDLIKE,
)

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Words = np.ndarray[tuple[int, int], np.dtype[np.int32]]
Lines = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Totals = np.ndarray[tuple[int], np.dtype[np.int64]]

# columns of `words`: first byte, bytes, code points, flags; their `hashes` stand beside
START, SIZE, CHARS, FLAGS = range(4)
WORD_COLUMNS = 4
HAS_LETTER, HAS_WORDLIKE, ALL_PUNCTUATION, ENDS_SENTENCE = 1, 2, 4, 8
AFTER_GAP, STARTS_RUN, TAKEN = 16, 32, 64  # a gap: a token of white space, which spaCy makes of all but single spaces

# columns of `lines`: first byte, end, start of the next line; first byte and end of its chunks (what str.split returns), their number, code
# points of the longest; code points before each of the first four places; flags
LINE, LINE_END, NEXT, FIRST, LAST, CHUNKS, LONGEST, CHARS_LINE, CHARS_END, CHARS_FIRST, CHARS_LAST, LINE_FLAGS = range(12)
LINE_COLUMNS = 12
NEWLINE, HAS_CURLY, HAS_BRACKET, MAY_HOLD_PHRASE = 1, 2, 4, 8  # it ends in "\n", holds "{", holds "[", may hold a phrase that C4 looks for

# places in `totals`
ALL_WORDS, ALL_LINES, ALL_CHARS, HASH_MARKS, ELLIPSES, RUN_STARTS, FIRST_WORD = range(7)
TOTALS = 7

ZERO = np.int64(0)  # a literal 0 would be a type of its own, and everything it is passed to compiled once more
_LOWER = np.uint64(0x2020202020202020)


@kernel(allocates=False)
def scan(page: Bytes, begin: int, end: int, language: Language, hashes: Hashes, words: Words, word: int, lines: Lines, line: int, chunk: Chunk, totals: Totals) -> int:
    """Write the words of page[begin:end] from row `word` on, its lines from row `line` on, and where they end into `totals`.

    `page` must have eight bytes more than are read, `chunk` a row more. Returns AFTER_GAP if the page ends in a token of white space, else 0.
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
    page: Bytes, begin: int, end: int, gap: int, language: Language, hashes: Hashes, words: Words, lines: Lines, line: int, chunk: Chunk, totals: Totals
) -> int:
    """Add the line that starts at `begin`, and its words. `gap`: AFTER_GAP if white space that is a token comes before, else 0; so the result."""
    i, kind, longer, marks, phrase = begin, ZERO, ZERO, ZERO, ZERO  # longer: bytes beyond one a code point
    first = last = begin
    word, chars = totals[ALL_WORDS], totals[ALL_CHARS] - begin
    chars_first = chars_last = totals[ALL_CHARS]
    chunks = longest = ZERO
    while i < end and not kind & LINE_BREAK:
        start, before, inside, ending, some, every = i, longer, ZERO, ZERO, ZERO, ~ZERO
        while i < end:
            byte = peek(page, i)
            kind = peek(language, byte if byte < 0x80 else code_point(page, i))
            if kind & SPACE:
                break
            inside, ending = some, kind  # inside: the flags of all characters but the last
            some |= kind
            every &= kind
            if byte >= 0x80:
                longer += width(byte) - 1
                i += width(byte) - 1
            i += 1
        if i > start:
            if chunks == 0:
                first, chars_first = start, chars + start - before
            last, chars_last = i, chars + i - longer
            size = i - start - longer + before
            chunks, longest, marks = chunks + 1, max(longest, size), marks | some
            if (some & LETTER_J and i - start >= 10) or may_end_phrase(page, start):
                phrase = np.int64(MAY_HOLD_PHRASE)
            word = add_chunk(page, start, i, size, inside, ending, some, every, gap, language, hashes, words, word, chunk, totals)
            gap = ZERO
        start = i
        while i < end:
            kind = peek(language, code_point(page, i))
            if not kind & SPACE or kind & LINE_BREAK:
                break
            longer += width(peek(page, i)) - 1
            i += width(peek(page, i))
        if i > start and not (i == start + 1 and peek(page, start) == 32):
            gap = np.int64(AFTER_GAP)
    after, flags = i, phrase | (HAS_CURLY if marks & CURLY else 0) | (HAS_BRACKET if marks & BRACKET else 0)
    totals[ALL_WORDS], totals[ALL_CHARS] = word, chars + i - longer
    lines[line, CHARS_END] = totals[ALL_CHARS]
    if i < end:
        gap = np.int64(AFTER_GAP)
        both = 1 if peek(page, i) == 13 and i + 1 < end and peek(page, i + 1) == 10 else 0
        after = i + both + width(peek(page, i))
        totals[ALL_CHARS] += both + 1
        flags |= NEWLINE if peek(page, after - 1) == 10 else 0
    lines[line, LINE], lines[line, LINE_END], lines[line, NEXT], lines[line, LINE_FLAGS] = begin, i, after, flags
    lines[line, FIRST], lines[line, LAST], lines[line, CHUNKS], lines[line, LONGEST] = first, last, chunks, longest
    lines[line, CHARS_LINE], lines[line, CHARS_FIRST], lines[line, CHARS_LAST] = chars + begin, chars_first, chars_last
    return gap


@kernel(allocates=False)
def add_chunk(
    page: Bytes, start: int, end: int, size: int, inside: int, ending: int, some: int, every: int, gap: int, language: Language, hashes: Hashes,
    words: Words, word: int, chunk: Chunk, totals: Totals,
) -> int:
    """Add the words of a chunk, `size` code points without white space, by the shortest way there is."""
    if some & COUNTED:
        count_marks(page, start, end, totals)
    if is_plain(some) or size == 1:
        return plain_chunk(page, start, end, size, some, every, gap, language, hashes, words, word, totals)
    if is_plain(inside) and inside & (ALPHABETIC | DIGIT) and (ending & SUFFIX or peek(page, end - 1) == 46):
        return ended_chunk(page, start, end, size, inside, some, gap, language, hashes, words, word, totals)
    return take_apart(page, start, end, some, gap, language, hashes, words, word, chunk, totals)


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
    return first == 117 and start >= 2 and page[start - 2] | 0x20 == 102 and head & np.uint64(0xFFFFFF) == np.uint64(0x657375)


@kernel(allocates=False)
def count_marks(page: Bytes, start: int, end: int, totals: Totals) -> None:
    """Count "#", and "..." and the ellipsis, as str.count does."""
    dots = 0
    for i in range(start, end):
        dots = dots + 1 if page[i] == 46 else 0
        if dots == 3:
            totals[ELLIPSES] += 1
            dots = 0
        if page[i] == 35:
            totals[HASH_MARKS] += 1
        if page[i] == 0xA6 and i - start >= 2 and page[i - 1] == 0x80 and page[i - 2] == 0xE2:
            totals[ELLIPSES] += 1


@kernel(allocates=False)
def plain_chunk(
    page: Bytes, start: int, end: int, chars: int, some: int, every: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int,
    totals: Totals,
) -> int:
    """Add a chunk that no affix rule touches: one word, or an exception's."""
    key = hash_bytes(page, start, end)
    known = find_known(language, page, start, end, key)
    if known and language[known + 3]:
        return add_exception(page, start, known, gap, language, hashes, words, word, totals)
    words[word, FLAGS] = word_flags(some, every, chars) | gap
    return add_word(start, end, chars, key, known, language, hashes, words, word, totals)


@kernel(allocates=False)
def is_plain(some: int) -> bool:
    """Return whether characters with these flags between them are one word: no mark that a rule asks for, not digits among other things."""
    return not some & ACTIVE and some & (DIGIT | NO_DIGIT) != DIGIT | NO_DIGIT


@kernel(allocates=False)
def ended_chunk(
    page: Bytes, start: int, end: int, chars: int, inside: int, some: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int,
    totals: Totals,
) -> int:
    """Add a plain chunk with one closing mark after it: the short way through `take_apart` for what is most common."""
    key = hash_bytes(page, start, end)
    known = find_known(language, page, start, end, key)
    if known and language[known + 3]:
        return add_exception(page, start, known, gap, language, hashes, words, word, totals)
    mark = last_code_point(page, start, end)
    if page[end - 1] == 46 and not cuts_dot(page, start, mark, language):
        words[word, FLAGS] = word_flags(some, ZERO, chars) | gap
        return add_word(start, end, chars, key, known, language, hashes, words, word, totals)
    word = plain_chunk(page, start, mark, chars - 1, inside, ZERO, gap, language, hashes, words, word, totals)
    kind = language[code_point(page, mark)]
    return plain_chunk(page, mark, end, np.int64(1), kind, kind, ZERO, language, hashes, words, word, totals)


@kernel(allocates=False)
def cuts_dot(page: Bytes, start: int, dot: int, language: Language) -> bool:
    """Return whether a final dot after the plain page[start:dot] is a word of its own: after most things, but not after one capital."""
    last = last_code_point(page, start, dot)
    kind = language[code_point(page, last)]
    if kind & BEFORE_DOT:
        return True
    return last > start and kind & UPPER & language[code_point(page, last_code_point(page, start, last))] != 0


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
def add_word(start: int, end: int, chars: int, key: np.uint64, known: int, language: Language, hashes: Hashes, words: Words, word: int, totals: Totals) -> int:
    """Complete a row of `words`, and note where a known run of words may start."""
    hashes[word] = key
    words[word, START], words[word, SIZE], words[word, CHARS] = start, end - start, chars
    if known and language[known + 2] and word > totals[FIRST_WORD] and not words[word, FLAGS] & AFTER_GAP and is_seen(language, pair(hashes[word - 1], key)):
        words[word - 1, FLAGS] |= STARTS_RUN
        totals[RUN_STARTS] += 1
    return word + 1


@kernel(allocates=False)
def add_token(page: Bytes, start: int, end: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, totals: Totals) -> int:
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
def add_exception(page: Bytes, start: int, known: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, totals: Totals) -> int:
    """Add the words that a known text becomes, at `start`."""
    for token in range(language[known + 3]):
        end = start + language[known + 4 + token]
        word = add_token(page, start, end, gap if token == 0 else ZERO, language, hashes, words, word, totals)
        start = end
    return word


@kernel(allocates=False)
def take_apart(
    page: Bytes, start: int, end: int, some: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, chunk: Chunk, totals: Totals
) -> int:
    """Add the words of a chunk that affix rules may cut: prefixes at once, then the rest, then suffixes from the last cut back."""
    before, cuts = word, ZERO
    lo, hi = ZERO, decode(page, start, end, language, chunk)
    known, last = exception(page, lo, hi, language, chunk), ~ZERO
    while lo < hi and hi - lo != last and not known:
        last = hi - lo
        front, back = prefix_size(chunk, lo, hi), ZERO
        if front:
            known = exception(page, lo + front, hi, language, chunk)
        if not known:
            back = suffix_size(page, chunk, lo + front, hi, some, language)
        if back:
            known = exception(page, lo, hi - back, language, chunk)
            if known:
                front = ZERO
        if front:
            word = add_token(page, chunk[lo, PLACE], chunk[lo + front, PLACE], gap if word == before else ZERO, language, hashes, words, word, totals)
        if back:
            chunk[cuts, CUT] = hi
            cuts += 1
        lo, hi = lo + front, hi - back
        if front and back:
            known = exception(page, lo, hi, language, chunk)
    if known:
        word = add_exception(page, chunk[lo, PLACE], known, gap if word == before else ZERO, language, hashes, words, word, totals)
    elif lo < hi:
        word = add_middle(page, lo, hi, some, gap if word == before else ZERO, language, hashes, words, word, chunk, totals)
    while cuts > 0:
        cuts -= 1
        word = add_token(page, chunk[hi, PLACE], chunk[chunk[cuts, CUT], PLACE], gap if word == before else ZERO, language, hashes, words, word, totals)
        hi = chunk[cuts, CUT]
    return word


@kernel(allocates=False)
def decode(page: Bytes, start: int, end: int, language: Language, chunk: Chunk) -> int:
    """Write the code points of page[start:end] into `chunk` and return their number."""
    size = 0
    while start < end:
        code = code_point(page, start)
        chunk[size, CODE], chunk[size, KIND], chunk[size, PLACE] = code, language[code], start
        start += width(page[start])
        size += 1
    chunk[size, PLACE] = end
    return size


@kernel(allocates=False)
def exception(page: Bytes, lo: int, hi: int, language: Language, chunk: Chunk) -> int:
    """Return the row of the exception that the part [lo, hi) of the chunk is; 0 if it is none."""
    if lo >= hi:
        return 0
    start, end = chunk[lo, PLACE], chunk[hi, PLACE]
    known = find_known(language, page, start, end, hash_bytes(page, start, end))
    return known if known and language[known + 3] else 0


@kernel(allocates=False)
def add_middle(
    page: Bytes, lo: int, hi: int, some: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, chunk: Chunk, totals: Totals
) -> int:
    """Add what is left of a chunk between its affixes and is no exception: a URL, or the pieces between and at its infixes."""
    at, piece = lo, lo
    if some & COUNTED and is_url(chunk, lo, hi):  # which needs a dot
        at = hi
    while at < hi:
        size = infix_size(chunk, at, lo, hi) if chunk[at, KIND] & ACTIVE else ZERO
        if size and at > lo:
            if at > piece:
                word = add_token(page, chunk[piece, PLACE], chunk[at, PLACE], gap, language, hashes, words, word, totals)
                gap = ZERO
            word = add_token(page, chunk[at, PLACE], chunk[at + size, PLACE], ZERO, language, hashes, words, word, totals)
            piece = at + size
        at += max(size, 1)
    if piece < hi:
        word = add_token(page, chunk[piece, PLACE], chunk[hi, PLACE], gap, language, hashes, words, word, totals)
    return word


@kernel(allocates=False)
def put_together(page: Bytes, language: Language, hashes: Hashes, words: Words, end: int, chunk: Chunk, totals: Totals) -> int:
    """Replace runs of words that spell an exception by its words; the longest runs first, then from the left. Returns the new end."""
    spots = ZERO
    for word in range(totals[FIRST_WORD], end):
        if words[word, FLAGS] & STARTS_RUN:
            chunk[spots, 0], chunk[spots, 1] = word, 0
            spots += 1
    for size in range(LONGEST_RUN, 1, -1):
        for spot in range(spots):
            word = chunk[spot, 0]
            run = find_run(language, page, words, word, size, pair(hashes[word], hashes[word + 1])) if word + size <= end else 0
            if run:
                if not (words[word, FLAGS] | words[word + size - 1, FLAGS]) & TAKEN:
                    chunk[spot, 1] = run
                for taken in range(word, word + size):
                    words[taken, FLAGS] |= TAKEN
    return rewrite(page, language, hashes, words, end, chunk, spots, totals)


@kernel(allocates=False)
def rewrite(page: Bytes, language: Language, hashes: Hashes, words: Words, end: int, chunk: Chunk, spots: int, totals: Totals) -> int:
    """Copy the words with the chosen runs replaced; a run with a space in it stays as it is. Returns the new end."""
    longer = ZERO
    for spot in range(spots):
        if chunk[spot, 1]:
            longer += max(0, language[exception_of(language, chunk[spot, 1]) + 3] - language[chunk[spot, 1]])
    to, spot, word = totals[FIRST_WORD], 0, totals[FIRST_WORD]
    if longer:
        for last in range(end - 1, word - 1, -1):
            copy_word(hashes, words, last, last + longer)
    while word < end:
        while spot < spots and (chunk[spot, 0] < word or chunk[spot, 1] == 0):
            spot += 1
        if spot < spots and chunk[spot, 0] == word:
            run = chunk[spot, 1]
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
    for i in range(word, word + size - 1):
        if words[i, START] + words[i, SIZE] != words[i + 1, START]:
            return False
    return True


@kernel(allocates=False)
def copy_word(hashes: Hashes, words: Words, word: int, to: int) -> None:
    """Copy one row."""
    hashes[to] = hashes[word]
    for column in range(WORD_COLUMNS):
        words[to, column] = words[word, column]
