"""The bytes of a WARC file in order, decompressed if need be, each known by its place in the file, up to the end or to damage."""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from tilth.read.streams import Broken, chunks

_STEP = 16 << 10
_HEAD = 64 << 10  # bytes of a record's own headers at most
_LINE = 64  # bytes of a blank line at most
WHITE = b" \t\r\n\f"
_BLANK, _UNIX_BLANK = re.compile(rb"\r\n\r\n"), re.compile(rb"\n\r?\n")
_RECORD_END = re.compile(rb"\r|[ \t\r\f]*\n|WARC/|\Z")


class Damaged(Exception):
    """What follows is no whole record; `place` is where that begins."""

    def __init__(self, why: str, place: int) -> None:
        super().__init__(f"{why} (at byte {place})")
        self.place = place


class Feed:
    """Bytes to take from the front of pieces, each with the byte of the file where it is from; raises Damaged if they end too early."""

    def __init__(self, pieces: Iterator[tuple[int, bytes]], linear: bool = True) -> None:
        self.pieces, self.linear = pieces, linear  # not linear: a byte is from where its piece is from
        self.data, self.taken = bytearray(), 0
        self.marks: deque[tuple[int, int]] = deque()  # (bytes before a piece, where it is from)
        self.damage: Damaged | None = None

    def skip_blank(self) -> int | None:
        """Pass over blank lines; return the place of what follows, None at the end."""
        while self._fill(1):
            self._drop(len(self.data) - len(self.data.lstrip(WHITE)))
            if self.data:
                while len(self.marks) > 1 and self.marks[1][0] <= self.taken:
                    self.marks.popleft()
                before, place = self.marks[0]
                return place + (self.taken - before if self.linear else 0)
        return None

    def head(self, place: int) -> bytes:
        """Take the lines up to a blank one."""
        if not (self._fill(5) and self.data.startswith(b"WARC/")):
            raise Damaged(f"not a WARC record, it begins with {bytes(self.data[:20])!r}", place)
        while not (end := _end_of_head(self.data).search(self.data, 0, _HEAD)):
            if len(self.data) >= _HEAD or not self._fill(len(self.data) + 1):
                raise Damaged("a WARC record without an end of its headers", place)
        return self._drop(end.end())

    def take(self, size: int, keep: bool) -> bytes | None:
        """Take `size` bytes and return them, or none of them unless `keep`; None where there are not so many."""
        parts = []
        while size:
            if not self._fill(1):
                return None
            part = self._drop(min(size, len(self.data)))
            size -= len(part)
            if keep:
                parts.append(part)
        return b"".join(parts)

    def ended(self) -> bool:
        """Whether a record can end here."""
        with suppress(Damaged):  # comes again when more is asked for
            self._fill(_LINE)
        return _RECORD_END.match(self.data) is not None

    def _fill(self, size: int) -> bool:
        while len(self.data) < size:
            if self.damage:
                raise self.damage
            try:
                place, piece = next(self.pieces)
            except StopIteration:
                return False
            except Damaged as damage:
                self.damage = damage
                raise
            self.marks.append((self.taken + len(self.data), place))
            self.data += piece
        return True

    def _drop(self, size: int) -> bytes:
        dropped = bytes(memoryview(self.data)[:size])
        del self.data[:size]
        self.taken += size
        return dropped


def _end_of_head(data: bytearray) -> re.Pattern[bytes]:
    """What ends a head whose first line ends as this one: a line may lack its carriage return, the blank one has it as the first has."""
    line = data.find(b"\n", 0, _HEAD)
    return _BLANK if line > 0 and data[line - 1] == 13 else _UNIX_BLANK


def plain(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes as they are, each piece with its place."""
    for at in range(start, end, _STEP):
        yield at, read_at(file, at, min(_STEP, end - at))


def decompressed(path: str) -> Iterator[tuple[int, bytes]]:
    """Yield a whole file decompressed by its suffix, the place of a piece being that in the decompressed bytes."""
    at = 0
    try:
        for chunk in chunks(path):
            yield at, chunk
            at += len(chunk)
    except Broken as broken:
        raise Damaged(str(broken), at) from None


def inflated(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of gzip members, each piece with the place where its member begins; all that can be had of a damaged one."""
    at, data = start, b""
    while data or at < end:
        if not data:
            data, at = read_at(file, at, min(_STEP, end - at)), min(at + _STEP, end)
        data = data.lstrip(b"\0")  # some writers pad with zeros
        if not data:
            continue
        member = at - len(data)
        inflater = zlib.decompressobj(31)
        while not inflater.eof:
            if not data:
                if at >= end:
                    raise Damaged("a gzip member that is cut off", member)
                data, at = read_at(file, at, min(_STEP, end - at)), min(at + _STEP, end)
            before = inflater.copy()
            try:
                yield member, inflater.decompress(data, _STEP << 4)
            except zlib.error as error:
                yield member, _up_to_error(before, data)
                raise Damaged(f"a damaged gzip member: {error}", member) from None
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail


def _up_to_error(inflater: Any, data: bytes) -> bytes:
    """What comes out before the damage: a call that fails gives nothing."""
    parts = []
    with suppress(zlib.error):
        for i in range(len(data)):
            parts.append(inflater.decompress(data[i : i + 1]))
    return b"".join(parts)


def read_at(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
