"""What DCLM's Gopher filters count in a text: three kinds of words, and every copy of lines, paragraphs and n-grams that repeat.

Words are fastText's tokens where they are counted, what lies between white space where they are measured, and those of Unicode's annex 29
in n-grams. Lines, paragraphs and n-grams are compared by 64-bit hashes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.c4_paper import stripped
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.letter_case import Letters, lower
from tilth.kernels.text_bytes import MULTIPLIER, SEED, code_point, code_points, pair, peek, width
from tilth.kernels.text_classes import ALPHABETIC, SPACE, WORD, Classes
from tilth.kernels.uax29 import Breaks, word_end

Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Figures = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Integers = np.ndarray[tuple[int], np.dtype[np.int64]]
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]

TOKENS, WORDS, CHARS, SYMBOLS, LETTER_WORDS, STOPS, LINES, BULLETS, ELLIPSES = range(9)
DUP_LINES, DUP_PARAGRAPHS, DUP_LINE_CHARS, DUP_PARAGRAPH_CHARS, GRAMS = range(5)
LONGEST = 10
NO_SEED = np.uint64(0)
_ELLIPSIS, _BULLET, _CIRCLE = 0x2026, 0x2022, 0x25CF
_UNDERSCORE = 0x5F


def hashes(words: Iterable[str]) -> Hashes:
    """Return the hashes by which `quality` knows words in small letters, uint64[n]."""
    small, found = lower(), []
    for word in words:
        value = int(SEED)
        for character in word:
            value = (value ^ int(small[ord(character)])) * int(MULTIPLIER) & 0xFFFFFFFFFFFFFFFF
        found.append(value)
    return np.array(found, np.uint64)


@kernel
def quality(offsets: Offsets, data: Bytes, classes: Classes, small: Letters, stops: Hashes) -> Counts:
    """Return of every text TOKENS (fastText's that begin with a letter or digit); WORDS between white space, their CHARS, SYMBOLS (each #,
    ..., . . . and …), LETTER_WORDS (with a letter), STOPS; LINES that are not blank, BULLETS and ELLIPSES at their ends; int64[n, 9].
    """
    counts = np.zeros((len(offsets) - 1, 9), np.int64)
    for row in range(len(offsets) - 1):
        _count_words(data, offsets[row], offsets[row + 1], classes, small, stops, counts[row])
        _count_lines(data, offsets[row], offsets[row + 1], classes, counts[row])
    return counts


@kernel(allocates=False)
def _count_words(data: Bytes, at: int, end: int, classes: Classes, small: Letters, stops: Hashes, counts: np.ndarray) -> None:
    dots = spaced = at  # where the next ellipsis may start: they do not overlap
    between, apart, letter, value = True, True, False, SEED
    while at < end:
        code = code_point(data, at)
        flags = classes[code]
        if apart and flags & WORD and code != _UNDERSCORE:
            counts[TOKENS] += 1
        apart = cuts_tokens(code)
        if flags & SPACE:
            if not between:
                counts[LETTER_WORDS] += letter
                counts[STOPS] += _among(value, stops)
            between, letter, value = True, False, SEED
        else:
            counts[WORDS] += between
            counts[CHARS] += 1
            letter |= flags & ALPHABETIC != 0
            value = (value ^ np.uint64(small[code])) * MULTIPLIER
            between = False
            if code == 0x2E:
                if at >= dots and _dots(data, at, end, 1):
                    counts[SYMBOLS] += 1
                    dots = at + 3
                if at >= spaced and _dots(data, at, end, 2):
                    counts[SYMBOLS] += 1
                    spaced = at + 5
            else:
                counts[SYMBOLS] += code in (0x23, _ELLIPSIS)
        at += width(data[at])
    if not between:
        counts[LETTER_WORDS] += letter
        counts[STOPS] += _among(value, stops)


@kernel(allocates=False)
def cuts_tokens(code: int) -> bool:
    """Return whether fastText's dictionary ends a word at this character: white space of ASCII, and NUL."""
    return code == 0x20 or 0x09 <= code <= 0x0D or code == 0


