"""A chunk between spaces into words: at once where no rule touches it, by a short way with one closing mark, else from both ends.

Source of the behaviour: spaCy (MIT), `Tokenizer._split_affixes` and `_attach_tokens`.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import CODE, CUT, KIND, PLACE, Chunk, infix_size, prefix_size, suffix_size
from tilth.kernels.spacy_rules import Language, find_known
from tilth.kernels.spacy_table import FLAGS, ZERO, Hashes, Totals, Words, add_exception, add_token, add_word, word_flags
from tilth.kernels.spacy_url import is_url
from tilth.kernels.text_bytes import code_point, hash_bytes, last_code_point, peek, width
from tilth.kernels.text_classes import ACTIVE, ALPHABETIC, BEFORE_DOT, COUNTED, DIGIT, NO_DIGIT, SUFFIX, UPPER

LONGEST_EXCEPTION = 64  # bytes, and more than any has


@kernel(allocates=False)
def add_chunk(
    page: Bytes, start: int, end: int, size: int, inside: int, ending: int, some: int, every: int, gap: int, language: Language,
    hashes: Hashes, words: Words, word: int, chunk: Chunk, totals: Totals,
) -> int:
    """Add the words of a chunk, `size` code points without white space, by the shortest way there is."""
    if is_plain(some) or size == 1:
        return plain_chunk(page, start, end, size, some, every, gap, language, hashes, words, word, totals)
    if is_plain(inside) and inside & (ALPHABETIC | DIGIT) and (ending & SUFFIX or peek(page, end - 1) == 46):
        return ended_chunk(page, start, end, size, inside, some, gap, language, hashes, words, word, totals)
    return take_apart(page, start, end, some, gap, language, hashes, words, word, chunk, totals)


@kernel(allocates=False)
def is_plain(some: int) -> bool:
    """Return whether characters with these flags between them are one word: no mark that a rule asks for, not digits among other things."""
    return not some & ACTIVE and some & (DIGIT | NO_DIGIT) != DIGIT | NO_DIGIT


@kernel(allocates=False)
def plain_chunk(
    page: Bytes, start: int, end: int, chars: int, some: int, every: int, gap: int, language: Language, hashes: Hashes, words: Words,
    word: int, totals: Totals,
) -> int:
    """Add a chunk that no affix rule touches: one word, or an exception's."""
    key = hash_bytes(page, start, end)
    known = find_known(language, page, start, end, key)
    if known and language[known + 3]:
        return add_exception(page, start, known, gap, language, hashes, words, word, totals)
    words[word, FLAGS] = word_flags(some, every, chars) | gap
    return add_word(start, end, chars, key, known, language, hashes, words, word, totals)


@kernel(allocates=False)
def ended_chunk(
    page: Bytes, start: int, end: int, chars: int, inside: int, some: int, gap: int, language: Language, hashes: Hashes, words: Words,
    word: int, totals: Totals,
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
def take_apart(
    page: Bytes, start: int, end: int, some: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, chunk: Chunk,
    totals: Totals,
) -> int:
    """Add the words of a chunk that affix rules may cut: prefixes at once, then the rest, then suffixes from the last cut back."""
    cuts, lo, hi, last = ZERO, ZERO, decode(page, start, end, language, chunk), ~ZERO
    known = exception(page, lo, hi, language, chunk)
    while lo < hi and hi - lo != last and not known:
        last = hi - lo
        front, back = prefix_size(chunk, lo, hi), ZERO
        if front:
            known = exception(page, lo + front, hi, language, chunk)
        if not known:
            back = suffix_size(page, chunk, lo + front, hi, some, language)
        if back:
            known = exception(page, lo, hi - back, language, chunk)
            front = ZERO if known else front
        if front:
            word = add_token(page, chunk[lo, PLACE], chunk[lo + front, PLACE], gap, language, hashes, words, word, totals)
            gap = ZERO
        if back:
            chunk[cuts, CUT] = hi
            cuts += 1
        lo, hi = lo + front, hi - back
        if front and back:
            known = exception(page, lo, hi, language, chunk)
    if known:
        word = add_exception(page, chunk[lo, PLACE], known, gap, language, hashes, words, word, totals)
    elif lo < hi:
        word = add_middle(page, lo, hi, some, gap, language, hashes, words, word, chunk, totals)
    gap = ZERO if lo < hi else gap
    while cuts > 0:
        cuts -= 1
        word = add_token(page, chunk[hi, PLACE], chunk[chunk[cuts, CUT], PLACE], gap, language, hashes, words, word, totals)
        hi, gap = chunk[cuts, CUT], ZERO
    return word


@kernel(allocates=False)
def decode(page: Bytes, start: int, end: int, language: Language, chunk: Chunk) -> int:
    """Write the code points of page[start:end] into `chunk` and return their number."""
    size = 0
    while start < end:
        code = code_point(page, start)
        chunk[size, CODE], chunk[size, KIND], chunk[size, PLACE] = code, language[code], start
        start += width(peek(page, start))
        size += 1
    chunk[size, PLACE] = end
    return size


@kernel(allocates=False)
def exception(page: Bytes, lo: int, hi: int, language: Language, chunk: Chunk) -> int:
    """Return the row of the exception that the part [lo, hi) of the chunk is; 0 if it is none."""
    if lo >= hi:
        return 0
    start, end = chunk[lo, PLACE], chunk[hi, PLACE]
    if end - start > LONGEST_EXCEPTION:  # not hashed: of a chunk of a million signs every rest would be
        return 0
    known = find_known(language, page, start, end, hash_bytes(page, start, end))
    return known if known and language[known + 3] else 0


@kernel(allocates=False)
def add_middle(
    page: Bytes, lo: int, hi: int, some: int, gap: int, language: Language, hashes: Hashes, words: Words, word: int, chunk: Chunk,
    totals: Totals,
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
