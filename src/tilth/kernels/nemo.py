"""What NeMo Curator's other filters count in a text: kinds of characters, URLs, and paragraphs with a page's small print."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.gopher_nemo import line_end, next_word, stripped
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.letters import Letters
from tilth.kernels.text_c4 import fits

Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]

CHARS, PLAIN, DIGITS, BLANKS, BRACKETS, URL_CHARS = range(6)
PARAGRAPHS, BOILERPLATE, LOREM, LINES, NO_END_MARK, LONGEST_WORD = range(6)

# kinds of a byte; no character of more than one byte is of any kind but the angle brackets
_PLAIN, _DIGIT, _BLANK, _BRACKET, _URL, _HEX = 1, 2, 4, 8, 16, 32
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LISTED = {
    _PLAIN: _LETTERS + b"0123456789\n?!,.", _DIGIT: b"0123456789", _BLANK: b"\t\n\r\b ", _BRACKET: b"{}[]()",
    _URL: _LETTERS + b"0123456789$-_@.&+/:=?#~!*(),", _HEX: b"0123456789abcdefABCDEF",
}
_KINDS = np.zeros(256, np.uint8)
for _kind, _bytes in _LISTED.items():
    _KINDS[list(_bytes)] |= _kind

_PHRASES = (
    b"terms of use", b"privacy policy", b"cookie policy", b"uses cookies", b"privacy overview", b"use of cookies", b"use cookies",
    b"privacy & cookies policy", b"privacy and cookies policy", b"lorem ipsum",
)
_LONG = (  # the passages of cookie banners that have none of these in them, by how they start, their bytes and their XXH64
    (b"necessary cookies", 242, 0xB63FC349A129B36B), (b"any cookies that", 302, 0x931719AABF41DC59),
    (b"if you continue", 113, 0x5FD008B1DCD09775),
)
_TEXTS = np.frombuffer(b"".join(_PHRASES) + b"".join(start for start, _, _ in _LONG), np.uint8)
_ENDS = np.cumsum([len(phrase) for phrase in _PHRASES] + [len(start) for start, _, _ in _LONG])
_SIZES = np.array([size for _, size, _ in _LONG])
_DIGESTS = np.array([digest for _, _, digest in _LONG], np.uint64)
_SHORT, _LOREM = len(_PHRASES), len(_PHRASES) - 1
_STARTS = np.zeros((3, 256), np.int64)  # which phrases, a bit each, have this byte first, second, third
for _number, _phrase in enumerate((*_PHRASES, *(start for start, _, _ in _LONG))):
    for _place in range(3):
        _STARTS[_place, list(_phrase[_place : _place + 1].lower() + _phrase[_place : _place + 1].upper())] |= 1 << _number
NO_SEED = np.uint64(0)


@kernel
def characters(offsets: Offsets, data: Bytes) -> Counts:
    """Return of every text CHARS, and of them PLAIN (ASCII letters and digits, newlines, ? ! , .), DIGITS, BLANKS, BRACKETS and URL_CHARS,
    int64[n, 6].
    """
    counts = np.zeros((len(offsets) - 1, 6), np.int64)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        seen = np.zeros(256, np.int64)
        for at in range(start, end):
            seen[data[at]] += 1
        for byte in range(256):
            kinds, often = _KINDS[byte], seen[byte]
            counts[row, CHARS] += often * (byte & 0xC0 != 0x80)
            counts[row, PLAIN] += often * (kinds & _PLAIN != 0)
            counts[row, DIGITS] += often * (kinds & _DIGIT != 0)
            counts[row, BLANKS] += often * (kinds & _BLANK != 0)
            counts[row, BRACKETS] += often * (kinds & _BRACKET != 0)
        if seen[0x9F] and seen[0xE2] and (seen[0xA8] or seen[0xA9]):
            counts[row, BRACKETS] += _angle_brackets(data, start, end)
        if seen[0x3A]:
            counts[row, URL_CHARS] = _url_characters(data, start, end)
    return counts


@kernel(allocates=False)
def _angle_brackets(data: Bytes, start: int, end: int) -> int:
    """Return how many of the mathematical angle brackets, U+27E8 and U+27E9, there are."""
    count = 0
    for at in range(start, end - 2):
        count += data[at] == 0xE2 and data[at + 1] == 0x9F and (data[at + 2] == 0xA8 or data[at + 2] == 0xA9)
    return count


@kernel(allocates=False)
def _url_characters(data: Bytes, at: int, end: int) -> int:
    """Return how many characters are URLs: http:// or https:// and one or more characters of a URL, or % and two digits in base 16."""
    count = 0
    while at + 8 <= end:
        start = _after_scheme(data, at, end)
        stop = start
        while stop < end:
            if _KINDS[data[stop]] & _URL:
                stop += 1
            elif data[stop] == 0x25 and stop + 2 < end and _KINDS[data[stop + 1]] & _HEX and _KINDS[data[stop + 2]] & _HEX:
                stop += 3
            else:
                break
        if start > at and stop > start:
            count += stop - at
            at = stop
        else:
            at += 1
    return count


