"""The comments of source code in languages whose comments and strings a small table describes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel

Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]

# columns of a syntax: two marks that start a comment to the line's end; what opens and closes a block; quotes; flags. A mark is its bytes,
# little-endian, and beside it how many there are
_LINE, _LINE_SIZE, _OTHER, _OTHER_SIZE, _OPEN, _OPEN_SIZE, _CLOSE, _CLOSE_SIZE, _QUOTES, _FLAGS = range(10)
_DOUBLE, _SINGLE, _BACKTICK, _CHARACTER, _TRIPLE = 1, 2, 4, 8, 16
_NESTED, _REGEX, _NO_ESCAPE, _WORD_START, _WITH_BREAK, _TO_THE_END = 1, 2, 4, 8, 16, 32
_QUOTE_BITS = {'"': _DOUBLE, "'": _SINGLE, "`": _BACKTICK, "c": _CHARACTER, "t": _TRIPLE}


@dataclass(frozen=True)
class Syntax:
    """How a language writes comments and strings.

    `quotes` are `"`, `'` and backquotes, `c` for a single quote around one character, `t` for three double ones. `nested`: blocks nest;
    `regex`: a slash may start a regular expression; `escapes`: a backslash quotes what follows it; `word_start`: the line mark counts
    only at a word's start; `with_break`: Pygments takes a line comment's newline for a part of it; `to_the_end`: a block that is not
    closed is a comment all the same.
    """

    line: tuple[str, ...] = ()
    block: tuple[str, str] | None = None
    quotes: str = "\"'"
    nested: bool = False
    regex: bool = False
    escapes: bool = True
    word_start: bool = False
    with_break: bool = False
    to_the_end: bool = False

    def row(self) -> list[int]:
        """Return the syntax as kernels take it."""
        marks = [*self.line, "", ""][:2] + list(self.block or ("", ""))
        numbers = [number for mark in marks for number in (int.from_bytes(mark.encode(), "little"), len(mark))]
        flags = _NESTED * self.nested | _REGEX * self.regex | _NO_ESCAPE * (not self.escapes)
        flags |= _WORD_START * self.word_start | _WITH_BREAK * self.with_break | _TO_THE_END * self.to_the_end
        return [*numbers, sum(_QUOTE_BITS[quote] for quote in self.quotes), flags]


def rows(syntaxes: Iterable[Syntax]) -> Counts:
    """Return syntaxes as `comments` takes them, int64[n, 10]."""
    return np.array([syntax.row() for syntax in syntaxes], np.int64)


_REGEX_AFTER = np.frombuffer(b"(,=:[!&|?{};+-*%<>~^\n", np.uint8)
_LONGEST_REGEX = 1024  # bytes: a line of lone slashes must not be read once for each of them
_KEYWORDS = np.array(  # of at most eight letters, each as the number that its bytes are
    [
        int.from_bytes(word, "little")
        for word in (b"return", b"typeof", b"case", b"in", b"of", b"delete", b"void", b"throw", b"new", b"do", b"else", b"yield", b"await")
    ], np.uint64,
)


@kernel
def comments(offsets: Offsets, data: Bytes, syntaxes: Counts, which: Numbers) -> Numbers:
    """Return the characters of comments, their marks included, of every file, int64[n]; `which` is its syntax, -1 for none."""
    out = np.zeros(len(offsets) - 1, np.int64)
    for row in range(len(offsets) - 1):
        if which[row] >= 0:
            out[row] = _comments(data, offsets[row], offsets[row + 1], syntaxes[which[row]])
    return out


@kernel(allocates=False)
def _comments(data: Bytes, start: int, end: int, syntax: Numbers) -> int:
    total, at, closes = 0, start, True
    if end - at > 2 and data[at] == 0x23 and data[at + 1] == 0x21:  # the line that names an interpreter is no comment
        while at < end and data[at] != 10:
            at += 1
    while at < end:
        if closes and _stands(data, at, end, syntax[_OPEN], syntax[_OPEN_SIZE]):
            stop = _block_end(data, at, end, syntax)
            if stop < 0 and syntax[_FLAGS] & _TO_THE_END:
                stop = end
            closes = stop > 0  # what is not closed is no comment, and no later one can be
            total += _characters(data, at, stop) if closes else 0
            at = stop if closes else at + syntax[_OPEN_SIZE]
        elif _starts_line_comment(data, start, at, end, syntax):
            stop = at
            while stop < end and data[stop] != 10 and data[stop] != 13:
                stop += 1
            total += _characters(data, at, stop) + (syntax[_FLAGS] & _WITH_BREAK != 0)
            at = stop
        else:
            at = _beyond(data, start, at, end, syntax)
    return total


@kernel(allocates=False)
def _stands(data: Bytes, at: int, end: int, mark: int, size: int) -> bool:
    if size == 0 or at + size > end:
        return False
    same = True
    for i in range(size):
        same = same and data[at + i] == (mark >> 8 * i) & 0xFF
    return same


@kernel(allocates=False)
def _starts_line_comment(data: Bytes, start: int, at: int, end: int, syntax: Numbers) -> bool:
    if not _stands(data, at, end, syntax[_LINE], syntax[_LINE_SIZE]) and not _stands(data, at, end, syntax[_OTHER], syntax[_OTHER_SIZE]):
        return False
    if not syntax[_FLAGS] & _WORD_START or at == start:
        return True
    before = data[at - 1]
    return before <= 0x20 or before == 0x3B or before == 0x26 or before == 0x7C or before == 0x28 or before == 0x29


@kernel(allocates=False)
def _characters(data: Bytes, at: int, stop: int) -> int:
    """Return how many characters there are, a return before a newline none of them."""
    count = 0
    for i in range(at, stop):
        count += data[i] & 0xC0 != 0x80 and not (data[i] == 13 and i + 1 < stop and data[i + 1] == 10)
    return count


@kernel(allocates=False)
def _block_end(data: Bytes, at: int, end: int, syntax: Numbers) -> int:
    """Return where the block comment that starts at `at` ends, -1 if it does not."""
    depth = 1
    at += syntax[_OPEN_SIZE]
    while at < end:
        if _stands(data, at, end, syntax[_CLOSE], syntax[_CLOSE_SIZE]):
            at += syntax[_CLOSE_SIZE]
            depth -= 1
            if depth == 0:
                return at
        elif syntax[_FLAGS] & _NESTED and _stands(data, at, end, syntax[_OPEN], syntax[_OPEN_SIZE]):
            at += syntax[_OPEN_SIZE]
            depth += 1
        else:
            at += 1
    return -1


@kernel(allocates=False)
def _beyond(data: Bytes, start: int, at: int, end: int, syntax: Numbers) -> int:
    """Return what follows the string, regular expression or single byte at `at`."""
    byte, quotes = data[at], syntax[_QUOTES]
    if byte == 0x5C and not syntax[_FLAGS] & _NO_ESCAPE:
        return at + 2
    if byte == 0x22 and quotes & _TRIPLE and at + 2 < end and data[at + 1] == 0x22 and data[at + 2] == 0x22:
        return _triple_end(data, at, end)
    if (byte == 0x22 and quotes & _DOUBLE) or (byte == 0x27 and quotes & _SINGLE) or (byte == 0x60 and quotes & _BACKTICK):
        return _string_end(data, at, end, not syntax[_FLAGS] & _NO_ESCAPE)
    if byte == 0x27 and quotes & _CHARACTER:
        return _character_end(data, at, end)
    if byte == 0x2F and syntax[_FLAGS] & _REGEX and _regex_may_start(data, start, at):
        return _regex_end(data, at, end)
    return at + 1


@kernel(allocates=False)
def _triple_end(data: Bytes, at: int, end: int) -> int:
    i = at + 3
    while i + 2 < end:
        if data[i] == 0x5C:
            i += 2
        elif data[i] == 0x22 and data[i + 1] == 0x22 and data[i + 2] == 0x22:
            return i + 3
        else:
            i += 1
    return at + 3


@kernel(allocates=False)
def _string_end(data: Bytes, at: int, end: int, escapes: bool) -> int:
    """Return the end of the string that starts at `at`; a quote that nothing closes (on its line, but for a backquote) is a lone sign."""
    mark, i = data[at], at + 1
    while i < end:
        if data[i] == 0x5C and escapes:
            i += 2
        elif data[i] == mark:
            return i + 1
        elif data[i] == 10 and mark != 0x60:
            return at + 1
        else:
            i += 1
    return at + 1


@kernel(allocates=False)
def _character_end(data: Bytes, at: int, end: int) -> int:
    """Return the end of a character between single quotes; a quote that starts none, as that of a lifetime, is a lone sign."""
    i = at + 1
    if i < end and data[i] == 0x5C:
        i += 2
        while i < end and i < at + 12 and data[i] != 0x27 and data[i] != 10:
            i += 1
    else:
        i += 1
        while i < end and data[i] & 0xC0 == 0x80:
            i += 1
    return i + 1 if i < end and data[i] == 0x27 else at + 1


@kernel(allocates=False)
def _regex_may_start(data: Bytes, start: int, at: int) -> bool:
    """Return whether a slash stands where a value may: after a sign, a keyword, or at a line's start."""
    before = at - 1
    while before >= start and (data[before] == 0x20 or data[before] == 9):
        before -= 1
    if before < start:
        return True
    found = False
    for sign in _REGEX_AFTER:
        found |= data[before] == sign
    if found:
        return True
    word, size = np.uint64(0), 0
    while before >= start and 0x61 <= data[before] <= 0x7A and size < 8:
        word = word << np.uint64(8) | np.uint64(data[before])
        before, size = before - 1, size + 1
    for keyword in _KEYWORDS:
        found |= word == keyword
    return found


@kernel(allocates=False)
def _regex_end(data: Bytes, at: int, end: int) -> int:
    i, in_class = at + 1, False
    while i < min(end, at + _LONGEST_REGEX) and data[i] != 10:
        if data[i] == 0x5C:
            i += 1
        elif data[i] == 0x5B:
            in_class = True
        elif data[i] == 0x5D:
            in_class = False
        elif data[i] == 0x2F and not in_class:
            return i + 1
        i += 1
    return at + 1
