"""The comments that the library comment_parser finds in source code, and NeMo Curator counts: what it takes for strings is its own.

Source: behaviour of comment_parser 1.2.4 (MIT), as NeMo Curator's GeneralCommentToCodeFilter asks it.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_points

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]

NONE, C, JAVASCRIPT, GO, SHELL, RUBY, HTML = range(7)  # its parsers


@kernel
def comments(offsets: Offsets, data: Bytes, parsers: Numbers) -> Numbers:
    """Return the characters of all comments, without their marks, with one between each two, int64[n]; -1 where one does not end."""
    out = np.zeros(len(offsets) - 1, np.int64)
    for row in range(len(offsets) - 1):
        parser, total, count, at, end = parsers[row], 0, 0, offsets[row], offsets[row + 1]
        while at < end and parser != NONE:
            first, last, then = _next(data, at, end, parser)
            if first >= 0:
                total += code_points(data, first, last)
                count += 1
            elif last < 0:
                total = count = -1
                break
            at = then
        out[row] = total + max(count - 1, 0)
    return out


@kernel(allocates=False)
def _next(data: Bytes, at: int, end: int, parser: int) -> tuple[int, int, int]:
    """Read one comment, string or byte at `at`: first and last place of a comment's text (-1, 0 for none; -1, -1 if it has no end), and
    what follows.
    """
    byte = data[at]
    if parser == SHELL:
        if byte == 0x23:
            stop = _line_end(data, at, end)
            return (at + 1, stop, stop + 1) if stop < end or stop > at else (-1, 0, stop)
        if byte == 0x5C:
            return -1, 0, at + 2
        return -1, 0, _string_end(data, at, end) if byte == 0x22 or byte == 0x27 else at + 1
    if parser == RUBY:
        if byte == 0x23:
            stop = _line_end(data, at, end)
            return at + 1, stop, stop
        return -1, 0, _ruby_string_end(data, at, end) if byte == 0x22 or byte == 0x27 else at + 1
    if parser in (C, HTML):
        if byte == 0x22:
            return -1, 0, _plain_string_end(data, at, end)
        return _html_comment(data, at, end) if parser == HTML else _slash_comment(data, at, end, at + 1)
    if byte == 0x2F:
        return _slash_comment(data, at, end, at + 2)  # the byte after a lone slash is passed over, were it a quote
    if byte == 0x22 or byte == 0x27 or (byte == 0x60 and parser == GO):
        return -1, 0, _string_end(data, at, end)
    return -1, 0, at + 1


@kernel(allocates=False)
def _slash_comment(data: Bytes, at: int, end: int, otherwise: int) -> tuple[int, int, int]:
    if data[at] != 0x2F or at + 1 == end or (data[at + 1] != 0x2F and data[at + 1] != 0x2A):
        return -1, 0, otherwise
    if data[at + 1] == 0x2F:
        stop = _line_end(data, at, end)
        return at + 2, stop, stop
    for i in range(at + 2, end - 1):
        if data[i] == 0x2A and data[i + 1] == 0x2F:
            return at + 2, i, i + 2
    return -1, -1, end


@kernel(allocates=False)
def _html_comment(data: Bytes, at: int, end: int) -> tuple[int, int, int]:
    if not (data[at] == 0x3C and at + 3 < end and data[at + 1] == 0x21 and data[at + 2] == 0x2D and data[at + 3] == 0x2D):
        return -1, 0, at + 1
    for i in range(at + 4, end - 2):
        if data[i] == 0x2D and data[i + 1] == 0x2D and data[i + 2] == 0x3E:
            return at + 4, i, i + 3
    return -1, -1, end


@kernel(allocates=False)
def _line_end(data: Bytes, at: int, end: int) -> int:
    while at < end and data[at] != 10:
        at += 1
    return at


@kernel(allocates=False)
def _string_end(data: Bytes, at: int, end: int) -> int:
    """Return the end of a string with backslashes that may go over many lines."""
    mark = data[at]
    at += 1
    while at < end and data[at] != mark:
        at += 2 if data[at] == 0x5C else 1
    return at + 1


@kernel(allocates=False)
def _plain_string_end(data: Bytes, at: int, end: int) -> int:
    """Return the end of a string without backslashes on one line; a quote that nothing closes is a lone sign."""
    for i in range(at + 1, end):
        if data[i] == 0x22:
            return i + 1
        if data[i] == 10:
            break
    return at + 1


@kernel(allocates=False)
def _ruby_string_end(data: Bytes, at: int, end: int) -> int:
    """Return the end of a string on one line: the first quote without a backslash before it, or else the last with one."""
    last, i = at, at + 1
    while i < end and data[i] != 10:
        if data[i] == data[at]:
            return i + 1
        if data[i] == 0x5C and i + 1 < end and data[i + 1] == data[at]:
            last, i = i + 1, i + 1
        i += 1
    return last + 1
