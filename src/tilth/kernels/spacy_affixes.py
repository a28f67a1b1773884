"""The slow half of the tokenizer: a chunk between spaces that holds a mark is taken apart from both ends, then inside.

Source of the behaviour: spaCy's rule-based tokenizer (MIT) with the rules of blank English: prefixes and suffixes are cut until none is
left or the rest is an exception; then the rest is an exception, a URL, or is cut at infixes. Works on a chunk decoded into
rows of `chunk`.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import ENDING_COLUMNS, ENDINGS, Language, spells
from tilth.kernels.text_classes import ALPHA, BEFORE_DOT, DECIMAL, DIGIT, HOST, INFIX, LOWER, PREFIX, QUOTE, SUFFIX, SUFFIX_AFTER_DIGIT, UPPER, WORD

Chunk = np.ndarray[tuple[int, int], np.dtype[np.int64]]  # a row a code point, and one more
CODE, KIND, PLACE, CUT = range(4)  # the code point, its flags, where it starts in the page; a stack of cuts

_DOT, _PLUS, _DOLLAR, _ELLIPSIS, _DEGREE, _COLON, _SLASH, _AT, _DASH = 46, 43, 36, 0x2026, 0xB0, 58, 47, 64, 45
_EM_DASH = 0x2014


@kernel(allocates=False)
def prefix_size(chunk: Chunk, lo: int, hi: int) -> int:
    """Return how many code points are cut off the front of the chunk's part [lo, hi)."""
    code = chunk[lo, CODE]
    if code == _DOT:
        end = lo + 1
        while end < hi and chunk[end, CODE] == _DOT:
            end += 1
        return end - lo if end - lo > 1 else 0
    if code == _PLUS:
        return 0 if lo + 1 < hi and chunk[lo + 1, KIND] & DIGIT else 1
    if chunk[lo, KIND] & PREFIX:
        return 1
    if (code == 65 or code == 67) and lo + 1 < hi and chunk[lo + 1, CODE] == _DOLLAR:  # A$ C$
        return 2
    return 3 if code == 85 and lo + 2 < hi and chunk[lo + 1, CODE] == 83 and chunk[lo + 2, CODE] == _DOLLAR else 0  # US$


@kernel(allocates=False)
def suffix_size(page: Bytes, chunk: Chunk, lo: int, hi: int, some: int, language: Language) -> int:
    """Return how many code points are cut off the back of the chunk's part [lo, hi): the longest suffix that fits.

    `some` are the flags that any character of the chunk has.
    """
    if lo >= hi:
        return 0
    last = chunk[hi - 1, CODE]
    if last == _DOT:
        return _dot_size(chunk, lo, hi)
    if hi - lo > 1:
        before = chunk[hi - 2, CODE]
        if (last == 115 or last == 83) and (before == 39 or before == 0x2019):  # 's ’S
            return 2
        if last == _ELLIPSIS and before == _ELLIPSIS:
            return 2
        if some & DIGIT:
            size = _ending_size(page, chunk, lo, hi, language)
            if size:
                return size
    if chunk[hi - 1, KIND] & SUFFIX:
        return 1
    return 1 if chunk[hi - 1, KIND] & SUFFIX_AFTER_DIGIT and hi - lo > 1 and chunk[hi - 2, KIND] & DIGIT else 0


@kernel(allocates=False)
def _dot_size(chunk: Chunk, lo: int, hi: int) -> int:
    start = hi - 1
    while start > lo and chunk[start - 1, CODE] == _DOT:
        start -= 1
    if hi - start > 1:
        return hi - start
    if start == lo:
        return 0
    if chunk[start - 1, KIND] & BEFORE_DOT:
        return 1
    if start - lo > 1 and chunk[start - 1, KIND] & UPPER and chunk[start - 2, KIND] & UPPER:
        return 1
    unit = chunk[start - 1, CODE] | 0x20
    return 1 if start - lo > 1 and chunk[start - 2, CODE] == _DEGREE and (unit == 99 or unit == 102 or unit == 107) else 0  # °C. °F. °K.


