"""Lines that may hold mojibake, entities or control characters: the ones worth showing to ftfy."""

from __future__ import annotations

import functools

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

# What a character may be part of in mojibake, as far as it takes to tell harmless neighbours from suspicious ones.
INERT, LOWER, UPPER, LEAD, COMMON, OPENING, CLOSING, ABROAD, CAPITAL, ACTIVE, ALWAYS = KINDS = range(11)
_ONES, _HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_SPACES, _AMPERSANDS, _ANGLES = np.uint64(0x20) * _ONES, np.uint64(0x26) * _ONES, np.uint64(0x3C) * _ONES
ENTITY = 25  # characters that ftfy expects at most between the `&` and the `;` of an entity


@functools.cache
def tables() -> tuple[np.ndarray, np.ndarray]:
    """Return (kind of each code point below U+10000, whether a kind followed by a kind is suspicious).

    Anything not known to be harmless is ACTIVE: so a pair is at worst shown to ftfy in vain. The tests hold this against ftfy.
    """
    kinds = np.zeros(0x10000, np.uint8)
    for start, end in ((0x80, 0x590), (0x2000, 0x2E80), (0xF8FF, 0x10000)):
        kinds[start:end] = ACTIVE
    for code in [*range(0xC0, 0x180)]:
        kinds[code] = UPPER if chr(code).isupper() else LOWER if chr(code).islower() else ACTIVE
    for kind, characters in (
        (LEAD, "ÎÐØÙ"), (CLOSING, "®»˝”›™"), (COMMON, "\xa0\xad·–—―…’"), (OPENING, "¡«¿“„•‹"),
        (ALWAYS, "ÂÃŒœ\ufeff\ufff9\ufffa\ufffb\ufffc" + "".join(map(chr, [*range(0x80, 0xA0), *range(0x206A, 0x2070)]))),
        (ABROAD, "ЁёЄєІіЇїΆΈΉΊΌΎΏΐΪΫάέήίΰϊϋόύώ" + "".join(map(chr, [*range(0x410, 0x450), *range(0x391, 0x3A2), *range(0x3A3, 0x3CA)]))),
        (CAPITAL, "ВГРСΒΓΞΟ"),
    ):
        kinds[[ord(character) for character in characters]] = kind
    pairs = np.ones((len(KINDS), len(KINDS)), np.bool_)
    for before, after in (
        (INERT, KINDS), (COMMON, KINDS), (KINDS, INERT), (LOWER, (LOWER, COMMON)), (UPPER, (LOWER, UPPER, COMMON)),
        (ABROAD, (ABROAD, CAPITAL, COMMON, CLOSING)), (CAPITAL, (ABROAD, CAPITAL, COMMON)), (ACTIVE, COMMON), (CLOSING, COMMON),
        (OPENING, (LOWER, UPPER, ABROAD, CAPITAL, COMMON)),
    ):  # fmt: skip
        pairs[before, after] = False
    return kinds, pairs


@kernel
def suspects(offsets: Offsets, data: Bytes, kinds: np.ndarray, pairs: np.ndarray, beyond_ascii: bool) -> np.ndarray:
    """Return int64[k, 4]: row, first and last byte, and whether a `<` came before, of each line that ftfy may change.

    With `beyond_ascii` any line that is not ASCII is one of them.
    """
    found = np.empty((16, 4), np.int64)
    count = 0
    for row in range(len(offsets) - 1):
        at, end, after = offsets[row], offsets[row + 1], np.int64(0)
        while at < end:
            stop, suspicious, angle = _line(data, at, end, kinds, pairs, after == 0, beyond_ascii)
            if suspicious:
                if count == len(found):
                    found = np.concatenate((found, np.empty_like(found)))
                found[count] = row, at, stop, after
                count += 1
            at, after = stop, after | angle
    return found[:count]


@kernel(allocates=False)
def _line(
    data: Bytes, at: int, end: int, kinds: np.ndarray, pairs: np.ndarray, entities: bool, beyond_ascii: bool
) -> tuple[int, bool, int]:
    """Return (where the line from `at` ends, whether ftfy may change it, whether it holds a `<`)."""
    before, suspicious, angle = np.int64(0), False, 0
    while at < end:
        while at + 8 <= end and data[at] < 0x80 and _plain(load64(data, at)):  # most of most texts
            before = np.int64(0)
            at += 8
        while at < end and (0x3D <= data[at] < 0x7F or data[at] == 0x20):
            before = np.int64(0)
            at += 1
        if at == end:
            break
        byte = data[at]
        if byte < 0x80:
            before = np.int64(0)
            at += 1
            if byte == 0x7F:
                suspicious = True
            elif byte == 0x0A:
                break
            elif byte == 0x3C:
                angle = 1
            elif byte == 0x26:
                suspicious |= entities and _entity(data, at, end)
            elif byte < 0x20:
                suspicious |= byte != 9 and byte != 12 and byte != 13
            continue
        code, size = _code_point(data, at)
        kind = np.int64(kinds[code] if code < 0x10000 else 0)
        suspicious |= beyond_ascii or kind == ALWAYS or pairs[before, kind]
        before = kind
        at += size
    return at, suspicious, angle


@kernel(allocates=False)
def _plain(word: np.uint64) -> bool:
    """Return whether eight bytes are ASCII with no control character, `&` or `<`: a byte that is too small borrows, 0x7F carries."""
    found = word | word + _ONES | word - _SPACES | (word ^ _AMPERSANDS) - _ONES | (word ^ _ANGLES) - _ONES
    return found & _HIGH == 0


@kernel(allocates=False)
def _entity(data: Bytes, at: int, end: int) -> bool:
    for i in range(at, min(at + ENTITY + 1, end)):
        if data[i] == 0x3B:
            return True
        if not (0x61 <= data[i] | 0x20 <= 0x7A or 0x30 <= data[i] <= 0x39 or data[i] == 0x23):
            return False
    return False


@kernel(allocates=False)
def _code_point(data: Bytes, at: int) -> tuple[np.int64, int]:
    """Return (code point, bytes) of the multi-byte character at `at` in valid UTF-8."""
    lead = np.int64(data[at])
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | np.int64(data[at + 1]) & 0x3F, 2
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | (np.int64(data[at + 1]) & 0x3F) << 6 | np.int64(data[at + 2]) & 0x3F, 3
    return np.int64(0x10000), 4  # no character beyond U+FFFF is part of mojibake, so which one it is does not matter
