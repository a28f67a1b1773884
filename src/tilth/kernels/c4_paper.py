"""The original C4 code's page cleaner over raw text: lines kept or dropped, citations cut out, pages refused.

Its sentence splitter, NLTK's Punkt, is a model learned from a corpus. Only pages of one or two kept lines depend on it, so a rule stands
in: a sentence ends at . ? or ! before white space or a bracket, quote, ? or !; not after an ellipsis, an initial, an abbreviation, or a
number before a small letter; closing quotes and brackets belong to the sentence before them.
"""

from __future__ import annotations

import functools

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, last_code_point, width
from tilth.kernels.text_c4 import (
    CITATIONS,
    CURLY_BRACKET,
    FEWEST_WORDS,
    HAS_JAVASCRIPT,
    HAS_LOREM,
    HAS_POLICY,
    JAVASCRIPT,
    LONGEST_WORD,
    LOREM_IPSUM,
    POLICY,
    TERMINAL_MARKS,
    citation_size,
    find_phrases,
)
from tilth.kernels.text_classes import ALPHABETIC, LINE_BREAK, SPACE, Classes

Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Settings = np.ndarray[tuple[int], np.dtype[np.int64]]
Numbers = np.ndarray[tuple[int], np.dtype[np.uint64]]

LINES, KEPT_LINES, SENTENCES, LOREM, CURLY = range(5)
_KEPT, _GONE, _LOREM_PAGE, _CURLY_PAGE = range(4)

_AFTER_END = np.frombuffer(b")\";}]*:@'({[!?", np.uint8)
_CLOSING = np.frombuffer(b"\"')]}", np.uint8)
_OPENING = np.frombuffer(b"\"'([{", np.uint8)
_ABBREVIATIONS = (
    "mr mrs ms dr prof st jr sr gen sen rep col capt lt sgt maj adm gov hon rev inc co corp ltd bros vs ft yr ave "
    "jan feb aug sep sept oct nov dec tues wed fri u.s u.k u.n u.s.a d.c n.y l.a a.m p.m a.d b.c ph.d"
)


@functools.cache
def abbreviations() -> Numbers:
    """Return the words, in small letters, after which a full stop ends no sentence; each as the number that its bytes are, uint64[n].

    >>> int.from_bytes(b"dr", "little") in abbreviations()
    True
    """
    return np.array([int.from_bytes(word.encode(), "little") for word in _ABBREVIATIONS.split()], np.uint64)


@kernel
def clean(offsets: Offsets, data: Bytes, classes: Classes, known: Numbers, settings: Settings) -> tuple[Counts, Offsets, Bytes]:
    """Return of every page LINES, KEPT_LINES, SENTENCES, LOREM and CURLY, int64[n, 5], and the cleaned pages.

    `known` are `abbreviations()`, `settings` those of `text_c4`. A page that LOREM or CURLY drops comes back as it was.
    """
    rows = len(offsets) - 1
    counts, ends = np.zeros((rows, 5), np.int64), np.zeros(rows + 1, np.int64)
    out = np.empty(offsets[-1] - offsets[0] + rows, np.uint8)
    for row in range(rows):
        start, end, first = offsets[row], offsets[row + 1], ends[row]
        ends[row + 1] = _page(data, start, end, classes, known, settings, out, first, counts[row])
        if counts[row, LOREM] or counts[row, CURLY]:
            out[first : first + end - start] = data[start:end]
            ends[row + 1] = first + end - start
    return counts, ends, out[: ends[rows]].copy()


@kernel(allocates=False)
def _page(
    data: Bytes, at: int, end: int, classes: Classes, known: Numbers, settings: Settings, out: Bytes, first: int, counts: np.ndarray
) -> int:
    """Write the kept lines of data[at:end] to `out` from `first` on, count in `counts`, and return where the writing ended."""
    to = first
    while at < end:
        stop, then = _line(data, at, end, classes)
        counts[LINES] += 1
        at, stop = stripped(data, at, stop, classes)
        start = to + (to > first)  # after the newline that joins it to the line before
        last = _copy(data, at, stop, classes, settings[CITATIONS], out, start)
        fate = _fate(data, at, stop, out, start, last, classes, settings)
        if fate > _GONE:
            counts[LOREM], counts[CURLY] = fate == _LOREM_PAGE, fate == _CURLY_PAGE
            return to
        if fate == _KEPT:
            counts[KEPT_LINES] += 1
            counts[SENTENCES] += sentences(out, start, last, classes, known)
            if start > first:
                out[start - 1] = 10
            to = last
        at = then
    return _left_aligned(out, first, to, classes)


@kernel(allocates=False)
def _fate(data: Bytes, at: int, stop: int, out: Bytes, start: int, last: int, classes: Classes, settings: Settings) -> int:
    """Return what becomes of a line: data[at:stop] before and out[start:last] after citations were cut out."""
    if settings[LONGEST_WORD] >= 0 and words(data, at, stop, classes)[1] > settings[LONGEST_WORD]:
        return _GONE
    if settings[TERMINAL_MARKS] and not _ends_well(out, start, last):
        return _GONE
    if words(out, start, last, classes)[0] < settings[FEWEST_WORDS]:
        return _GONE
    phrases = find_phrases(out, start, last)
    if settings[LOREM_IPSUM] and phrases & HAS_LOREM:
        return _LOREM_PAGE
    if settings[JAVASCRIPT] and phrases & HAS_JAVASCRIPT:
        return _GONE
    if settings[CURLY_BRACKET] and index(out, start, last, 0x7B) < last:
        return _CURLY_PAGE
    return _GONE if settings[POLICY] and phrases & HAS_POLICY else _KEPT


