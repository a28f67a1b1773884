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
from tilth.kernels.text_classes import (
    ALPHA,
    BEFORE_DOT,
    BEFORE_HYPHEN,
    DIGIT,
    INFIX,
    LOWER,
    PREFIX,
    QUOTE,
    SUFFIX,
    SUFFIX_AFTER_DIGIT,
    UPPER,
)

Chunk = np.ndarray[tuple[int, int], np.dtype[np.int64]]  # a row a code point, and one more
CODE, KIND, PLACE, CUT = range(4)  # the code point, its flags, where it starts in the page; a stack of cuts
CHUNK_COLUMNS = 4

_DOLLAR, _STAR, _PLUS, _COMMA, _DASH, _DOT, _SLASH, _COLON, _CARET, _TILDE = 36, 42, 43, 44, 45, 46, 47, 58, 94, 126
_DEGREE, _EN_DASH, _EM_DASH, _ELLIPSIS = 0xB0, 0x2013, 0x2014, 0x2026


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
    sign = code in (_PLUS, _DASH, _STAR, _CARET)
    if sign and before & DIGIT and (after & DIGIT or chunk[at + 1, CODE] == _DASH):
        return 1
    if code == _COMMA:
        return 1 if before & ALPHA and after & ALPHA else 0
    if not before & (ALPHA | DIGIT):
        return 0
    if code == _SLASH or code == _COLON or 60 <= code <= 62:  # noqa: SIM109
        return 1 if after & ALPHA else 0
    return _hyphen_size(chunk, at, hi) if before & BEFORE_HYPHEN else 0


@kernel(allocates=False)
def _hyphen_size(chunk: Chunk, at: int, hi: int) -> int:
    """One to three hyphens, one or two em dashes, an en dash or a tilde, if a letter follows."""
    code = chunk[at, CODE]
    most = 3 if code == _DASH else 2 if code == _EM_DASH else 1 if code == _EN_DASH or code == _TILDE else 0  # noqa: SIM109
    for size in range(1, most + 1):
        if at + size < hi and chunk[at + size, KIND] & ALPHA:
            return size
        if at + size >= hi or chunk[at + size, CODE] != code:
            return 0
    return 0
