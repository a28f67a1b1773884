"""n-gram language models: words to hashes, counting keys, and looking them up.

A word is the XXH64 of its bytes; an n-gram is its words' hashes mixed from the last word to the first, so that the next longer n-gram
is one step on, and the n-gram that ends at the word before is the context. A model is one open-addressing table for all orders.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import mix64, xxh64
from tilth.kernels.jit import kernel

EMPTY = np.uint64(0)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_SEED = np.uint64(0)
MOST = 16  # the longest order


@kernel(allocates=False, inline=True)
def _blank(byte: np.uint8) -> bool:
    """What KenLM cuts words at: ASCII white space and NUL."""
    return byte == 0x20 or (0x09 <= byte <= 0x0D) or byte == 0


@kernel(allocates=False, inline=True)
def _first(word: np.uint64) -> np.uint64:
    return mix64(word + _STEP) | np.uint64(1)


@kernel(allocates=False, inline=True)
def _longer(key: np.uint64, word: np.uint64) -> np.uint64:
    """The key of the n-gram that has `word` before those of `key`."""
    return mix64(key * np.uint64(0xBF58476D1CE4E5B9) + word + _STEP) | np.uint64(1)


@kernel
def words(offsets: Offsets, data: Bytes, lower: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (hash uint64[m], start int64[m], line int64[m]) of the words of all texts; lines are numbered on and on, empty ones not."""
    count = 0
    for row in range(len(offsets) - 1):
        count += _count(data, offsets[row], offsets[row + 1])
    hashes, starts, lines = np.empty(count, np.uint64), np.empty(count, np.int64), np.empty(count, np.int64)
    scratch = np.empty(256, np.uint8)
    line, filled = -1, 0
    for row in range(len(offsets) - 1):
        place, end, fresh = offsets[row], offsets[row + 1], True
        while place < end:
            if _blank(data[place]):
                fresh = fresh or data[place] == 0x0A
                place += 1
                continue
            start = place
            while place < end and not _blank(data[place]):
                place += 1
            line, fresh = line + fresh, False
            hashes[filled] = _word(data, start, place, lower, scratch)
            starts[filled], lines[filled] = start, line
            filled += 1
    return hashes, starts, lines


@kernel(allocates=False)
def _count(data: Bytes, start: int, end: int) -> int:
    count, inside = 0, False
    for at in range(start, end):
        blank = _blank(data[at])
        count += not blank and not inside
        inside = not blank
    return count


@kernel(allocates=False)
def _word(data: Bytes, start: int, end: int, lower: bool, scratch: Bytes) -> np.uint64:
    """The hash of a word; `lower` takes ASCII letters for small ones, in words of up to 256 bytes."""
    if not lower or end - start > len(scratch):
        return xxh64(data, start, end, _SEED)
    for i in range(end - start):
        byte = data[start + i]
        scratch[i] = byte + 32 if 65 <= byte <= 90 else byte
    return xxh64(scratch, 0, end - start, _SEED)


@kernel
def keys(stream: np.ndarray, lengths: np.ndarray, order: int) -> np.ndarray:
    """Return the key (uint64[n]) of the n-gram of `order` words that ends at each place, 0 where the sentence is shorter.

    `stream` uint64[n] are words, sentence after sentence; `lengths` int64[n] says how many words of the sentence end at each place.
    """
    out = np.zeros(len(stream), np.uint64)
    for at in range(len(stream)):
        if lengths[at] >= order:
            key = _first(stream[at])
            for back in range(1, order):
                key = _longer(key, stream[at - back])
            out[at] = key
    return out


@kernel
def table(found: np.ndarray, places: np.ndarray, slots: int) -> np.ndarray:
    """Return the open-addressing table (uint64[slots], a power of two) of these keys, and fill `places` with where each lies."""
    held = np.zeros(slots, np.uint64)
    mask = np.uint64(slots - 1)
    for i in range(len(found)):
        at = found[i] & mask
        while held[at] != EMPTY and held[at] != found[i]:
            at = (at + np.uint64(1)) & mask
        held[at] = found[i]
        places[i] = at
    return held


