"""Word boundaries of Unicode Standard Annex #29 (Unicode 16): where a text may be cut between two user-perceived words.

Every character belongs to a word; spaces and marks are words of their own. Scripts without spaces between words (Thai, Han) are cut
at every character, kana at every run: those need a dictionary.
"""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import Bytes, Offsets, utf8
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, width
from tilth.kernels.text_classes import data_file

Breaks = np.ndarray[tuple[int], np.dtype[np.uint8]]

_NAMES = (
    "other", "cr", "lf", "newline", "extend", "format", "zwj", "regional_indicator", "katakana", "hebrew_letter", "aletter", "single_quote",
    "double_quote", "midnumlet", "midletter", "midnum", "numeric", "extendnumlet", "wsegspace",
)
_OTHER, _CR, _LF, _NEWLINE, _EXTEND, _FORMAT, _ZWJ, _REGIONAL, _KATAKANA, _HEBREW, _LETTER = range(11)
_SINGLE_QUOTE, _DOUBLE_QUOTE, _MID_NUM_LET, _MID_LETTER, _MID_NUM, _NUMERIC, _JOINER, _SPACE = range(11, 19)
_KIND, _PICTOGRAPHIC = 31, 32

# pairs that stay together whatever stands around them: WB5, 7a, 8, 9, 10, 13, 13a, 13b
_TOGETHER = np.zeros((32, 32), np.bool_)
for _a in (_LETTER, _HEBREW, _NUMERIC):
    for _b in (_LETTER, _HEBREW, _NUMERIC):
        _TOGETHER[_a, _b] = True
for _a in (_LETTER, _HEBREW, _NUMERIC, _KATAKANA, _JOINER):
    _TOGETHER[_a, _JOINER] = _TOGETHER[_JOINER, _a] = True
_TOGETHER[_KATAKANA, _KATAKANA] = _TOGETHER[_HEBREW, _SINGLE_QUOTE] = True


@functools.cache
def word_breaks() -> Breaks:
    """Return of every code point its Word_Break class (5 bits) and whether it is Extended_Pictographic (bit 5), uint8[0x110000].

    >>> int(word_breaks()[ord("a")]) == int(word_breaks()[ord("é")])
    True
    """
    named = data_file("uax29.json")["classes"]
    table = np.zeros(0x110000, np.uint8)
    for kind, name in enumerate(_NAMES):
        for first, last in named.get(name, ()):
            table[first : last + 1] = kind
    for first, last in named["extended_pictographic"]:
        table[first : last + 1] |= _PICTOGRAPHIC
    table.flags.writeable = False
    return table


@kernel(allocates=False)
def word_end(data: Bytes, at: int, end: int, breaks: Breaks) -> int:
    """Return where the word ends that starts at `at`, a boundary before `end`; `breaks` is `word_breaks()`."""
    if data[at] == 0x20 and at + 1 < end and 0x20 < data[at + 1] < 0x80:  # most spaces; nothing of ASCII extends one
        return at + 1
    kind = breaks[code_point(data, at)] & _KIND
    last, before, raw = np.int64(kind), np.int64(_OTHER), np.int64(kind)  # `last` and `before` count no marks that extend a character
    if _extends(raw):
        last = np.int64(_OTHER)
    flags = 1  # regional indicators in a row
    at += width(data[at])
    while at < end:
        entry = breaks[code_point(data, at)]
        kind = np.int64(entry & _KIND)
        then = at + width(data[at])
        if raw == _LETTER and kind == _LETTER:
            while then < end and data[then] < 0x80 and breaks[data[then]] == _LETTER:
                then += 1
        elif kind == _SPACE and raw != _SPACE:
            return at
        elif _CR <= raw <= _NEWLINE or _CR <= kind <= _NEWLINE:
            return then if raw == _CR and kind == _LF else at
        elif _extends(kind):
            raw, at = kind, then
            continue
        elif not (raw == _ZWJ and entry & _PICTOGRAPHIC) and not (raw == _SPACE and kind == _SPACE):
            if last == _REGIONAL and kind == _REGIONAL:
                flags += 1
                if flags & 1:
                    return at
            elif not _TOGETHER[last, kind] and not _links(before, last, kind) and not _links(last, kind, _next(data, then, end, breaks)):
                return at
        before, last, raw, at = last, kind, kind, then
    return end


@kernel(allocates=False)
def _extends(kind: int) -> bool:
    """Return whether characters of this class belong to the one before them (WB4)."""
    return _EXTEND <= kind <= _ZWJ


@kernel(allocates=False)
def _next(data: Bytes, at: int, end: int, breaks: Breaks) -> int:
    """Return the class of the first character from `at` on that extends no other."""
    while at < end:
        kind = np.int64(breaks[code_point(data, at)] & _KIND)
        if not _extends(kind):
            return kind
        at += width(data[at])
    return np.int64(_OTHER)


@kernel(allocates=False)
def _links(first: int, middle: int, last: int) -> bool:
    """Return whether the mark `middle` holds `first` and `last` together, as in can't and 3.14 (WB6, 7, 7b, 7c, 11, 12)."""
    quote = middle in (_SINGLE_QUOTE, _MID_NUM_LET)
    if first == _NUMERIC:
        return last == _NUMERIC and (quote or middle == _MID_NUM)
    if first == _HEBREW and middle == _DOUBLE_QUOTE:
        return last == _HEBREW
    return first in (_LETTER, _HEBREW) and last in (_LETTER, _HEBREW) and (quote or middle == _MID_LETTER)


@kernel
def word_ends(offsets: Offsets, data: Bytes, breaks: Breaks) -> tuple[Offsets, Offsets]:
    """Return the words of every text: (words int64[n + 1], how many end before each text; ends int64[*], in bytes of `data`)."""
    words = np.zeros(len(offsets), np.int64)
    ends = np.empty(offsets[-1] - offsets[0], np.int64)
    count = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            at = word_end(data, at, end, breaks)
            ends[count] = at
            count += 1
        words[row + 1] = count
    return words, ends[:count].copy()


def split(text: str) -> list[str]:
    """Return the words of one text, all of its characters.

    Source: Unicode Standard Annex #29, Unicode Text Segmentation, section 4 (Unicode 16).

    >>> split("can't jump 32.3 feet")
    ["can't", ' ', 'jump', ' ', '32.3', ' ', 'feet']
    """
    offsets, data = utf8(pa.array([text], pa.large_string()))
    _, ends = word_ends(offsets, data, word_breaks())
    return [data[start:stop].tobytes().decode() for start, stop in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=False)]
