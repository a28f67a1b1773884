"""URLs held against lists: the host's registered domain by the Public Suffix List, words, substrings; a list is sorted hashes."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel

ENDS, WILDCARD, EXCEPTION = 1, 2, 4  # flags of a node of suffixes: a suffix ends here; any label more is one too; but not this one
NO_SEED = np.uint64(0)

# columns of what `judge` returns
DOMAIN, SUBDOMAIN, URL, WORDS, SOFT_WORDS, SUBSTRING, ALLOWED = range(7)


@kernel(allocates=False)
def place_of(value: np.uint64, hashes: np.ndarray) -> int:
    """Return where `value` stands in the sorted `hashes`, or -1."""
    low, high = np.int64(0), np.int64(len(hashes))
    while low < high:
        middle = (low + high) >> 1
        if hashes[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < len(hashes) and hashes[low] == value else np.int64(-1)


@kernel(allocates=False)
def listed(data: Bytes, start: int, end: int, hashes: np.ndarray) -> bool:
    """Return whether data[start:end], not empty, is on a list."""
    return start < end and len(hashes) > 0 and place_of(xxh64(data, start, end, NO_SEED), hashes) >= 0


@kernel
def line_hashes(data: Bytes) -> np.ndarray:
    """Return the hashes (uint64) of the lines of a list, without white space around them; empty ones and comments (#) left out."""
    found = np.empty(1024, np.uint64)
    size, start = 0, 0
    while start < len(data):
        stop = start
        while stop < len(data) and data[stop] != 10 and data[stop] != 13:
            stop += 1
        first, last = trimmed(data, start, stop)
        if first < last and data[start] != 35:
            if size == len(found):
                found = np.concatenate((found, np.empty_like(found)))
            found[size] = xxh64(data, first, last, NO_SEED)
            size += 1
        start = stop + 1
    return found[:size]


@kernel
def is_listed(offsets: Offsets, data: Bytes, hashes: np.ndarray) -> np.ndarray:
    """Return bool[n]: whether each text is on a list."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(found)):
        found[row] = listed(data, offsets[row], offsets[row + 1], hashes)
    return found


@kernel(allocates=False)
def trimmed(data: Bytes, start: int, end: int) -> tuple[int, int]:
    """Return data[start:end] without ASCII white space around it, as its start and end."""
    while start < end and (data[start] == 32 or 9 <= data[start] <= 13):
        start += 1
    while start < end and (data[end - 1] == 32 or 9 <= data[end - 1] <= 13):
        end -= 1
    return start, end


@kernel(allocates=False)
def _is_alnum(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


@kernel(allocates=False)
def _after_scheme(data: Bytes, start: int, end: int) -> int:
    """Return where the authority begins: behind `//` or `scheme://`; without one of them at the start."""
    at = start
    while at < end and (_is_alnum(data[at]) or data[at] == 43 or data[at] == 45 or data[at] == 46):
        at += 1
    if at > start and at < end and data[at] == 58:
        at += 1
    elif at > start:
        return start
    return at + 2 if at + 1 < end and data[at] == 47 and data[at + 1] == 47 else start


@kernel(allocates=False)
def host(data: Bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the host of the URL data[start:end] starts and ends, without user, port and final dots; brackets stay."""
    first = _after_scheme(data, start, end)
    last = first
    while last < end and data[last] != 47 and data[last] != 63 and data[last] != 35:
        last += 1
    for at in range(first, last):
        if data[at] == 64:
            first = at + 1
    at = first
    if first < last and data[first] == 91:
        while at < last and data[at] != 93:
            at += 1
        if at < last:
            return first, at + 1
    at = first
    while at < last and data[at] != 58:
        at += 1
    first, at = trimmed(data, first, at)
    while at > first and data[at - 1] == 46:
        at -= 1
    return first, at


@kernel(allocates=False)
def _label_start(data: Bytes, start: int, end: int) -> int:
    """Return where the last label of data[start:end] starts."""
    while end > start and data[end - 1] != 46:
        end -= 1
    return end


@kernel(allocates=False)
def registered(data: Bytes, first: int, last: int, nodes: np.ndarray, flags: np.ndarray, lower: Bytes) -> int:
    """Return where the registered domain in the host data[first:last] starts, or `last` where there is none.

    `lower` has room for the host; the walk over labels from the right is tldextract's, private suffixes left out.
    """
    for at in range(first, last):
        lower[at - first] = data[at] + 32 if 65 <= data[at] <= 90 else data[at]
    suffix, seen, kind = last, last, 0
    at = _label_start(data, first, last)
    while True:
        node = place_of(xxh64(lower, at - first, last - first, NO_SEED), nodes)
        if node < 0 or flags[node] & EXCEPTION:
            if kind & WILDCARD:
                suffix = seen if node >= 0 else at
            break
        kind, seen = flags[node], at
        if kind & ENDS:
            suffix = at
        if at == first:
            break
        at = _label_start(data, first, at - 1)
    if suffix in (first, last):
        return last
    start = _label_start(data, first, suffix - 1)
    return start if start < suffix - 1 else last


@kernel(allocates=False)
def _words(data: Bytes, start: int, end: int, words: np.ndarray, soft: np.ndarray, met: np.ndarray, row: int, found: np.ndarray) -> None:
    """Count the different words, and soft words, among the runs of ASCII letters and digits."""
    at = start
    while at < end:
        first = at
        while at < end and _is_alnum(data[at]):
            at += 1
        if at > first:
            value = xxh64(data, first, at, NO_SEED)
            for kind in range(2):
                place = place_of(value, words if kind == 0 else soft)
                if place >= 0 and met[kind, place] != row:
                    met[kind, place] = row
                    found[WORDS + kind] += 1
        at += 1


@kernel(allocates=False)
def _substring(data: Bytes, start: int, end: int, columns: np.ndarray, moves: np.ndarray, ends: np.ndarray, shorter: np.ndarray) -> bool:
    """Return whether a pattern stands in the lower-case letters and digits of data[start:end], all else left out."""
    state = np.int32(0)
    for at in range(start, end):
        byte = data[at]
        if _is_alnum(byte):
            state = moves[state, columns[byte + 32 if 65 <= byte <= 90 else byte]]
            if ends[state] >= 0 or shorter[state]:
                return True
    return False


@kernel
def judge(
    offsets: Offsets, data: Bytes, nodes: np.ndarray, flags: np.ndarray, domains: np.ndarray, urls: np.ndarray, allow: np.ndarray,
    words: np.ndarray, soft: np.ndarray, columns: np.ndarray, moves: np.ndarray, ends: np.ndarray, shorter: np.ndarray,
) -> np.ndarray:
    """Return int64[n, 7], the columns above: whether domain, subdomain and URL are listed, different words, a substring, allowed."""
    found = np.zeros((len(offsets) - 1, 7), np.int64)
    met = np.full((2, max(len(words), len(soft))), -1, np.int64)
    longest = 0
    for row in range(len(found)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    lower = np.empty(longest, np.uint8)
    for row in range(len(found)):
        start, end = offsets[row], offsets[row + 1]
        first, last = host(data, start, end)
        domain = registered(data, first, last, nodes, flags, lower)
        if domain < last:
            found[row, DOMAIN] = listed(data, domain, last, domains)
            found[row, SUBDOMAIN] = listed(data, first, last, domains)
            found[row, ALLOWED] = listed(data, domain, last, allow) or listed(data, first, last, allow)
        found[row, URL] = listed(data, start, end, urls)
        _words(data, start, end, words, soft, met, row, found[row])
        found[row, SUBSTRING] = _substring(data, start, end, columns, moves, ends, shorter)
    return found
