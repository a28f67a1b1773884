"""What NeMo Curator's filters after Gopher measure of a text: words between white space, lines that are not blank, and what repeats.

Where NeMo Curator divides by zero a figure is NaN.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.letters import LETTER, SPACE, Letters
from tilth.kernels.text_bytes import code_point, code_points, last_code_point, pair, width

Figures = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]

QUALITY = (
    "gopher_words", "gopher_mean_word_length", "gopher_symbol_ratio", "gopher_bullet_line_ratio", "gopher_ellipsis_line_ratio",
    "gopher_alpha_word_ratio", "gopher_stop_words",
)
NO_SEED = np.uint64(0)
_LONG_PHRASE = 64  # bytes from which on comparing at every place could cost more than it saves
_BULLETS = np.array([ord(bullet) for bullet in "•‣⁃⁌⁍∙○●◘◦⦾⦿"])
_DOTS = ("...", "[...]", "…", "(...)", "[…]", "-»")  # a word that is one of these is a symbol, a line may end with one
_ENDINGS = tuple(mark.encode() for mark in (*_DOTS, "read more..", "read more"))
_MARKS = np.frombuffer(b"".join(_ENDINGS), np.uint8)
_MARK_ENDS = np.cumsum([len(mark) for mark in _ENDINGS])


@kernel
def quality(offsets: Offsets, data: Bytes, letters: Letters, stops: Hashes, longest_stop: int) -> Figures:
    """Return the figures QUALITY of every text, float64[n, 7]; `stops` hash the stop words, of at most `longest_stop` bytes."""
    out = np.full((len(offsets) - 1, len(QUALITY)), np.nan)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        words, size, symbols, known, with_letter = _count_words(data, start, end, letters, stops, longest_stop)
        lines, bullets, dots = _count_lines(data, start, end, letters)
        out[row, 0], out[row, 6] = words, known
        if words:
            out[row, 1], out[row, 2], out[row, 5] = size / words, symbols / words, with_letter / words
        if lines:
            out[row, 3], out[row, 4] = bullets / lines, dots / lines
    return out


@kernel(allocates=False)
def next_word(data: Bytes, at: int, end: int, letters: Letters) -> tuple[int, int, int, int, bool]:
    """Return the next word from `at`: its start, end, code points (0: there is none), runs of #, and whether it has a letter."""
    size, runs, letter, start, in_run = 0, 0, False, at, False
    while at < end:
        code = code_point(data, at)
        flags = letters[code]
        if flags & SPACE:
            if size:
                break
            start = at + width(data[at])
        else:
            size += 1
            letter |= flags & LETTER != 0
            runs += code == 0x23 and not in_run
            in_run = code == 0x23
        at += width(data[at])
    return start, at, size, runs, letter


@kernel(allocates=False)
def _count_words(
    data: Bytes, at: int, end: int, letters: Letters, stops: Hashes, longest_stop: int
) -> tuple[int, int, int, int, int]:
    """Return how many words there are, their code points, symbols, stop words, and words with a letter."""
    words = chars = symbols = known = with_letter = 0
    while at < end:
        at, stop, size, runs, letter = next_word(data, at, end, letters)
        if size == 0:
            break
        words += 1
        chars += size
        with_letter += letter
        symbols += 2 * runs > size or (size <= 5 and not letter and _is_dots(data, at, stop))
        known += stop - at <= longest_stop and _among(xxh64(data, at, stop, NO_SEED), stops)
        at = stop
    return words, chars, symbols, known, with_letter


@kernel(allocates=False)
def _is_dots(data: Bytes, start: int, stop: int) -> bool:
    first, found = 0, False
    for mark in range(len(_DOTS)):
        found |= stop - start == _MARK_ENDS[mark] - first and _ends_with(data, start, stop, first, _MARK_ENDS[mark])
        first = _MARK_ENDS[mark]
    return found


@kernel(allocates=False)
def _among(value: np.uint64, values: Hashes) -> bool:
    found = False
    for i in range(len(values)):
        found |= value == values[i]
    return found


@kernel(allocates=False)
def stripped(data: Bytes, start: int, stop: int, letters: Letters) -> tuple[int, int]:
    """Return where data[start:stop] starts and ends without white space around it."""
    while start < stop and letters[code_point(data, start)] & SPACE:
        start += width(data[start])
    while stop > start:
        last = last_code_point(data, start, stop)
        if not letters[code_point(data, last)] & SPACE:
            break
        stop = last
    return start, stop


@kernel(allocates=False)
def line_end(data: Bytes, at: int, end: int) -> int:
    """Return where the line from `at` ends: at a newline or the text's end."""
    while at < end and data[at] != 10:
        at += 1
    return at


