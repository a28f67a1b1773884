"""Whether a chunk is a URL, a host name or an address.

Source of the grammar: spaCy's URL match (MIT), which is Diego Perini's pattern (MIT) with the scheme optional and the last
label of a name in lower case.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import CODE, KIND, Chunk
from tilth.kernels.text_classes import DECIMAL, HOST, LOWER, WORD

_HASH, _PLUS, _DASH, _DOT, _SLASH, _COLON, _QUESTION, _AT, _LOW_LINE = 35, 43, 45, 46, 47, 58, 63, 64, 95


@kernel(allocates=False)
def is_url(chunk: Chunk, lo: int, hi: int) -> bool:
    """Return whether the part [lo, hi) is a URL or a host name with a port, a path or a user, by the grammar of spaCy's URL match."""
    start = lo
    while start < hi and _in_scheme(chunk[start, CODE], chunk[start, KIND]):
        start += 1
    scheme = start - lo >= 2 and start + 2 < hi and chunk[start, CODE] == _COLON
    scheme = scheme and chunk[start + 1, CODE] == _SLASH and chunk[start + 2, CODE] == _SLASH
    after_scheme = start + 3 if scheme else lo
    if _is_place(chunk, lo, hi) or (scheme and _is_place(chunk, after_scheme, hi)):
        return True
    for at in range(lo + 1, hi):  # noqa: SIM110
        if chunk[at, CODE] == _AT and _is_place(chunk, at + 1, hi):
            return True
    return False


@kernel(allocates=False)
def _in_scheme(code: int, kind: int) -> bool:
    return kind & WORD != 0 or code in (_PLUS, _DASH, _DOT)


@kernel(allocates=False)
def _in_place(code: int, kind: int) -> bool:
    return kind & (HOST | LOWER | DECIMAL) != 0 or code in (_DOT, _DASH, _LOW_LINE)


@kernel(allocates=False)
def _starts_path(code: int) -> bool:
    return code in (_SLASH, _QUESTION, _HASH)


@kernel(allocates=False)
def _is_place(chunk: Chunk, lo: int, hi: int) -> bool:
    """A host name or an address, then perhaps a port, then perhaps a path."""
    end = lo
    while end < hi and chunk[end, CODE] != _COLON and not _starts_path(chunk[end, CODE]):
        if not _in_place(chunk[end, CODE], chunk[end, KIND]):
            return False
        end += 1
    if not (_is_host(chunk, lo, end) or _is_address(chunk, lo, end)):
        return False
    if end < hi and chunk[end, CODE] == _COLON:
        port = end + 1
        end = port
        while end < hi and chunk[end, KIND] & DECIMAL:
            end += 1
        if not 2 <= end - port <= 5:
            return False
    return end == hi or _starts_path(chunk[end, CODE])


@kernel(allocates=False)
def _is_host(chunk: Chunk, lo: int, hi: int) -> bool:
    """Labels of 1 to 64 characters, each with a dot after it, then 2 to 63 letters without capitals."""
    top = hi
    while top > lo and chunk[top - 1, CODE] != _DOT:
        if not chunk[top - 1, KIND] & LOWER:
            return False
        top -= 1
    if top == lo or not 2 <= hi - top <= 63:
        return False
    start = lo
    for at in range(lo, top):
        if chunk[at, CODE] == _DOT:
            if not 1 <= at - start <= 64 or not chunk[start, KIND] & HOST or not chunk[at - 1, KIND] & HOST:
                return False
            start = at + 1
        elif not (chunk[at, KIND] & HOST or chunk[at, CODE] == _DASH or chunk[at, CODE] == _LOW_LINE):
            return False
    return True


@kernel(allocates=False)
def _is_address(chunk: Chunk, lo: int, hi: int) -> bool:
    """Four octets that are not a private, local or reserved IPv4 address."""
    first = second = octet = np.int64(0)
    start = lo
    for at in range(lo, hi + 1):
        if at < hi and chunk[at, CODE] != _DOT:
            if not chunk[at, KIND] & DECIMAL:
                return False
            continue
        if not 1 <= at - start <= 3 or octet > 3 or not _is_octet(chunk, start, at, octet):
            return False
        if octet == 0:
            first = _ascii_number(chunk, start, at)
        elif octet == 1:
            second = _ascii_number(chunk, start, at)
            third = at - start == 3
            if (first == 169 and third and second == 254) or (first == 192 and third and second == 168):
                return False
            if first == 172 and at - start == 2 and _is_private(chunk, start):
                return False
        octet += 1
        start = at + 1
    return octet == 4 and first != 10 and first != 127


@kernel(allocates=False)
def _is_private(chunk: Chunk, start: int) -> bool:
    tens, ones = chunk[start, CODE], chunk[start + 1, CODE]
    return (tens == 49 and 54 <= ones <= 57) or tens == 50 or (tens == 51 and 48 <= ones <= 49)


@kernel(allocates=False)
def _ascii_number(chunk: Chunk, start: int, end: int) -> int:
    """The number these digits spell; -1 if one is not ASCII."""
    value = 0
    for at in range(start, end):
        if not 48 <= chunk[at, CODE] <= 57:
            return -1
        value = value * 10 + chunk[at, CODE] - 48
    return value


@kernel(allocates=False)
def _is_octet(chunk: Chunk, start: int, end: int, octet: int) -> bool:
    """The octet's own form: the first 1-223, the two middle ones 0-255, the last 1-254; all but its leading digits may be any script's."""
    size, first = end - start, chunk[start, CODE]
    second = chunk[start + 1, CODE] if size > 1 else 0
    if octet == 1 or octet == 2:
        if size < 3:
            return True
        third = chunk[start + 2, CODE]
        return first == 49 or (first == 50 and (48 <= second <= 52 or (second == 53 and 48 <= third <= 53)))
    if size < 3:
        return 49 <= first <= 57
    third = chunk[start + 2, CODE]
    if first == 49:
        return True
    if octet == 0:
        return first == 50 and (second == 48 or second == 49 or (second == 50 and 48 <= third <= 51))
    return first == 50 and (48 <= second <= 52 or (second == 53 and 48 <= third <= 52))
