"""Texts cut into passages (lines, paragraphs, sentences), and windows of them hashed and compared.

The passages of all texts are one partition of their bytes: passage i is data[cuts[i]:cuts[i + 1]]: what parts it from the one before it
(a line break, blank lines, spaces) first and its own text from bodies[i] on. Of row r they are first[r] to first[r] + counts[r]; white
space that follows the last is one more, which is never compared. `Parts` is (first int64[n + 1], counts int64[n], cuts int64[m + 1],
bodies int64[m]) of n texts of m passages.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import TOP_BIT, xxh64
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, code_points, copy_bytes, last_code_point, peek, width
from tilth.kernels.text_classes import LINE_BREAK, SPACE, Classes

LINE, NEWLINE, PARAGRAPH = range(3)

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Parts = tuple[Numbers, Numbers, Numbers, Numbers]

_SEED, _CHECK_SEED = np.uint64(0), np.uint64(0x9FB21C651E98DF25)
_SPACE = np.uint8(32)


@kernel(allocates=False)
def _class(data: Bytes, at: int, classes: Classes) -> int:
    byte = peek(data, at)
    return peek(classes, byte if byte < 0x80 else code_point(data, at))


@kernel(allocates=False)
def _spaces(data: Bytes, at: int, end: int, classes: Classes) -> tuple[int, int]:
    """Return where the white space at `at` ends, and where the line begins that it ends in (`at` if no line does)."""
    line = at
    while at < end:
        kind = _class(data, at, classes)
        if not kind & SPACE:
            break
        at += width(peek(data, at))
        if kind & LINE_BREAK:
            line = at
    return at, line


@kernel(allocates=False)
def _line_end(data: Bytes, at: int, end: int, classes: Classes) -> int:
    """Return where the line ends, before its break."""
    while at < end and not _class(data, at, classes) & LINE_BREAK:
        at += width(peek(data, at))
    return at


@kernel(allocates=False)
def _newline(data: Bytes, at: int, end: int) -> int:
    """Return where the line ends that only "\\n" or "\\r\\n" ends."""
    while at < end and peek(data, at) != 10:
        at += 1
    return at


@kernel(allocates=False)
def _paragraph_end(data: Bytes, at: int, end: int, classes: Classes) -> int:
    """Return where the last line ends before a blank one."""
    while at < end:
        at = _line_end(data, at, end, classes)
        then, line = _spaces(data, at, end, classes)
        if then == end or line > _after_break(data, at, end):
            return at
        at = then
    return at


@kernel(allocates=False)
def _after_break(data: Bytes, at: int, end: int) -> int:
    """Return where the line after the break at `at` begins."""
    both = peek(data, at) == 13 and at + 1 < end and peek(data, at + 1) == 10
    return at + 2 if both else at + width(peek(data, at))


@kernel(allocates=False)
def _next(data: Bytes, at: int, end: int, classes: Classes, unit: int, is_first: bool) -> tuple[int, int]:
    """Return where the text of the passage that starts at `at` begins, and where it ends; both are `end` if only white space is left."""
    if unit == NEWLINE:
        body = at if is_first else _after_break(data, at, end)
        stop = _newline(data, body, end)
        return body, stop - 1 if stop < end and stop > body and peek(data, stop - 1) == 13 else stop
    inside, line = _spaces(data, at, end, classes)
    if inside == end:
        return end, end
    return line, _line_end(data, inside, end, classes) if unit == LINE else _paragraph_end(data, inside, end, classes)


@kernel(allocates=False)
def _fill(
    data: Bytes, begin: int, end: int, classes: Classes, unit: int, many: int, cuts: Numbers, bodies: Numbers
) -> tuple[int, int]:
    """Write the passages of data[begin:end] from place `many` on, where there is room; return their end, and how many count."""
    at, counted, is_first, more = begin, 0, True, begin < end or unit == NEWLINE
    while more:
        body, stop = _next(data, at, end, classes, unit, is_first)
        if many < len(bodies):
            cuts[many], bodies[many] = at, body
        many += 1
        counted += body < end or unit == NEWLINE
        at, is_first, more = stop, False, stop < end
    return many, counted


@kernel
def passages(offsets: Offsets, data: Bytes, classes: Classes, unit: int) -> Parts:
    """Return the passages of texts: LINE, as str.splitlines has it, a blank line belonging to what parts the next from the one before;
    NEWLINE, as split("\\n") has it, blank ones too; PARAGRAPH, lines up to a blank one.
    """
    rows, none = len(offsets) - 1, np.empty(0, np.int64)
    first, counts = np.zeros(rows + 1, np.int64), np.empty(rows, np.int64)
    for row in range(rows):
        first[row + 1], counts[row] = _fill(data, offsets[row], offsets[row + 1], classes, unit, first[row], none, none)
    cuts, bodies = np.empty(first[rows] + 1, np.int64), np.empty(first[rows], np.int64)
    for row in range(rows):
        _fill(data, offsets[row], offsets[row + 1], classes, unit, first[row], cuts, bodies)
    cuts[-1] = offsets[-1]
    return first, counts, cuts, bodies


@kernel
def between(offsets: Offsets, starts: Numbers, stops: Numbers, ends: Numbers) -> Parts:
    """Return the passages that pieces make with the white space between them; text j has the pieces ends[j] to ends[j + 1]."""
    rows, many = len(offsets) - 1, 0
    first, counts = np.zeros(rows + 1, np.int64), np.diff(ends)
    cuts, bodies = np.empty(len(starts) + rows + 1, np.int64), np.empty(len(starts) + rows, np.int64)
    for row in range(rows):
        at = offsets[row]
        for piece in range(ends[row], ends[row + 1]):
            cuts[many], bodies[many], at = at, starts[piece], stops[piece]
            many += 1
        if at < offsets[row + 1]:
            cuts[many], bodies[many] = at, offsets[row + 1]
            many += 1
        first[row + 1] = many
    cuts[many] = offsets[rows]
    return first, counts, cuts[: many + 1], bodies[:many]


@kernel
def contents(starts: Numbers, stops: Numbers, data: Bytes, classes: Classes, strip: bool) -> tuple[Numbers, Bytes]:
    """Return every data[starts[i]:stops[i]], with `strip` without white space around it, followed by one space: (offsets, bytes)."""
    size = np.int64(0)
    for i in range(len(starts)):
        size += stops[i] - starts[i] + 1
    out, offsets, to = np.empty(size, np.uint8), np.zeros(len(starts) + 1, np.int64), np.int64(0)
    for i in range(len(starts)):
        start, end = starts[i], stops[i]
        if strip:
            start = _spaces(data, start, end, classes)[0]
            while start < end:
                last = last_code_point(data, start, end)
                if not _class(data, last, classes) & SPACE:
                    break
                end = last
        to = copy_bytes(data, start, end - start, out, to)
        out[to] = _SPACE
        to += 1
        offsets[i + 1] = to
    return offsets, out[:to]


@kernel
def windows(
    first: Numbers, counts: Numbers, offsets: Numbers, data: Bytes, classes: Classes, size: int, least: int
) -> tuple[Numbers, Numbers, Hashes, Hashes]:
    """Return every window of `size` passages with at least `least` characters, and with some that are not white space if `least` is not 0.

    (rows int64[w], passage where it begins int64[w], key and check uint64[w], two hashes of its passages joined by one space, the key with
    its top bit set.) `offsets` and `data` are what `contents` returns.
    """
    most = np.int64(0)
    for row in range(len(counts)):
        most += max(0, counts[row] - size + 1)
    rows, places, found = np.empty(most, np.int64), np.empty(most, np.int64), 0
    key, check = np.empty(most, np.uint64), np.empty(most, np.uint64)
    for row in range(len(counts)):
        for place in range(first[row], first[row] + counts[row] - size + 1):
            start, end = offsets[place], offsets[place + size] - 1
            if least > 0 and (code_points(data, start, end) < least or _spaces(data, start, end, classes)[0] == end):
                continue
            rows[found], places[found] = row, place
            key[found], check[found] = xxh64(data, start, end, _SEED) | TOP_BIT, xxh64(data, start, end, _CHECK_SEED)
            found += 1
    return rows[:found], places[:found], key[:found], check[:found]


@kernel
def repeats(rows: Numbers, key: Hashes, check: Hashes) -> Numbers:
    """Return for every window the first of the same row that is equal to it, int64[w]."""
    out, longest, begin = np.empty(len(rows), np.int64), 1, 0
    for i in range(len(rows)):
        begin = begin if rows[begin] == rows[i] else i
        longest = max(longest, i - begin + 1)
    slots = 1
    while slots < 2 * longest:
        slots *= 2
    table, mask, begin = np.full(slots, -1, np.int64), np.uint64(slots - 1), 0
    for i in range(len(rows)):
        begin = begin if rows[begin] == rows[i] else i
        slot = check[i] & mask
        while table[slot] >= begin and (key[table[slot]] != key[i] or check[table[slot]] != check[i]):  # what is before `begin` is old
            slot = (slot + np.uint64(1)) & mask
        if table[slot] < begin:
            table[slot] = i
        out[i] = table[slot]
    return out


@kernel
def spread(
    rows: Numbers, places: Numbers, same: Numbers, hit: Numbers, of: Hashes, all_go: Bytes, size: int, gone: Bytes, stands: Hashes
) -> None:
    """Mark the passages of all windows that are equal to a hit one: `gone` (uint8[m]), and who stands for them (uint64[m]).

    `same` are `repeats`; window hit[j] is the first of its row, of[j] stands for it, and with all_go[j] it goes too. The first window that
    covers a passage says who stands for it.
    """
    which = np.full(len(rows), -1, np.int64)
    for j in range(len(hit)):
        which[hit[j]] = j
    for i in range(len(rows)):
        j = which[same[i]]
        if j >= 0 and (same[i] != i or all_go[j]):
            for passage in range(places[i], places[i] + size):
                if not gone[passage]:
                    gone[passage], stands[passage] = 1, of[j]


@kernel(allocates=False)
def _add(out: np.ndarray, of: Hashes, k: int, row: int, start: int, end: int, stands: np.uint64) -> int:
    """Add a span, or make the one before it longer if it is its neighbour and the same row stands for it; return how many there are."""
    if start == end:
        return k
    if k and out[k - 1, 0] == row and out[k - 1, 2] == start and of[k - 1] == stands:
        out[k - 1, 2] = end
        return k
    out[k, 0], out[k, 1], out[k, 2], of[k] = row, start, end, stands
    return k + 1


@kernel
def spans(
    first: Numbers, counts: Numbers, cuts: Numbers, bodies: Numbers, data: Bytes, gone: Bytes, stands: Hashes, trim: bool
) -> tuple[np.ndarray, Hashes]:
    """Return the spans to cut: (row, first and last byte in the texts' buffer) int64[k, 3], and who stands for each, uint64[k].

    What parts the first passage that stays from those before it goes with them; of a text of which nothing stays, all goes. With `trim`
    a text that is cut loses white space at its beginning, and one space at its end.
    """
    out, of, k = np.empty((2 * len(bodies), 3), np.int64), np.empty(2 * len(bodies), np.uint64), 0
    for row in range(len(counts)):
        begin, last, stop = first[row], first[row] + counts[row], first[row + 1]
        some, kept = begin, begin
        while some < last and not gone[some]:
            some += 1
        if some == last:
            continue
        while kept < last and gone[kept]:
            kept += 1
        if kept == begin and trim:
            k = _add(out, of, k, row, cuts[begin], bodies[begin], stands[some])
        for i in range(some, last):
            if gone[i]:
                k = _add(out, of, k, row, cuts[i], cuts[i + 1], stands[i])
                if i + 1 == kept:
                    k = _add(out, of, k, row, cuts[kept], bodies[kept] if kept < last else cuts[stop], stands[i])
        if kept < last and trim and cuts[stop] - cuts[last] == 1 and data[cuts[last]] == _SPACE:
            k = _add(out, of, k, row, cuts[last], cuts[stop], stands[some])
    return out[:k], of[:k]


@kernel
def characters(starts: Numbers, stops: Numbers, data: Bytes) -> Numbers:
    """Return how many code points each data[starts[i]:stops[i]] has."""
    out = np.empty(len(starts), np.int64)
    for i in range(len(starts)):
        out[i] = code_points(data, starts[i], stops[i])
    return out