@kernel(allocates=False)
def _count_lines(data: Bytes, at: int, end: int, letters: Letters) -> tuple[int, int, int]:
    """Return how many lines are not blank, how many of them start with a bullet, and how many end with dots or "read more"."""
    lines = bullets = dots = 0
    while at < end:
        until = line_end(data, at, end)
        start, stop = stripped(data, at, until, letters)
        if start < stop:
            lines += 1
            bullets += data[start] >= 0xE2 and _is_bullet(code_point(data, start))
            dots += _ends_with_mark(data, start, stop)
        at = until + 1
    return lines, bullets, dots


@kernel(allocates=False)
def _is_bullet(code: int) -> bool:
    found = False
    for i in range(len(_BULLETS)):
        found |= code == _BULLETS[i]
    return found


@kernel(allocates=False)
def _ends_with_mark(data: Bytes, start: int, stop: int) -> bool:
    first = 0
    for mark in range(len(_MARK_ENDS)):
        if _ends_with(data, start, stop, first, _MARK_ENDS[mark]):
            return True
        first = _MARK_ENDS[mark]
    return False


@kernel(allocates=False)
def _ends_with(data: Bytes, start: int, stop: int, first: int, last: int) -> bool:
    """Return whether data[start:stop] in small letters ends with the mark _MARKS[first:last]."""
    if stop - start < last - first:
        return False
    for i in range(last - first):
        byte = data[stop - 1 - i]
        if (byte | 0x20 if 0x41 <= byte <= 0x5A else byte) != _MARKS[last - 1 - i]:
            return False
    return True


@kernel
def repetition(offsets: Offsets, data: Bytes, letters: Letters) -> Figures:
    """Return of every text, float64[n, 13]: the share of repeated paragraphs, their characters, lines, theirs, and of n-grams 2 to 10."""
    out = np.full((len(offsets) - 1, 13), np.nan)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        out[row, 0], out[row, 1] = _repeats(data, _paragraphs(data, start, end))
        out[row, 2], out[row, 3] = _repeats(data, _lines(data, start, end, letters))
        _grams(data, start, end, letters, out[row])
    return out


