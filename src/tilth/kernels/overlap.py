"""Where texts and test items have the same words: n-grams of one looked up among those of the other, and followed as far as they agree.

A word is what white space parts, in lower case and without punctuation; every letter of a script without spaces is one. Words are known
by hashes of 64 bits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64
from tilth.kernels.jit import kernel
from tilth.kernels.normalise import ALONE, SPACE, WORD
from tilth.kernels.text_bytes import code_point, peek, width

ROW, ITEM, START, END, FIRST, LAST, MATCHED = range(7)  # columns of what is found; bytes of `data`, words of the item, words that agree
COLUMNS = 7

BASE = np.uint64(0xD6E8FEB86659FD93)
_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_ONE, _SIX, _LOW = np.uint64(1), np.uint64(6), np.uint64(63)
_LETTERS, _ALONE, _GAP = range(3)


class Index(NamedTuple):
    """The n-grams of test items that are looked for.

    `words` uint64[t]: the words of all items, end to end; `item` int32[t]: whose they are; `ends` int64[t]: where that item ends;
    `seeds` bool[t]: an n-gram that is looked for begins here. `grams` uint64[g], `first` int64[g + 1], `places` int64[*]: the n-grams,
    ascending, and where each begins. `slots` int32[2**k]: the number of a gram plus one, by its lowest bits, or of one before it in the
    run; `bits` uint64[*]: a bit for each gram that there may be.
    """

    words: np.ndarray
    item: np.ndarray
    ends: np.ndarray
    seeds: np.ndarray
    grams: np.ndarray
    first: np.ndarray
    places: np.ndarray
    slots: np.ndarray
    bits: np.ndarray


@kernel(allocates=False)
def words_of(
    data: Bytes, at: int, end: int, ascii: Bytes, entries: np.ndarray, folded: Bytes,
    hashes: np.ndarray, starts: np.ndarray, stops: np.ndarray,
) -> int:
    """Fill `hashes` (uint64), `starts` and `stops` (int64, places in `data`) with the words of data[at:end]; return how many there are."""
    count, value, inside = 0, _BASIS, False
    while at < end:
        letter = ascii[data[at]]
        if letter != 0:
            kind, after = np.int64(_GAP if letter == 32 else _LETTERS), at + 1
        else:
            entry = entries[min(code_point(data, at), 0x10FFFF)]
            what, after = entry >> 29, min(end, at + width(peek(data, at)))
            if what != WORD and what != ALONE and what != SPACE:
                at = after
                continue
            kind = np.int64(_GAP if what == SPACE else _ALONE if what == ALONE else _LETTERS)
        if inside and kind != _LETTERS:
            hashes[count - 1] = mix64(value)
            inside = False
        if kind != _GAP:
            if not inside:
                starts[count] = at
                count, value = count + 1, _BASIS
            inside = True
            stops[count - 1] = after
            if letter != 0:
                value = (value ^ np.uint64(letter)) * _PRIME
            else:
                size, place = np.int64(entry >> 24 & 31), np.int64(entry & 0xFFFFFF)
                for k in range(size):
                    value = (value ^ np.uint64(folded[place + k])) * _PRIME
                if size == 0:
                    for k in range(at, after):
                        value = (value ^ np.uint64(data[k])) * _PRIME
            if kind == _ALONE:
                hashes[count - 1] = mix64(value)
                inside = False
        at = after
    if inside:
        hashes[count - 1] = mix64(value)
    return count


@kernel
def longest(offsets: Offsets) -> int:
    """Return how many bytes the longest text has, int64."""
    most = np.int64(0)
    for i in range(len(offsets) - 1):
        most = max(most, offsets[i + 1] - offsets[i])
    return most


@kernel
def words(offsets: Offsets, data: Bytes, ascii: Bytes, entries: np.ndarray, folded: Bytes) -> tuple[Offsets, np.ndarray]:
    """Return the words of each text: (offsets int64[n + 1], hashes uint64[*])."""
    most = longest(offsets) + 2
    hashes, starts, stops = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    out, ends, size = np.empty(1024, np.uint64), np.zeros(len(offsets), np.int64), 0
    for row in range(len(offsets) - 1):
        count = words_of(data, offsets[row], offsets[row + 1], ascii, entries, folded, hashes, starts, stops)
        while size + count > len(out):
            out = np.concatenate((out, out))
        out[size : size + count] = hashes[:count]
        size += count
        ends[row + 1] = size
    return ends, out[:size].copy()


@kernel(allocates=False)
def gram_of(hashes: np.ndarray, at: int, n: int) -> np.uint64:
    """Return the hash of the n words from `at` on, before it is mixed."""
    gram = np.uint64(0)
    for k in range(n):
        gram = gram * BASE + hashes[at + k]
    return gram


@kernel
def grams_of(hashes: np.ndarray, starts: np.ndarray, n: int) -> np.ndarray:
    """Return the hashes (uint64) of the n-grams that begin at `starts`."""
    out = np.empty(len(starts), np.uint64)
    for i in range(len(starts)):
        out[i] = mix64(gram_of(hashes, starts[i], n))
    return out


@kernel
def slots_of(grams: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `slots` and `bits` of an index of these grams; `size` is a power of two above their number."""
    slots, bits = np.zeros(size, np.int32), np.zeros(max(1, size // 8), np.uint64)
    for i in range(len(grams)):
        at = np.int64(grams[i]) & (size - 1)
        while slots[at] != 0:
            at = (at + 1) & (size - 1)
        slots[at] = i + 1
        bit = grams[i] >> np.uint64(32) & np.uint64(len(bits) * 64 - 1)
        bits[np.int64(bit >> _SIX)] |= _ONE << (bit & _LOW)
    return slots, bits


@kernel(allocates=False)
def found(gram: np.uint64, grams: np.ndarray, slots: np.ndarray, bits: np.ndarray) -> int:
    """Return the number of a gram, or -1: for almost all one bit says that it is none."""
    bit = gram >> np.uint64(32) & np.uint64(len(bits) * 64 - 1)
    if bits[np.int64(bit >> _SIX)] >> (bit & _LOW) & _ONE == 0:
        return -1
    at = np.int64(gram) & (len(slots) - 1)
    while slots[at] != 0:
        if grams[slots[at] - 1] == gram:
            return np.int64(slots[at] - 1)
        at = (at + 1) & (len(slots) - 1)
    return -1


@kernel(allocates=False)
def _follow(hashes: np.ndarray, at: int, count: int, words: np.ndarray, place: int, end: int, n: int, skips: int) -> tuple[int, int]:
    """Return how many words agree from `at` and `place` on, to the last that does, and how many of those do; `skips` may differ."""
    size, matched, best, missed, k = n, n, n, 0, n
    while at + k < count and place + k < end:
        if hashes[at + k] == words[place + k]:
            matched += 1
            size, best = k + 1, matched
        else:
            missed += 1
            if missed > skips:
                break
        k += 1
    return size, best


@kernel
def token_hashes(ids: np.ndarray) -> np.ndarray:
    """Return what stands for tokens (uint32[*]) as hashes stand for words, uint64[*]."""
    out = np.empty(len(ids), np.uint64)
    for i in range(len(ids)):
        out[i] = mix64(np.uint64(ids[i]) + BASE)
    return out


@kernel
def _stretches(
    row: int, hashes: np.ndarray, starts: np.ndarray, stops: np.ndarray, index: Index, n: int, power: np.uint64, least: int, skips: int,
    covered: np.ndarray, out: np.ndarray, size: int,
) -> tuple[np.ndarray, int]:
    """Add what a text of these words shares with items to the `size` rows of `out`, and mark in `covered` which words items have too."""
    gram = gram_of(hashes, 0, n - 1) if len(hashes) >= n else np.uint64(0)
    for i in range(len(hashes) - n + 1):
        gram = gram * BASE + hashes[i + n - 1]
        number = found(mix64(gram), index.grams, index.slots, index.bits)
        gram -= hashes[i] * power
        if number < 0:
            continue
        for k in range(index.first[number], index.first[number + 1]):
            place = index.places[k]
            if i > 0 and place > 0 and index.seeds[place - 1] and hashes[i - 1] == index.words[place - 1]:
                continue  # part of the stretch that began a word before
            length, matched = _follow(hashes, i, len(hashes), index.words, place, index.ends[place], n, skips)
            if length < least:
                continue
            if size == len(out):
                out = np.concatenate((out, out))
            out[size, ROW], out[size, ITEM], out[size, MATCHED] = row, index.item[place], matched
            out[size, START], out[size, END] = starts[i], stops[i + length - 1]
            out[size, FIRST], out[size, LAST] = place, place + length
            size += 1
            covered[i : i + length] = True
    return out, size


@kernel(allocates=False)
def _power(n: int) -> np.uint64:
    power = np.uint64(1)
    for _ in range(n - 1):
        power *= BASE
    return power


@kernel
def overlaps(
    offsets: Offsets, data: Bytes, ascii: Bytes, entries: np.ndarray, folded: Bytes, index: Index, n: int, least: int, skips: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return int64[m, 7] what texts and items share, and of each text how many words it has and how many of them items have (int64[rows]).

    A stretch begins with `n` equal words, goes on while at most `skips` words differ, ends with an equal one and has `least` words.
    """
    most, power = longest(offsets) + 2, _power(n)
    hashes, starts, stops = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    counts, inside = np.zeros(len(offsets) - 1, np.int64), np.zeros(len(offsets) - 1, np.int64)
    covered, out, size = np.zeros(most, np.bool_), np.empty((64, COLUMNS), np.int64), 0
    for row in range(len(counts)):
        count = words_of(data, offsets[row], offsets[row + 1], ascii, entries, folded, hashes, starts, stops)
        counts[row], before = count, size
        out, size = _stretches(row, hashes[:count], starts, stops, index, n, power, least, skips, covered, out, size)
        if size > before:
            inside[row] = covered[:count].sum()
            covered[:count] = False
    return out[:size].copy(), counts, inside


@kernel
def token_overlaps(
    ends: Offsets, hashes: np.ndarray, starts: np.ndarray, stops: np.ndarray, index: Index, n: int, least: int, skips: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what `overlaps` does of texts whose tokens are known: text i has those from ends[i] to ends[i + 1] (int64[rows + 1])."""
    counts, inside, power = np.diff(ends), np.zeros(len(ends) - 1, np.int64), _power(n)
    covered, out, size = np.zeros(longest(ends), np.bool_), np.empty((64, COLUMNS), np.int64), 0
    for row in range(len(counts)):
        a, b, before = ends[row], ends[row + 1], size
        out, size = _stretches(row, hashes[a:b], starts[a:b], stops[a:b], index, n, power, least, skips, covered, out, size)
        if size > before:
            inside[row] = covered[: b - a].sum()
            covered[: b - a] = False
    return out[:size].copy(), counts, inside
