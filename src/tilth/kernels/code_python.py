"""The comments and docstrings of Python source, as its own `tokenize` and `ast` find them.

A docstring is the first statement of a module, class or function (not of an `async` one: the tools look at `FunctionDef` alone), cleaned as
`inspect.cleandoc` cleans it. What the grammar refuses is not all noticed: brackets and strings that do not close are, and what gives
Python 2 away: print and exec as statements, commas after except and raise, backquotes, <>, 0777, 10L and ur"".
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.letters import SPACE, Letters
from tilth.kernels.text_bytes import code_point, width

Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]
State = np.ndarray[tuple[int], np.dtype[np.int64]]

# of a file: docstrings, their characters, those of comments with their #, how many # those have, white space that they begin and end
# with once the # are gone, whether they are nothing else; and whether `ast` and `tokenize` would refuse the file
DOCS, DOC_CHARS, COMMENT_CHARS, HASHES, LEAD, TRAIL, ALL_BLANK, REFUSED, CUT_OFF = range(9)
# places of the reader's state: brackets that are open; at a statement's start; in the header of a class or function; a docstring may come;
# where what may be one starts, -1 for nowhere, and ends, and whether it is raw; lambdas whose colon is to come; no comma may come
_OPEN, _START, _HEADER, _AWAITED, _FIRST, _LAST, _RAW, _LAMBDA, _NO_COMMA = range(9)

_DEF, _CLASS, _PRINT, _EXEC, _EXCEPT, _RAISE, _LAMBDA_WORD = (
    np.frombuffer(word, np.uint8) for word in (b"def", b"class", b"print", b"exec", b"except", b"raise", b"lambda")
)


@kernel
def natural_text(offsets: Offsets, data: Bytes, letters: Letters, wanted: np.ndarray) -> Counts:
    """Return the counts named above of every file that is `wanted` (bool[n]), int64[n, 9]."""
    counts = np.zeros((len(offsets) - 1, 9), np.int64)
    for row in range(len(offsets) - 1):
        if wanted[row]:
            counts[row, ALL_BLANK] = 1
            _read(data, offsets[row], offsets[row + 1], letters, counts[row])
    return counts


@kernel
def _read(data: Bytes, at: int, end: int, letters: Letters, counts: State) -> None:
    state = np.zeros(9, np.int64)
    state[_START] = state[_AWAITED] = 1
    state[_FIRST] = -1
    while at < end:
        byte = data[at]
        if byte == 0x23:
            at = _comment(data, at, end, letters, counts)
        elif byte == 10 or byte == 13:
            at += 1
            if not state[_OPEN]:
                _end_statement(data, state, letters, counts)
        elif byte == 0x20 or byte == 9 or byte == 12:
            at += 1
        elif byte == 0x5C:
            at += 3 if at + 2 < end and data[at + 1] == 13 and data[at + 2] == 10 else 2
        elif byte == 0x22 or byte == 0x27:
            at = _string(data, at, at, end, state, counts)
        elif _starts_word(byte):
            at = _word(data, at, end, state, counts)
        else:
            at = _sign(data, at, state, letters, counts)
    _end_statement(data, state, letters, counts)
    if state[_OPEN]:
        counts[REFUSED] = counts[CUT_OFF] = 1


@kernel
def _end_statement(data: Bytes, state: State, letters: Letters, counts: State) -> None:
    """A statement ends: if it was a string and nothing else, and one was awaited, that was a docstring."""
    if state[_FIRST] >= 0 and state[_AWAITED]:
        size = _cleaned(data, state[_FIRST], state[_LAST], state[_RAW] != 0, letters)
        counts[DOCS] += size > 0
        counts[DOC_CHARS] += size
    if not state[_START]:
        state[_AWAITED] = 0
    state[_START], state[_HEADER], state[_FIRST], state[_LAMBDA], state[_NO_COMMA] = 1, 0, -1, 0, 0


@kernel(allocates=False)
def _comment(data: Bytes, at: int, end: int, letters: Letters, counts: State) -> int:
    while at < end and data[at] != 10 and data[at] != 13:
        code = code_point(data, at)
        counts[COMMENT_CHARS] += 1
        if code == 0x23:
            counts[HASHES] += 1
        elif letters[code] & SPACE:
            counts[LEAD] += counts[ALL_BLANK]
            counts[TRAIL] += 1
        else:
            counts[ALL_BLANK] = counts[TRAIL] = 0
        at += width(data[at])
    return at


@kernel(allocates=False)
def _starts_word(byte: int) -> bool:
    return 0x61 <= byte | 0x20 <= 0x7A or byte == 0x5F or byte >= 0x80 or 0x30 <= byte <= 0x39


@kernel(allocates=False)
def _is(data: Bytes, at: int, end: int, word: Bytes) -> bool:
    if end - at != len(word):
        return False
    same = True
    for i in range(len(word)):
        same = same and data[at + i] == word[i]
    return same


@kernel(allocates=False)
def _word(data: Bytes, at: int, end: int, state: State, counts: State) -> int:
    """Read a name, number or keyword, or the string whose prefix it is."""
    stop = at
    while stop < end and _starts_word(data[stop]):
        stop += 1
    if stop < end and (data[stop] == 0x22 or data[stop] == 0x27):
        if stop - at <= 2 and _is_prefix(data, at, stop):
            return _string(data, at, stop, end, state, counts)
        counts[REFUSED] |= not 0x30 <= data[at] <= 0x39 and stop - at <= 2
    if state[_START] and not state[_OPEN]:
        state[_HEADER] = _is(data, at, stop, _DEF) or _is(data, at, stop, _CLASS)
        state[_NO_COMMA] = _is(data, at, stop, _EXCEPT) or _is(data, at, stop, _RAISE)
        if (_is(data, at, stop, _PRINT) or _is(data, at, stop, _EXEC)) and _goes_on(data, stop, end):
            counts[REFUSED] = 1
    elif 0x30 <= data[at] <= 0x39 and data[at - 1] != 0x2E and _is_old_number(data, at, stop):
        counts[REFUSED] = 1
    state[_LAMBDA] += not state[_OPEN] and _is(data, at, stop, _LAMBDA_WORD)
    _something(state)
    return stop


@kernel(allocates=False)
def _something(state: State) -> None:
    """Something other than a lone string stands in this statement."""
    state[_AWAITED] = state[_START] = 0
    state[_FIRST] = -1


@kernel(allocates=False)
def _is_prefix(data: Bytes, at: int, stop: int) -> bool:
    """Return whether these one or two bytes are r, b, f, u, or one of b and f with r, in small or capital letters."""
    first, last = data[at] | 0x20, data[stop - 1] | 0x20
    if stop == at + 1:
        return first == 0x72 or first == 0x62 or first == 0x66 or first == 0x75
    return first != last and (first == 0x72 or last == 0x72) and (first + last == 0x72 + 0x62 or first + last == 0x72 + 0x66)


@kernel(allocates=False)
def _goes_on(data: Bytes, at: int, end: int) -> bool:
    """Return whether a value stands after blanks: a call has a bracket there, a use of the name a sign."""
    blanks = at
    while at < end and (data[at] == 0x20 or data[at] == 9):
        at += 1
    return blanks < at < end and (_starts_word(data[at]) or data[at] == 0x22 or data[at] == 0x27)


@kernel(allocates=False)
def _is_old_number(data: Bytes, at: int, stop: int) -> bool:
    """Return whether a number starts with 0 and is not nothing, or ends with L."""
    digits, all_zero = True, True
    for i in range(at, stop - 1):
        digits = digits and 0x30 <= data[i] <= 0x39
        all_zero = all_zero and data[i] == 0x30
    last = data[stop - 1]
    if last | 0x20 == 0x6C:
        return digits or data[at] == 0x30
    return digits and stop > at + 1 and data[at] == 0x30 and 0x30 <= last <= 0x39 and not (all_zero and last == 0x30)


@kernel(allocates=False)
def _string(data: Bytes, at: int, quote: int, end: int, state: State, counts: State) -> int:
    """Read the string whose prefix starts at `at`; it may be, or go on with, a docstring."""
    raw = plain = False
    for i in range(at, quote):
        low = data[i] | 0x20
        raw |= low == 0x72
        plain |= low == 0x62 or low == 0x66
    mark, triple = data[quote], quote + 2 < end and data[quote + 1] == data[quote] and data[quote + 2] == data[quote]
    first = quote + 3 if triple else quote + 1
    stop = first
    while stop < end:
        if data[stop] == 0x5C:
            stop += 3 if stop + 2 < end and data[stop + 1] == 13 and data[stop + 2] == 10 else 2
        elif triple and data[stop] == mark and stop + 2 < end and data[stop + 1] == mark and data[stop + 2] == mark:
            return _ended(first, stop, stop + 3, raw, plain, state)
        elif not triple and data[stop] == mark:
            return _ended(first, stop, stop + 1, raw, plain, state)
        elif not triple and (data[stop] == 10 or data[stop] == 13):
            counts[REFUSED] = 1
            _something(state)
            return stop
        else:
            stop += 1
    counts[REFUSED] = 1
    counts[CUT_OFF] |= triple
    return end


@kernel(allocates=False)
def _ended(first: int, last: int, stop: int, raw: bool, plain: bool, state: State) -> int:
    if plain or not state[_START] or state[_OPEN]:
        _something(state)
    else:
        state[_FIRST], state[_LAST], state[_RAW], state[_START] = first, last, raw, 0
    return stop


@kernel
def _sign(data: Bytes, at: int, state: State, letters: Letters, counts: State) -> int:
    byte = data[at]
    if byte == 0x28 or byte == 0x5B or byte == 0x7B:
        _something(state)
        state[_OPEN] += 1
    elif byte == 0x29 or byte == 0x5D or byte == 0x7D:
        state[_OPEN] -= 1
        if state[_OPEN] < 0:
            state[_OPEN] = 0
            counts[REFUSED] = counts[CUT_OFF] = 1
    elif byte == 0x3B and not state[_OPEN]:
        _end_statement(data, state, letters, counts)
    elif byte == 0x3A and not state[_OPEN] and state[_LAMBDA]:
        state[_LAMBDA] -= 1
    elif byte == 0x3A and not state[_OPEN] and state[_HEADER] == 1:
        state[_HEADER], state[_AWAITED], state[_START], state[_FIRST] = 0, 1, 1, -1
    else:
        comma = byte == 0x2C and not state[_OPEN] and state[_NO_COMMA]
        counts[REFUSED] |= comma or byte == 0x60 or (byte == 0x3E and data[at - 1] == 0x3C and at > 0)
        _something(state)
    return at + 1


@kernel
def _cleaned(data: Bytes, at: int, end: int, raw: bool, letters: Letters) -> int:
    """Return the characters of the docstring data[at:end] after `inspect.cleandoc`, its lines' common indent and empty ends gone."""
    sizes, indents = np.zeros(end - at + 2, np.int64), np.zeros(end - at + 2, np.int64)
    line, column, blank = 0, 0, True
    while at < end:
        code, at = _next_character(data, at, end, raw)
        if code == 10:
            line, column, blank = line + 1, 0, True
        elif code >= 0:
            step = 8 - column % 8 if code == 9 else 1
            column += step
            sizes[line] += step
            blank = blank and letters[code] & SPACE != 0
            indents[line] += step if blank else 0
    return _without_indent(sizes[: line + 1], indents[: line + 1])