@kernel
def _paragraphs(data: Bytes, start: int, end: int) -> np.ndarray:
    """Return first and last place of every paragraph, int64[n, 2]; two newlines part them, and empty ones count."""
    places = np.empty((2 + (end - start) // 2, 2), np.int64)
    count, at = 0, start
    places[0, 0] = start
    while at < end:
        if data[at] == 10 and at + 1 < end and data[at + 1] == 10:
            places[count, 1] = at
            count += 1
            at += 2
            places[count, 0] = at
        else:
            at += 1
    places[count, 1] = end
    return places[: count + 1]


@kernel
def _lines(data: Bytes, start: int, end: int, letters: Letters) -> np.ndarray:
    """Return first and last place of every line that is not blank, int64[n, 2]; white space around a line is part of it."""
    lines, at = 1, start
    while at < end:
        lines += data[at] == 10
        at += 1
    places = np.empty((lines, 2), np.int64)
    count, at = 0, start
    while at < end:
        until = line_end(data, at, end)
        first, last = stripped(data, at, until, letters)
        if first < last:
            places[count, 0], places[count, 1] = at, until
            count += 1
        at = until + 1
    return places[:count]


@kernel
def _repeats(data: Bytes, places: np.ndarray) -> tuple[float, float]:
    """Return which share of the pieces, and of their characters, repeat one before; NaN where there are none."""
    count = len(places)
    keys, sizes = np.empty(count, np.uint64), np.empty(count, np.int64)
    for i in range(count):
        keys[i] = xxh64(data, places[i, 0], places[i, 1], NO_SEED)
        sizes[i] = code_points(data, places[i, 0], places[i, 1])
    again = _firsts(keys) != np.arange(count)
    whole = sizes.sum()
    return again.sum() / count if count else np.nan, (again * sizes).sum() / whole if whole else np.nan


@kernel
def _firsts(keys: Hashes) -> Places:
    """Return for each key where the first one equal to it stands."""
    size = 16
    while size < 2 * len(keys):
        size *= 2
    table = np.full(size, -1, np.int64)
    firsts = np.empty(len(keys), np.int64)
    mask = np.uint64(size - 1)
    for i in range(len(keys)):
        slot = np.int64(keys[i] & mask)
        while table[slot] >= 0 and keys[table[slot]] != keys[i]:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = i
        firsts[i] = table[slot]
    return firsts


@kernel
def _grams(data: Bytes, start: int, end: int, letters: Letters, out: np.ndarray) -> None:
    """Write the shares of n-grams 2 to 10 of one text from out[4] on; 1 where there are fewer words than n."""
    words, sizes, places = _words(data, start, end, letters)
    count, whole = len(words), code_points(data, start, end)
    out[4:] = 1.0
    grams = words.copy()
    repeats = _often(_firsts(words))  # whether the n-gram from each place is there more than once
    for n in range(2, min(10, count) + 1):
        last = count - n + 1
        for i in range(last):
            grams[i] = pair(grams[i], words[i + n - 1])
        some = np.flatnonzero(repeats[:last] & repeats[1 : last + 1])
        firsts = _firsts(grams[some])
        if n <= 4:
            top = _top(some, firsts)
            phrase = _phrase(data, places, top, n)
            out[n + 2] = _occurrences(data, start, end, phrase) * (sizes[top + n] - sizes[top] + n - 1) / whole
        else:
            out[n + 2] = _repeated_characters(some, firsts, sizes, n) / whole
        repeats = np.zeros(last, np.bool_)
        repeats[some[_often(firsts)]] = True


@kernel
def _words(data: Bytes, start: int, end: int, letters: Letters) -> tuple[Hashes, Places, np.ndarray]:
    """Return of every word its hash; the running total of their code points (one more than words); and their places, int64[n, 2]."""
    most = (end - start) // 2 + 1
    hashes, sizes, places = np.empty(most, np.uint64), np.zeros(most + 1, np.int64), np.empty((most, 2), np.int64)
    count, at = 0, start
    while at < end:
        at, stop, size, _, _ = next_word(data, at, end, letters)
        if size == 0:
            break
        hashes[count] = xxh64(data, at, stop, NO_SEED)
        places[count, 0], places[count, 1] = at, stop
        sizes[count + 1] = sizes[count] + size
        count += 1
        at = stop
    return hashes[:count], sizes[: count + 1], places[:count]


@kernel
def _often(firsts: Places) -> np.ndarray:
    """Return which keys are there more than once."""
    often = np.zeros(len(firsts), np.bool_)
    for i in range(len(firsts)):
        if firsts[i] != i:
            often[i] = often[firsts[i]] = True
    return often


@kernel
def _top(some: Places, firsts: Places) -> int:
    """Return where the most common of the n-grams at the places `some` stands first; among equals, and if all are different, the first."""
    counts = np.zeros(len(firsts), np.int64)
    best, most = 0, 1
    for i in range(len(firsts)):
        counts[firsts[i]] += 1
    for i in range(len(firsts)):
        if counts[i] > most:
            best, most = some[i], counts[i]
    return best


@kernel
def _phrase(data: Bytes, places: np.ndarray, word: int, n: int) -> Bytes:
    """Return `n` words from `word` on with one space between each two, and a byte to spare."""
    size = n
    for i in range(word, word + n):
        size += places[i, 1] - places[i, 0]
    phrase = np.empty(size, np.uint8)
    at = 0
    for i in range(word, word + n):
        for place in range(places[i, 0], places[i, 1]):
            phrase[at] = data[place]
            at += 1
        phrase[at] = 32
        at += 1
    return phrase[: size - 1]


@kernel
def _occurrences(data: Bytes, start: int, end: int, phrase: Bytes) -> int:
    """Return how often the phrase stands in the text, from left to right without overlap."""
    size = len(phrase)
    if size > _LONG_PHRASE:
        return _occurrences_of_long(data, start, end, phrase)
    first, last, count, at = phrase[0], phrase[size - 1], 0, start
    while at <= end - size:
        if data[at] == first and data[at + size - 1] == last and _same(data, at, phrase):
            count += 1
            at += size
        else:
            at += 1
    return count


@kernel(allocates=False)
def _same(data: Bytes, at: int, phrase: Bytes) -> bool:
    for i in range(len(phrase)):  # noqa: SIM110 (Numba has no generators here)
        if data[at + i] != phrase[i]:
            return False
    return True


@kernel
def _occurrences_of_long(data: Bytes, start: int, end: int, phrase: Bytes) -> int:
    """As `_occurrences`, in time that does not grow with the phrase (Knuth, Morris, Pratt 1977)."""
    size = len(phrase)
    back = np.zeros(size + 1, np.int64)
    match = 0
    for i in range(1, size):
        while match and phrase[i] != phrase[match]:
            match = back[match]
        match += phrase[i] == phrase[match]
        back[i + 1] = match
    count = match = 0
    for i in range(start, end):
        while match and data[i] != phrase[match]:
            match = back[match]
        match += data[i] == phrase[match]
        if match == size:
            count += 1
            match = 0
    return count


@kernel
def _repeated_characters(some: Places, firsts: Places, sizes: Places, n: int) -> int:
    """Return the characters, spaces included, of second and later copies; what an earlier copy covers does not count again."""
    total, covered = 0, 0  # words from here on that an earlier copy covers
    before = -n
    for i in range(len(some)):
        if firsts[i] == i:
            continue
        at = some[i]
        covered = max(n - (at - before), 0)
        total += sizes[at + n] - sizes[at + covered] + min(n - covered, n - 1)
        before = at
    return total