@kernel
def count_tokens(offsets: Offsets, data: Bytes, classes: Classes) -> Integers:
    """Return how many of fastText's tokens in every text begin with a letter or digit, int64[n]."""
    counts = np.zeros(len(offsets) - 1, np.int64)
    for row in range(len(offsets) - 1):
        apart = True
        for at in range(offsets[row], offsets[row + 1]):
            cuts = cuts_tokens(data[at])
            if apart and not cuts:
                code = code_point(data, at)
                counts[row] += classes[code] & WORD != 0 and code != _UNDERSCORE
            apart = cuts
    return counts


@kernel(allocates=False)
def _dots(data: Bytes, at: int, end: int, step: int) -> bool:
    """Return whether three dots start here, with a space between them where `step` is 2."""
    last = at + 2 * step
    if last >= end or data[at] != 0x2E or data[at + step] != 0x2E or data[last] != 0x2E:
        return False
    return step == 1 or (data[at + 1] == 0x20 and data[at + 3] == 0x20)


@kernel(allocates=False)
def _among(value: np.uint64, values: Hashes) -> bool:
    found = False
    for i in range(len(values)):
        found |= value == values[i]
    return found


@kernel(allocates=False)
def line_end(data: Bytes, at: int, end: int) -> int:
    """Return where the line from `at` ends."""
    while at < end and peek(data, at) != 10:
        at += 1
    return at


@kernel(allocates=False)
def _count_lines(data: Bytes, at: int, end: int, classes: Classes, counts: np.ndarray) -> None:
    while at < end:
        stop = line_end(data, at, end)
        first, last = stripped(data, at, stop, classes)
        if first < last:
            counts[LINES] += 1
            counts[BULLETS] += _is_bullet(code_point(data, first))
            counts[ELLIPSES] += _ends_in_ellipsis(data, first, last)
        at = stop + 1


@kernel(allocates=False)
def _is_bullet(code: int) -> bool:
    return code in (0x2A, 0x2D, _BULLET, _CIRCLE)


@kernel(allocates=False)
def _ends_in_ellipsis(data: Bytes, first: int, last: int) -> bool:
    if last - first < 3:
        return False
    if data[last - 3] == 0xE2:
        return data[last - 2] == 0x80 and data[last - 1] == 0xA6
    return _dots(data, last - 3, last, 1) or (last - first >= 5 and _dots(data, last - 5, last, 2))


@kernel
def repetition(offsets: Offsets, data: Bytes, classes: Classes, breaks: Breaks) -> Figures:
    """Return the shares DUP_LINES, DUP_PARAGRAPHS, DUP_LINE_CHARS, DUP_PARAGRAPH_CHARS and from GRAMS on those of 2- to 10-grams,
    float64[n, 13]; NaN for the lines of a blank text and for all of an empty one, 0 where nothing can repeat.
    """
    out = np.zeros((len(offsets) - 1, GRAMS + LONGEST - 1))
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if start == end:
            out[row] = np.nan
            continue
        out[row, DUP_LINES], out[row, DUP_LINE_CHARS] = _repeats(data, segments(data, start, end, 1, classes))
        out[row, DUP_PARAGRAPHS], out[row, DUP_PARAGRAPH_CHARS] = _repeats(data, segments(data, start, end, 2, classes))
        words, sizes = _words(data, start, end, classes, breaks)
        _repeated_grams(words, sizes, out[row, GRAMS:])
    return out


@kernel
def segments(data: Bytes, at: int, end: int, breaks: int, classes: Classes) -> np.ndarray:
    """Return the first and last places of what stands between `breaks` newlines, without white space around it; not of what is blank."""
    most = 1
    for i in range(at, end):
        most += data[i] == 10
    places = np.empty((most, 2), np.int64)
    count = 0
    while at < end:
        stop = line_end(data, at, end)
        while breaks == 2 and stop + 1 < end and data[stop + 1] != 10:
            stop = line_end(data, stop + 1, end)
        first, last = stripped(data, at, stop, classes)
        if first < last:
            places[count, 0], places[count, 1] = first, last
            count += 1
        at = stop + breaks
    return places[:count]


