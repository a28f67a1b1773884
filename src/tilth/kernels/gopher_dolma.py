"""What dolma's Gopher taggers count in a text: words between white space, and every copy of what repeats.

Words, lines and n-grams are compared by 64-bit hashes. An n-gram can only repeat where both (n-1)-grams in it repeat, so after the
pairs few places are left to look at.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, pair, width
from tilth.kernels.text_classes import ALPHABETIC, SPACE, Classes

Figures = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Integers = np.ndarray[tuple[int], np.dtype[np.int64]]
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]

QUALITY = (
    "gopher_words", "gopher_median_word_length", "gopher_symbol_ratio", "gopher_alpha_word_ratio", "gopher_stop_words",
    "gopher_bullet_line_ratio", "gopher_ellipsis_line_ratio",
)
REPETITION = (
    "gopher_dup_line_frac", "gopher_dup_line_char_frac",
    *(f"gopher_{'top' if n < 5 else 'dup'}_{n}_gram_char_frac" for n in range(2, 11)),
)
LONGEST = 10
NO_SEED = np.uint64(0)


def hashes(words: Iterable[str]) -> Hashes:
    """Return the hashes by which `quality` knows words, uint64[n]."""
    return np.array([xxh64(np.frombuffer(word.encode(), np.uint8), 0, len(word.encode()), NO_SEED) for word in words], np.uint64)


@kernel
def quality(offsets: Offsets, data: Bytes, classes: Classes, stops: Hashes, merge_breaks: bool) -> Figures:
    """Return the figures QUALITY of every text, float64[n, 7]; a text without words has zeros.

    `merge_breaks`: empty lines are no lines (dolma's second tagger).
    """
    out = np.zeros((len(offsets) - 1, 7))
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if start == end:
            continue
        lengths = np.zeros(_longest_word(data, start, end, classes) + 1, np.int64)
        words = symbols = letters = known = 0
        at = start
        while at < end:
            at, stop, size, symbol, letter = _word(data, at, end, classes)
            if size == 0:
                break
            words += 1
            lengths[size] += 1
            symbols += symbol
            letters += letter
            known += _among(xxh64(data, at, stop, NO_SEED), stops)
            at = stop
        bullets, dots, lines = _line_marks(data, start, end, merge_breaks)
        least = max(words, 1)
        out[row, 0], out[row, 1], out[row, 4] = words, _median(lengths, words), known
        out[row, 2], out[row, 3], out[row, 5], out[row, 6] = symbols / least, letters / least, bullets / lines, dots / lines
    return out


@kernel
def repetition(offsets: Offsets, data: Bytes, classes: Classes, merge_breaks: bool) -> Figures:
    """Return the figures REPETITION of every text, float64[n, 11]; 0 for n-grams longer than the text."""
    out = np.zeros((len(offsets) - 1, 11))
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if start == end:
            continue
        words, sizes = _words(data, start, end, classes)
        out[row, 0], out[row, 1] = _repeated_lines(data, start, end, max(sizes[-1], 1), merge_breaks)
        _repeated_grams(words, sizes, out[row])
    return out


@kernel(allocates=False)
def _word(data: Bytes, at: int, end: int, classes: Classes) -> tuple[int, int, int, bool, bool]:
    """Return the next word from `at`: its start, end, length in code points (0: none), has it a # or …, has it a letter."""
    size, symbol, letter, start = 0, False, False, at
    while at < end:
        code = code_point(data, at)
        flags = classes[code]
        if flags & SPACE:
            if size:
                break
            start = at + width(data[at])
        else:
            size += 1
            symbol |= code == 0x23 or code == 0x2026
            letter |= flags & ALPHABETIC != 0
        at += width(data[at])
    return start, at, size, symbol, letter


@kernel(allocates=False)
def _longest_word(data: Bytes, at: int, end: int, classes: Classes) -> int:
    longest = 0
    while at < end:
        _, at, size, _, _ = _word(data, at, end, classes)
        longest = max(longest, size)
    return longest


@kernel(allocates=False)
def _among(value: np.uint64, values: Hashes) -> bool:
    found = False
    for i in range(len(values)):
        found |= value == values[i]
    return found


@kernel(allocates=False)
def _median(counts: Integers, total: int) -> float:
    """Return the median of numbers of which there are counts[number]; 0 where there are none."""
    below, low = 0, -1
    for number in range(len(counts)):
        below += counts[number]
        if low < 0 and 2 * below >= total:
            low = number
        if 2 * below > total:
            return (low + number) / 2
    return 0.0


@kernel(allocates=False)
def _line_end(data: Bytes, at: int, end: int, merge_breaks: bool) -> tuple[int, int]:
    """Return where the line from `at` ends and where the next one starts; -1 after the last."""
    stop = at
    while stop < end and data[stop] != 10:
        stop += 1
    if stop == end:
        return stop, -1
    start = stop + 1
    while merge_breaks and start < end and data[start] == 10:
        start += 1
    return stop, start


@kernel(allocates=False)
def _line_marks(data: Bytes, at: int, end: int, merge_breaks: bool) -> tuple[int, int, int]:
    """Return how many lines start with * or -, how many end with …, and how many there are."""
    bullets = dots = lines = 0
    while at >= 0:
        stop, start = _line_end(data, at, end, merge_breaks)
        lines += 1
        bullets += stop > at and (data[at] == 0x2A or data[at] == 0x2D)
        dots += stop - at >= 3 and data[stop - 3] == 0xE2 and data[stop - 2] == 0x80 and data[stop - 1] == 0xA6
        at = start
    return bullets, dots, lines


@kernel
def _words(data: Bytes, start: int, end: int, classes: Classes) -> tuple[Hashes, Integers]:
    """Return the hash of every word, and the running total of their lengths in code points (one more than words)."""
    hashes = np.empty((end - start) // 2 + 1, np.uint64)
    sizes = np.zeros(len(hashes) + 1, np.int64)
    count, at = 0, start
    while at < end:
        at, stop, size, _, _ = _word(data, at, end, classes)
        if size == 0:
            break
        hashes[count] = xxh64(data, at, stop, NO_SEED)
        sizes[count + 1] = sizes[count] + size
        count += 1
        at = stop
    return hashes[:count], sizes[: count + 1]


@kernel
def _counts(keys: Hashes, count: int) -> Integers:
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
def _repeated_lines(data: Bytes, start: int, end: int, characters: int, merge_breaks: bool) -> tuple[float, float]:
    """Return the share of lines that are there more than once, every copy counted, and their characters over `characters`."""
    lines, at = 0, start
    while at >= 0:
        _, at = _line_end(data, at, end, merge_breaks)
        lines += 1
    keys, sizes = np.empty(lines, np.uint64), np.zeros(lines, np.int64)
    at = start
    for line in range(lines):
        stop, then = _line_end(data, at, end, merge_breaks)
        keys[line] = xxh64(data, at, stop, NO_SEED)
        for i in range(at, stop):
            sizes[line] += (data[i] & 0xC0) != 0x80
        at = then
    many = _counts(keys, lines) > 1
    return many.sum() / lines, (sizes * many).sum() / characters


@kernel
def _repeated_grams(words: Hashes, sizes: Integers, out: np.ndarray) -> None:
    """Write the n-gram figures of one text from out[2] on: the characters of the most common one, then of all copies of all that repeat."""
    count = len(words)
    grams = words.copy()
    repeats = _counts(words, count) > 1  # of the n-gram from each place
    for n in range(2, min(LONGEST, count) + 1):
        last = count - n + 1
        for i in range(last):
            grams[i] = pair(grams[i], words[i + n - 1])
        places = np.flatnonzero(repeats[:last] & repeats[1 : last + 1])
        counts = _counts(grams[places], len(places))
        if n <= 4:
            best = np.argmax(counts) if len(counts) else 0
            place, copies = (places[best], counts[best]) if len(counts) and counts[best] > 1 else (0, 1)
            out[n] = copies * (sizes[place + n] - sizes[place]) / max(sizes[count], 1)
        repeats = np.zeros(last, np.bool_)
        repeats[places[counts > 1]] = True
        if n > 4:
            again = places[counts > 1]
            out[n] = (sizes[again + n] - sizes[again]).sum() / max((sizes[n:] - sizes[:last]).sum(), 1)
