"""CSV records with the byte at which each begins; a record that breaks takes one line along, not the rest of the file."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tilth.read.lines import BOM, blocks, too_long
from tilth.read.reader import Span


class Record(NamedTuple):
    """The fields of one record, which begins at byte `start`; or what is wrong there."""

    start: int
    cells: list[str]
    error: str | None = None


def records(span: Span, delimiter: str, quote: str, limit: int) -> Iterator[Record]:
    """Yield the records that begin in `span`, the header included where the span has it; blank lines are none.

    A line that quotes wrongly, or opens a quote that is never closed, is an error, and reading goes on with the next line.
    Bytes that are not UTF-8 come as lone surrogates.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    lines = _Lines(span, limit)
    reader = _reader(lines, delimiter, quote)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _Unreadable) as error:
            yield Record(lines.start, [], str(error) if isinstance(error, _Unreadable) else f"not CSV: {error}")
            lines.back(keep=isinstance(error, csv.Error))
            reader = _reader(lines, delimiter, quote)
            continue
        if cells:
            yield Record(lines.start, cells)
        lines.back(keep=False)


def _reader(lines: _Lines, delimiter: str, quote: str) -> Iterator[list[str]]:
    if quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)
    return csv.reader(lines, delimiter=delimiter, quotechar=None, quoting=csv.QUOTE_NONE, strict=True)


class _Unreadable(Exception):
    """The next line cannot be read: it is too long, or the file is cut off."""


class _Lines:
    """The lines of a span as text; it remembers those that the record in progress has taken, so that they can be given again."""

    def __init__(self, span: Span, limit: int) -> None:
        self.source, self.limit = _split(span, limit), limit
        self.again: deque[tuple[int, bytes, str | None]] = deque()
        self.taken: list[tuple[int, bytes, str | None]] = []
        self.size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.source)
        self.taken.append(line)
        self.size += len(line[1])
        if line[2]:
            raise _Unreadable(line[2])
        if self.size > self.limit:
            raise csv.Error(too_long("record", self.limit))
        return line[1].decode("utf-8", "surrogateescape")

    @property
    def start(self) -> int:
        """Where the record in progress begins."""
        return self.taken[0][0]

    def back(self, *, keep: bool) -> None:
        """Begin a new record: with the next line, or (`keep`) with the second one of those taken."""
        if keep:
            self.again.extendleft(reversed(self.taken[1:]))
        self.taken, self.size = [], 0


def _split(span: Span, limit: int) -> Iterator[tuple[int, bytes, str | None]]:
    """Each line, the byte at which it begins, and what is wrong with it."""
    for block in blocks(span, limit):
        if block.error:
            yield block.start, b"", block.error
            continue
        at = block.start
        for line in io.BytesIO(block.data):  # at \n alone, as blocks are cut
            yield at, line.removeprefix(BOM) if at == 0 else line, None
            at += len(line)