@kernel(allocates=False)
def _after_scheme(data: Bytes, at: int, end: int) -> int:
    """Return where the http:// or https:// that starts at `at` ends, the text's end if there is none."""
    if data[at] != 0x68 or data[at + 1] != 0x74 or data[at + 2] != 0x74 or data[at + 3] != 0x70:
        return end
    at += 5 if data[at + 4] == 0x73 else 4
    return at + 3 if at + 3 <= end and data[at] == 0x3A and data[at + 1] == 0x2F and data[at + 2] == 0x2F else end


@kernel
def pages(offsets: Offsets, data: Bytes, letters: Letters) -> Counts:
    """Return of every text PARAGRAPHS, of them BOILERPLATE, whether LOREM ipsum is in one; LINES that are not blank, of them NO_END_MARK;
    and the code points of the LONGEST_WORD, int64[n, 6].
    """
    counts = np.zeros((len(offsets) - 1, 6), np.int64)
    spare = np.empty(_SIZES.max() + 8, np.uint8)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        _read_paragraphs(data, start, end, spare, counts[row])
        _read_lines(data, start, end, letters, counts[row])
        at = start
        while at < end:
            _, at, size, _, _ = next_word(data, at, end, letters)
            counts[row, LONGEST_WORD] = max(counts[row, LONGEST_WORD], size)
    return counts


@kernel(allocates=False)
def _read_paragraphs(data: Bytes, at: int, end: int, spare: Bytes, counts: np.ndarray) -> None:
    counts[PARAGRAPHS] = 1
    found = False
    while at < end:
        if data[at] == 10 and at + 1 < end and data[at + 1] == 10:
            counts[PARAGRAPHS] += 1
            counts[BOILERPLATE] += found
            found = False
            at += 2
            continue
        if at + 2 < end and _STARTS[0, data[at]] & _STARTS[1, data[at + 1]] & _STARTS[2, data[at + 2]]:
            phrase = _phrase_at(data, at, end, spare)
            counts[LOREM] |= phrase == _LOREM
            found |= phrase >= 0 and phrase != _LOREM
        at += 1
    counts[BOILERPLATE] += found


@kernel(allocates=False)
def _phrase_at(data: Bytes, at: int, end: int, spare: Bytes) -> int:
    """Return which phrase starts at `at`, in capital or small letters; -1 if none does."""
    first = np.int64(0)
    for phrase in range(len(_ENDS)):
        if fits(data, at, end, _TEXTS, first, _ENDS[phrase]) and (phrase < _SHORT or _is_long(data, at, end, phrase - _SHORT, spare)):
            return phrase
        first = _ENDS[phrase]
    return -1


@kernel(allocates=False)
def _is_long(data: Bytes, at: int, end: int, phrase: int, spare: Bytes) -> bool:
    """Return whether the bytes from `at` on are, in small letters, the long phrase of this number."""
    size = _SIZES[phrase]
    if at + size > end:
        return False
    for i in range(size):
        byte = data[at + i]
        spare[i] = byte | 0x20 if 0x41 <= byte <= 0x5A else byte
    return xxh64(spare, 0, size, NO_SEED) == _DIGESTS[phrase]


@kernel(allocates=False)
def _read_lines(data: Bytes, at: int, end: int, letters: Letters, counts: np.ndarray) -> None:
    while at < end:
        until = line_end(data, at, end)
        start, stop = stripped(data, at, until, letters)
        if start < stop:
            last = data[stop - 1]
            counts[LINES] += 1
            counts[NO_END_MARK] += not (last == 0x2E or last == 0x3F or last == 0x21 or last == 0x22 or last == 0x27)
        at = until + 1
