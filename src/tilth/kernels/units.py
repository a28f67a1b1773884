"""What a text is counted and compared in: bytes, characters, words or tokens, each as a number below 2**61, and where each begins."""

from __future__ import annotations

import functools
import unicodedata

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, peek, width

BYTE, CHARACTER, WORD, TOKEN = range(4)
NAMES = ("byte", "character", "word", "token")

# kinds of a code point: a letter makes words; space parts them; what joins belongs to the character before it; all else stands alone
ALONE, LETTER, SPACE, JOINS = range(4)

_UNSPACED = (  # scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han
    range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800), range(0x3040, 0x3100), range(0x31F0, 0x3200),
    range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0xFF66, 0xFF9E), range(0x20000, 0x40000),
)  # fmt: skip
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FNV_BASIS, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_THREE, _ONE = np.uint64(3), np.uint64(1)
_NOTHING, _WORD, _MARK = range(3)  # what is under way


@functools.cache
def kinds() -> Bytes:
    """Return the kind of every code point, uint8[0x110000]; which are letters, Python's own Unicode tables say.

    >>> [int(kinds()[ord(letter)]) for letter in "a1_.我 \u0301"]
    [1, 1, 1, 0, 0, 2, 3]
    """
    table, unspaced = np.zeros(0x110000, np.uint8), {code for part in _UNSPACED for code in part}
    for code in [*range(0x20000), *range(0xE0000, 0xE0200)]:
        category = unicodedata.category(chr(code))
        if category[0] in "LN" or category == "Pc":
            table[code] = ALONE if category[0] == "L" and code in unspaced else LETTER
        elif chr(code).isspace() or category == "Cc":
            table[code] = SPACE
        elif category[0] == "M" or category == "Cf":
            table[code] = JOINS
    table[_SKIN_TONES.start : _SKIN_TONES.stop] = JOINS
    table.flags.writeable = False
    return table


@kernel(allocates=False)
def longest(offsets: Offsets) -> int:
    """Return how many bytes the longest text has."""
    most = np.int64(0)
    for i in range(len(offsets) - 1):
        most = max(most, offsets[i + 1] - offsets[i])
    return most


@kernel(allocates=False)
def split(data: Bytes, start: int, end: int, unit: int, kinds: Bytes, values: np.ndarray, starts: np.ndarray) -> int:
    """Fill `values[1:]` (uint64) with the units of data[start:end], and `starts` (int64, or empty) with where they begin and all ends.

    Return how many there are. Words are hashed; bytes, characters and tokens are their own numbers, plus one. The bytes of tokens are
    their ids, uint32.
    """
    if unit == BYTE:
        count = _bytes(data, start, end, values, starts)
    elif unit == CHARACTER:
        count = _characters(data, start, end, values, starts)
    elif unit == TOKEN:
        count = _tokens(data, start, end, values, starts)
    else:
        count = _words(data, start, end, kinds, values, starts)
    if len(starts):
        starts[count] = end
    return count


@kernel(allocates=False)
def _bytes(data: Bytes, start: int, end: int, values: np.ndarray, starts: np.ndarray) -> int:
    for i in range(end - start):
        values[i + 1] = np.uint64(data[start + i]) + _ONE
    if len(starts):
        for i in range(end - start):
            starts[i] = start + i
    return end - start


@kernel(allocates=False)
def _characters(data: Bytes, start: int, end: int, values: np.ndarray, starts: np.ndarray) -> int:
    at, count = start, 0
    while at < end:
        if len(starts):
            starts[count] = at
        count += 1
        values[count] = np.uint64(code_point(data, at)) + _ONE
        at += width(peek(data, at))
    return count


@kernel(allocates=False)
def _tokens(data: Bytes, start: int, end: int, values: np.ndarray, starts: np.ndarray) -> int:
    count = 0
    for at in range(start, end, 4):
        if len(starts):
            starts[count] = at
        count += 1
        low, high = peek(data, at) | peek(data, at + 1) << 8, peek(data, at + 2) | peek(data, at + 3) << 8
        values[count] = np.uint64(low | high << 16) + _ONE
    return count


@kernel(allocates=False)
def _words(data: Bytes, start: int, end: int, kinds: Bytes, values: np.ndarray, starts: np.ndarray) -> int:
    at, count, open, value = start, 0, _NOTHING, _FNV_BASIS
    while at < end:
        kind, after = kind_at(data, at, kinds)
        if not ((kind == JOINS and open != _NOTHING) or (kind == LETTER and open == _WORD)):
            if open != _NOTHING:
                values[count] = mix64(value) >> _THREE
            open = _NOTHING if kind == SPACE else _WORD if kind == LETTER else _MARK
            if open != _NOTHING:
                if len(starts):
                    starts[count] = at
                count, value = count + 1, _FNV_BASIS
        while at < after:
            value = (value ^ np.uint64(peek(data, at))) * _FNV_PRIME
            at += 1
        while open == _WORD and at < end and peek(kinds, peek(data, at)) == LETTER and peek(data, at) < 0x80:
            value = (value ^ np.uint64(peek(data, at))) * _FNV_PRIME
            at += 1
    if open != _NOTHING:
        values[count] = mix64(value) >> _THREE
    return count


@kernel(allocates=False, inline=True)
def kind_at(data: Bytes, at: int, kinds: Bytes) -> tuple[int, int]:
    """Return the kind of the code point at `at`, and where it ends."""
    first = peek(data, at)
    if first < 0x80:
        return peek(kinds, first), at + 1
    code: int = code_point(data, at)
    return peek(kinds, min(code, 0x10FFFF)), at + width(first)


@kernel(allocates=False)
def is_edge(data: Bytes, first: int, last: int, at: int, words: bool, kinds: Bytes) -> bool:
    """Tell whether the text data[first:last] may be cut at `at` with no character (as readers see them), or no word, cut in two."""
    if at <= first or at >= last:
        return True
    if peek(data, at) & 0xC0 == 0x80:
        return False
    before: int = _code_before(data, first, at)
    after: int = code_point(data, at)
    kind = peek(kinds, min(after, 0x10FFFF))
    if kind == JOINS or before == 0x200D or (before == 0x0D and after == 0x0A):
        return False
    return not words or kind != LETTER or peek(kinds, min(before, 0x10FFFF)) not in (LETTER, JOINS)


@kernel(allocates=False)
def _code_before(data: Bytes, first: int, at: int) -> int:
    at -= 1
    while at > first and peek(data, at) & 0xC0 == 0x80:
        at -= 1
    return int(code_point(data, at))