@kernel(allocates=False)
def _without_indent(sizes: State, indents: State) -> int:
    margin, last = -1, len(sizes) - 1
    for line in range(1, last + 1):
        if indents[line] < sizes[line] and (margin < 0 or indents[line] < margin):
            margin = indents[line]
    sizes[0] -= indents[0]
    for line in range(1, last + 1):
        sizes[line] = max(sizes[line] - max(margin, 0), 0)
    first = 0
    while last >= 0 and sizes[last] == 0:
        last -= 1
    while first <= last and sizes[first] == 0:
        first += 1
    total = max(last - first, 0)
    for line in range(first, last + 1):
        total += sizes[line]
    return total


@kernel(allocates=False)
def _next_character(data: Bytes, at: int, end: int, raw: bool) -> tuple[int, int]:
    """Return the next code point of a string's value, -1 for none, and where the one after it starts."""
    byte = data[at]
    if byte == 13:
        return 10, at + 2 if at + 1 < end and data[at + 1] == 10 else at + 1
    if byte != 0x5C or raw or at + 1 == end:
        return code_point(data, at), at + width(byte)
    then = data[at + 1]
    if then == 10 or then == 13:
        return -1, at + 3 if then == 13 and at + 2 < end and data[at + 2] == 10 else at + 2
    if then == 0x6E or then == 0x74:
        return 10 if then == 0x6E else 9, at + 2
    if then == 0x78 or then == 0x75 or then == 0x55:
        return 0x61, min(at + 2 + (2 if then == 0x78 else 4 if then == 0x75 else 8), end)
    if then == 0x4E and at + 2 < end and data[at + 2] == 0x7B:
        while at < end and data[at] != 0x7D:
            at += 1
        return 0x61, min(at + 1, end)
    if 0x30 <= then <= 0x37:
        stop = at + 2
        while stop < min(at + 4, end) and 0x30 <= data[stop] <= 0x37:
            stop += 1
        return 0x61, stop
    known = then == 0x5C or then == 0x22 or then == 0x27 or then == 0x61 or then == 0x62 or then == 0x66 or then == 0x72 or then == 0x76
    return (0x61, at + 2) if known else (0x5C, at + 1)