@kernel(allocates=False)
def _line(data: Bytes, at: int, end: int, classes: Classes) -> tuple[int, int]:
    """Return where the line from `at` ends and where the next one starts, as str.splitlines has it."""
    while at < end:
        code = code_point(data, at)
        if classes[code] & LINE_BREAK:
            both = code == 13 and at + 1 < end and data[at + 1] == 10
            return at, at + width(data[at]) + both
        at += width(data[at])
    return end, end


@kernel(allocates=False)
def stripped(data: Bytes, start: int, end: int, classes: Classes) -> tuple[int, int]:
    """Return data[start:end] without white space around it."""
    while start < end and classes[code_point(data, start)] & SPACE:
        start += width(data[start])
    while start < end and classes[code_point(data, last_code_point(data, start, end))] & SPACE:
        end = last_code_point(data, start, end)
    return start, end


@kernel(allocates=False)
def _left_aligned(out: Bytes, first: int, last: int, classes: Classes) -> int:
    """Move a page so that no white space leads it, which a citation can leave; return its new end."""
    start, last = stripped(out, first, last, classes)
    if start > first:
        for i in range(last - start):
            out[first + i] = out[start + i]
    return first + last - start


@kernel(allocates=False)
def words(data: Bytes, at: int, end: int, classes: Classes) -> tuple[int, int]:
    """Return how many words there are between white space, and the length of the longest in code points."""
    words = longest = size = 0
    while at < end:
        if classes[code_point(data, at)] & SPACE:
            size = 0
        else:
            words += size == 0
            size += 1
            longest = max(longest, size)
        at += width(data[at])
    return words, longest


@kernel(allocates=False)
def _copy(data: Bytes, at: int, end: int, classes: Classes, citations: int, out: Bytes, to: int) -> int:
    """Copy data[at:end] to `out`, without its citations if `citations`; return where the copy ends."""
    while at < end:
        size = citation_size(data, at, end, classes) if citations else 0
        if size == 0:
            out[to] = data[at]
            at, to = at + 1, to + 1
        at += size
    return to


@kernel(allocates=False)
def index(data: Bytes, at: int, end: int, byte: int) -> int:
    """Return where `byte` stands first in data[at:end]; `end` if nowhere."""
    while at < end and data[at] != byte:
        at += 1
    return at


@kernel(allocates=False)
def _among(byte: int, some: Bytes) -> bool:
    return index(some, 0, len(some), byte) < len(some)


@kernel(allocates=False)
def _ends_well(data: Bytes, start: int, end: int) -> bool:
    """Return whether a line ends in . ? ! or a straight double quote, and not in three dots."""
    if start == end:
        return False
    last = data[end - 1]
    dots = end - start >= 3 and data[end - 2] == 0x2E and data[end - 3] == 0x2E
    return (last == 0x2E and not dots) or last == 0x3F or last == 0x21 or last == 0x22


@kernel(allocates=False)
def sentences(data: Bytes, start: int, end: int, classes: Classes, known: Numbers) -> int:
    """Return how many sentences data[start:end] has, at least one."""
    count = 1
    for at in range(start, end - 1):
        if data[at] != 0x2E and data[at] != 0x3F and data[at] != 0x21:
            continue
        if not classes[code_point(data, at + 1)] & SPACE and not _among(data[at + 1], _AFTER_END):
            continue
        then, _ = stripped(data, at + 1, end, classes)
        if data[at] != 0x2E or not _goes_on(data, start, at, then, end, classes, known):
            count += _beyond_closing(data, then, end, classes) < end
    return count


@kernel(allocates=False)
def _beyond_closing(data: Bytes, at: int, end: int, classes: Classes) -> int:
    """Return where the next sentence starts: past closing quotes and brackets, and white space."""
    while at < end and _among(data[at], _CLOSING):
        at += 1
    return stripped(data, at, end, classes)[0]


@kernel(allocates=False)
def _goes_on(data: Bytes, start: int, dot: int, then: int, end: int, classes: Classes, known: Numbers) -> bool:
    """Return whether the full stop at `dot` ends no sentence; the next word starts at `then`."""
    if dot > start and data[dot - 1] == 0x2E:
        return True
    at = _word_start(data, start, dot, classes)
    if at == dot:
        return False
    if at + width(data[at]) == dot and classes[code_point(data, at)] & ALPHABETIC:
        return True
    if 0x30 <= data[dot - 1] <= 0x39 and then < end and 0x61 <= data[then] <= 0x7A:
        return True
    return _is_known(data, at, dot, known)


@kernel(allocates=False)
def _word_start(data: Bytes, start: int, end: int, classes: Classes) -> int:
    """Return where the word starts that ends at `end`, past quotes and brackets that open it."""
    at = end
    while at > start and not classes[code_point(data, last_code_point(data, start, at))] & SPACE:
        at = last_code_point(data, start, at)
    while at < end and _among(data[at], _OPENING):
        at += 1
    return at


@kernel(allocates=False)
def _is_known(data: Bytes, start: int, end: int, known: Numbers) -> bool:
    """Return whether data[start:end] is an abbreviation, in small or capital letters."""
    if end - start > 8:
        return False
    small = np.uint64(0)
    for i in range(end - 1, start - 1, -1):
        letter = data[i] + 32 if 0x41 <= data[i] <= 0x5A else data[i]
        small = small << np.uint64(8) | np.uint64(letter)
    found = False
    for i in range(len(known)):
        found |= small == known[i]
    return found
