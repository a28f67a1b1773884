"""Addresses in running text found and cut out: host names that end in a top-level domain, and IPv4 numbers, with what hangs on them."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.letter_case import Letters, same
from tilth.kernels.text_bytes import MULTIPLIER, SEED, code_point, copy_bytes, last_code_point, width
from tilth.kernels.text_classes import SPACE, WORD, Classes, data_file

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]

_LONGEST_HOST = 256
_MOST_SPACES = 10
_SLOTS = 8192
_SHIFT = np.uint64(51)

# characters of ASCII that stand in a host name (with port and user) and in what comes after it
_HOST, _REST, _LETTER, _DIGIT = 1, 2, 4, 8
_KINDS = np.zeros(256, np.uint8)
_LISTED = {_HOST: b"-@:%._+~#=", _REST: b"-@:%._+~#=()?&/", _LETTER: b"abcdefghijklmnopqrstuvwxyz", _DIGIT: b"0123456789"}
for _kind, _bytes in _LISTED.items():
    _KINDS[list(_bytes)] |= _kind
_KINDS[list(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] |= _HOST | _REST


@functools.cache
def top_level_domains(folded: bool) -> tuple[Hashes, int]:
    """Return a table of the hashes of all top-level domains, uint64[8192], and their most characters; `folded` as re.IGNORECASE has it.

    >>> int(top_level_domains(False)[1])
    18
    """
    names = data_file("top_level_domains.json")["names"].split()
    letters = same() if folded else np.arange(0x110000)
    table = np.zeros(_SLOTS, np.uint64)
    for value in map(_hash, (letters[[ord(character) for character in name]].tolist() for name in names)):
        slot = value >> int(_SHIFT)
        while table[slot] not in (0, value):
            slot = (slot + 1) % _SLOTS
        table[slot] = value
    table.flags.writeable = False
    return table, max(map(len, names))


def _hash(codes: Iterable[int]) -> int:
    value = int(SEED)
    for code in codes:
        value = (value ^ code) * int(MULTIPLIER) & 0xFFFFFFFFFFFFFFFF
    return value


@kernel
def remove(
    offsets: Offsets, data: Bytes, classes: Classes, fold: Letters, known: Hashes, opening: Hashes, longest: int, everywhere: bool
) -> tuple[Offsets, Bytes]:
    """Return the texts without addresses and up to ten white spaces before each.

    `known` and `opening` are the plain and the folded `top_level_domains`, of at most `longest` characters; unless `everywhere`, names are
    only cut out of texts that begin with the letters of one.
    """
    ends = np.zeros(len(offsets), np.int64)
    out = np.empty(offsets[-1] - offsets[0], np.uint8)
    for row in range(len(offsets) - 1):
        first = ends[row]
        last = copy_bytes(data, offsets[row], offsets[row + 1] - offsets[row], out, first)
        if everywhere or _opens(out, first, last, fold, opening, longest):
            last = _without_names(out, first, last, classes, known, longest)
        ends[row + 1] = _without_numbers(out, first, last, classes)
    return ends, out[: ends[-1]].copy()


@kernel(allocates=False)
def _is_known(value: np.uint64, table: Hashes) -> bool:
    slot = np.int64(value >> _SHIFT)
    while table[slot] != 0:
        if table[slot] == value:
            return True
        slot = (slot + 1) % len(table)
    return False


@kernel(allocates=False)
def _opens(out: Bytes, at: int, end: int, fold: Letters, opening: Hashes, longest: int) -> bool:
    """Return whether a text begins with the letters of a top-level domain, capitals or not."""
    value = SEED
    for _ in range(longest):
        if at >= end:
            return False
        value = (value ^ np.uint64(fold[code_point(out, at)])) * MULTIPLIER
        if _is_known(value, opening):
            return True
        at += width(out[at])
    return False


@kernel(allocates=False)
def _past_domain(out: Bytes, at: int, end: int, classes: Classes, known: Hashes, longest: int) -> int:
    """Return where the longest top-level domain from `at` ends that a word does not go on beyond, -1 if there is none."""
    value, found = SEED, -1
    for _ in range(longest):
        if at >= end or (out[at] < 0x80 and not _KINDS[out[at]] & _LETTER):
            break
        code = code_point(out, at)
        value = (value ^ np.uint64(code)) * MULTIPLIER
        at += width(out[at])
        if _is_known(value, known) and (classes[code] & WORD != 0) != (at < end and classes[code_point(out, at)] & WORD != 0):
            found = at
    return found


@kernel(allocates=False)
def _without_names(out: Bytes, first: int, last: int, classes: Classes, known: Hashes, longest: int) -> int:
    """Cut host names that end in a top-level domain out of out[first:last]; return where it ends then."""
    to = done = at = first
    while at < last:
        if out[at] != 0x2E or _past_domain(out, at + 1, last, classes, known, longest) < 0:
            at += 1
            continue
        start = at
        while start > done and start > at - _LONGEST_HOST and _KINDS[out[start - 1]] & _HOST:
            start -= 1
        if start == at:
            at += 1
            continue
        end = _past_host(out, start, last, classes, known, longest)
        start = _with_spaces(out, _with_scheme(out, start, done), done, classes)
        to = copy_bytes(out, done, start - done, out, to)
        done = at = _past_rest(out, end, last)
    return copy_bytes(out, done, last - done, out, to)


@kernel(allocates=False)
def _past_host(out: Bytes, start: int, last: int, classes: Classes, known: Hashes, longest: int) -> int:
    """Return where the last top-level domain ends that a host name from `start` can have."""
    end, at = -1, start + 1
    while at < last and at <= start + _LONGEST_HOST and _KINDS[out[at - 1]] & _HOST:
        if out[at] == 0x2E:
            end = max(end, _past_domain(out, at + 1, last, classes, known, longest))
        at += 1
    return end


@kernel(allocates=False)
def _past_rest(out: Bytes, at: int, last: int) -> int:
    while at < last and _KINDS[out[at]] & _REST:
        at += 1
    return at


@kernel(allocates=False)
def _with_scheme(out: Bytes, start: int, done: int) -> int:
    """Return where http://, https:// or ftp:// starts that ends at `start`, or else `start`."""
    if start - 6 < done or out[start - 1] != 0x2F or out[start - 2] != 0x2F or out[start - 3] != 0x3A:
        return start
    at = start - 6
    if out[at] == 0x66 and out[at + 1] == 0x74 and out[at + 2] == 0x70:  # ftp
        return at
    at -= 1 + (out[start - 4] == 0x73)  # s
    if at >= done and out[at] == 0x68 and out[at + 1] == 0x74 and out[at + 2] == 0x74 and out[at + 3] == 0x70:  # http
        return at
    return start