@kernel
def _repeats(data: Bytes, places: np.ndarray) -> tuple[float, float]:
    """Return the share of segments that are there more than once, all copies counted, and that of their characters."""
    count = len(places)
    if count == 0:
        return np.nan, np.nan
    keys, sizes = np.empty(count, np.uint64), np.empty(count, np.int64)
    for i in range(count):
        keys[i] = xxh64(data, places[i, 0], places[i, 1], NO_SEED)
        sizes[i] = code_points(data, places[i, 0], places[i, 1])
    many = _occurrences(keys, count) > 1
    return many.sum() / count, (sizes * many).sum() / sizes.sum()


@kernel
def _words(data: Bytes, at: int, end: int, classes: Classes, breaks: Breaks) -> tuple[Hashes, Integers]:
    """Return the hash of every word that begins with a letter or digit, and the running total of their characters (one more than words)."""
    keys = np.empty(end - at, np.uint64)
    sizes = np.zeros(end - at + 1, np.int64)
    count = 0
    while at < end:
        stop = word_end(data, at, end, breaks)
        code = code_point(data, at)
        if classes[code] & WORD and code != _UNDERSCORE:
            keys[count] = xxh64(data, at, stop, NO_SEED)
            sizes[count + 1] = sizes[count] + code_points(data, at, stop)
            count += 1
        at = stop
    return keys[:count], sizes[: count + 1]


@kernel
def _occurrences(keys: Hashes, count: int) -> Integers:
    """Return for each of the first `count` keys how often it is among them."""
    size = 16
    while size < 2 * count:
        size *= 2
    table = np.full(size, -1, np.int64)
    first = np.empty(count, np.int64)
    counts = np.zeros(count, np.int64)
    mask = np.uint64(size - 1)
    for i in range(count):
        slot = np.int64(keys[i] & mask)
        while table[slot] >= 0 and keys[table[slot]] != keys[i]:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = i
        first[i] = table[slot]
        counts[first[i]] += 1
    return counts[first]


@kernel
def _repeated_grams(words: Hashes, sizes: Integers, out: np.ndarray) -> None:
    """Write the shares of characters: of the most common 2- to 4-gram, the longest among equals, times its copies; of words in a 5- to
    10-gram that repeats. An n-gram can only repeat where both (n-1)-grams in it do, so few places are left to look at.
    """
    count = len(words)
    grams = words.copy()
    repeats = _occurrences(words, count) > 1  # of the n-gram from each place
    for n in range(2, min(LONGEST, count) + 1):
        last = count - n + 1
        places = np.flatnonzero(repeats[:last] & repeats[1 : last + 1])
        for i in places:
            grams[i] = pair(grams[i], words[i + n - 1])
        counts = _occurrences(grams[places], len(places))
        again = places[counts > 1]
        if len(again) == 0:
            return
        out[n - 2] = (_top(places, counts, sizes, n) if n <= 4 else _covered(again, sizes, n)) / sizes[count]
        repeats = np.zeros(last, np.bool_)
        repeats[again] = True


@kernel(allocates=False)
def _top(places: Integers, counts: Integers, sizes: Integers, n: int) -> int:
    """Return the characters of all copies of the most common n-gram, the longest among equals."""
    most = longest = 0
    for i in range(len(places)):
        size = sizes[places[i] + n] - sizes[places[i]]
        if counts[i] > most or (counts[i] == most and size > longest):
            most, longest = counts[i], size
    return most * longest


@kernel(allocates=False)
def _covered(places: Integers, sizes: Integers, n: int) -> int:
    """Return the characters of the words that lie in an n-gram from one of these places, each word once."""
    covered = until = 0
    for i in range(len(places)):
        start = max(places[i], until)
        until = places[i] + n
        covered += sizes[until] - sizes[start]
    return covered