@kernel(allocates=False)
def _ending_size(page: Bytes, chunk: Chunk, lo: int, hi: int, language: Language) -> int:
    digit = hi - 1
    while digit >= lo and not chunk[digit, KIND] & DIGIT:  # an ending has no digit, so it starts after the last one
        digit -= 1
    if digit < lo or digit == hi - 1:
        return 0
    start, size = chunk[digit + 1, PLACE], chunk[hi, PLACE] - chunk[digit + 1, PLACE]
    row = ENDINGS
    while language[row + 1]:
        if language[row + 1] == size and spells(language, language[row], page, start, size):
            return hi - digit - 1
        row += ENDING_COLUMNS
    return 0


@kernel(allocates=False)
def infix_size(chunk: Chunk, at: int, lo: int, hi: int) -> int:
    """Return how many code points at `at`, inside the part [lo, hi), are a token between two others."""
    code, kind = chunk[at, CODE], chunk[at, KIND]
    if code == _DOT:
        end = at + 1
        while end < hi and chunk[end, CODE] == _DOT:
            end += 1
        if end - at > 1:
            return end - at
    if kind & INFIX:
        return 1
    if at == lo or at + 1 == hi:
        return 0
    before, after = chunk[at - 1, KIND], chunk[at + 1, KIND]
    if code == _DOT:
        return 1 if before & (LOWER | QUOTE) and after & (UPPER | QUOTE) else 0
    if (code == _PLUS or code == _DASH or code == 42 or code == 94) and before & DIGIT and (after & DIGIT or chunk[at + 1, CODE] == _DASH):
        return 1
    if code == 44:
        return 1 if before & ALPHA and after & ALPHA else 0
    if not before & (ALPHA | DIGIT):
        return 0
    if code == _COLON or code == _SLASH or 60 <= code <= 62:
        return 1 if after & ALPHA else 0
    return _hyphen_size(chunk, at, hi)


@kernel(allocates=False)
def _hyphen_size(chunk: Chunk, at: int, hi: int) -> int:
    """One to three hyphens, one or two em dashes, an en dash or a tilde, if a letter follows."""
    code = chunk[at, CODE]
    most = 3 if code == _DASH else 2 if code == _EM_DASH else 1 if code == 0x2013 or code == 126 else 0
    for size in range(1, most + 1):
        if at + size < hi and chunk[at + size, KIND] & ALPHA:
            return size
        if at + size >= hi or chunk[at + size, CODE] != code:
            return 0
    return 0


@kernel(allocates=False)
def is_url(chunk: Chunk, lo: int, hi: int) -> bool:
    """Return whether the part [lo, hi) is a URL or a host name with a port, a path or a user, by the grammar of spaCy's URL match."""
    start = lo
    while start < hi and (chunk[start, KIND] & WORD or chunk[start, CODE] == _PLUS or chunk[start, CODE] == _DASH or chunk[start, CODE] == _DOT):
        start += 1
    scheme = start - lo >= 2 and start + 2 < hi and chunk[start, CODE] == _COLON and chunk[start + 1, CODE] == _SLASH and chunk[start + 2, CODE] == _SLASH
    after_scheme = start + 3 if scheme else lo
    if _is_place(chunk, lo, hi) or (scheme and _is_place(chunk, after_scheme, hi)):
        return True
    for at in range(lo + 1, hi):
        if chunk[at, CODE] == _AT and _is_place(chunk, at + 1, hi):
            return True
    return False


@kernel(allocates=False)
def _is_place(chunk: Chunk, lo: int, hi: int) -> bool:
    """A host name or an address, then perhaps a port, then perhaps a path."""
    end = lo
    while end < hi and chunk[end, CODE] != _COLON and chunk[end, CODE] != _SLASH and chunk[end, CODE] != 63 and chunk[end, CODE] != 35:
        if not (chunk[end, KIND] & (HOST | LOWER | DECIMAL) or chunk[end, CODE] == _DOT or chunk[end, CODE] == _DASH or chunk[end, CODE] == 95):
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
    return end == hi or chunk[end, CODE] == _SLASH or chunk[end, CODE] == 63 or chunk[end, CODE] == 35


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
        elif not (chunk[at, KIND] & HOST or chunk[at, CODE] == _DASH or chunk[at, CODE] == 95):
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