@kernel(allocates=False)
def _with_spaces(out: Bytes, start: int, done: int, classes: Classes) -> int:
    """Return where the white space before `start` begins, ten characters of it at most."""
    for _ in range(_MOST_SPACES):
        if start == done:
            break
        before = last_code_point(out, done, start)
        if not classes[code_point(out, before)] & SPACE:
            break
        start = before
    return start


@kernel(allocates=False)
def _without_numbers(out: Bytes, first: int, last: int, classes: Classes) -> int:
    """Cut IPv4 numbers out of out[first:last]; return where it ends then."""
    to = done = at = first
    while at < last:
        if not _KINDS[out[at]] & _DIGIT or not _starts_word(out, first, at, classes):
            at += 1
            continue
        end = _past_number(out, at, last)
        if end < 0:
            at += 1
            continue
        start = _with_scheme(out, at, done)
        start = start if start == at or _starts_word(out, first, start, classes) else at
        start = _with_spaces(out, start, done, classes)
        to = copy_bytes(out, done, start - done, out, to)
        done = at = _past_rest(out, end, last)
    return copy_bytes(out, done, last - done, out, to)


@kernel(allocates=False)
def _starts_word(out: Bytes, first: int, at: int, classes: Classes) -> bool:
    """Return whether no character of a word stands before `at`."""
    return at == first or not classes[code_point(out, last_code_point(out, first, at))] & WORD


@kernel(allocates=False)
def _past_number(out: Bytes, at: int, last: int) -> int:
    """Return where the first digit of the fourth number of 1 to 3 digits ends, three-digit ones below 300; -1 if there are not four."""
    for _ in range(3):
        start = at
        while at < last and _KINDS[out[at]] & _DIGIT:
            at += 1
        if at in (start, last) or at - start > 3 or (at - start == 3 and out[start] > 0x32) or out[at] != 0x2E:
            return -1
        at += 1
    return at + 1 if at < last and _KINDS[out[at]] & _DIGIT else -1