@kernel(allocates=False, inline=True)
def _find(held: np.ndarray, mask: np.uint64, key: np.uint64) -> int:
    at = key & mask
    while held[at, 0] != key:
        if held[at, 0] == EMPTY:
            return -1
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@kernel
def score(
    offsets: Offsets, data: Bytes, lower: bool, held: np.ndarray, values: np.ndarray, order: int, begin: np.uint64, end_word: np.uint64,
    unknown: np.uint64, marks: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Score texts with a table uint64[slots, 2] of keys and pairs of float32, and `values`, the same memory as float32[slots, 4].

    Return of each text, line by line: log10 probability (float64[n]), words, words unknown and line ends predicted (int64[n] each).

    With `marks` each line begins after <s> and its end is predicted too.
    """
    count = len(offsets) - 1
    total, said, missed, ended = np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    history, backoffs = np.empty(MOST, np.uint64), np.empty(2 * MOST, np.float32)
    scratch = np.empty(256, np.uint8)
    mask = np.uint64(len(held) - 1)
    for row in range(count):
        place, stop = offsets[row], offsets[row + 1]
        known, depth, open_line = 0, 0, False  # words of history; contexts that the model knows; whether a line is under way
        while place <= stop:
            over = place == stop or data[place] == 0x0A
            if over and open_line and marks:
                found = _predict(held, values, mask, order, end_word, _find(held, mask, _first(end_word)), history, known, backoffs, depth)
                total[row] += found[0]
                ended[row] += 1
            if over:
                open_line = False
            if place == stop:
                break
            if _blank(data[place]):
                place += 1
                continue
            start = place
            while place < stop and not _blank(data[place]):
                place += 1
            if not open_line:
                open_line, known, depth = True, 0, 0
                if marks:
                    history[0], known = begin, 1
                    at = _find(held, mask, _first(begin))
                    if at >= 0:
                        backoffs[0], depth = values[at, 3], 1
            word = _word(data, start, place, lower, scratch)
            at = _find(held, mask, _first(word))
            if at < 0:
                word = unknown
                at = _find(held, mask, _first(word))
                missed[row] += 1
            found = _predict(held, values, mask, order, word, at, history, known, backoffs, depth)
            total[row] += found[0]
            said[row] += 1
            depth = found[1]
            for back in range(min(known, order - 1), 0, -1):
                history[back] = history[back - 1]
            history[0], known = word, min(known + 1, order - 1)
    return total, said, missed, ended


@kernel(allocates=False)
def _predict(
    held: np.ndarray, values: np.ndarray, mask: np.uint64, order: int, word: np.uint64, at: int, history: np.ndarray, known: int,
    backoffs: np.ndarray, depth: int,
) -> tuple[float, int]:
    """Return the log10 probability of `word`, which lies `at` in the table, after `history` (the last word first), and its contexts.

    `backoffs` are those of the contexts that end with the word before, `depth` of them; they become those of `word`.
    """
    key = _first(word)
    if at < 0:  # no <unk> in the model: a word that it cannot say
        return -100.0, 0
    prob, length = np.float64(values[at, 2]), 1
    first = values[at, 3]
    while length < order and length <= known:
        key = _longer(key, history[length - 1])
        at = _find(held, mask, key)
        if at < 0:
            break
        prob = np.float64(values[at, 2])
        if length < order - 1:
            backoffs[2 * MOST - length] = values[at, 3]  # at the far end, until the old ones are read
        length += 1
    for context in range(length, depth + 1):
        prob += np.float64(backoffs[context - 1])
    backoffs[0] = first
    found = min(length, order - 1)
    for context in range(1, found):
        backoffs[context] = backoffs[2 * MOST - context]
    return prob, found
