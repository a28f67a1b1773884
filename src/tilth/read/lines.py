"""Lines of a span: a line belongs to the span in which it begins, so any cut of a file gives each line once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tilth.read.reader import File, Span
from tilth.read.streams import Broken, chunks, codec_of

BOM = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Whole lines and the byte at which they begin; or, where `error` is set, the line there that cannot be read."""

    start: int
    data: bytes
    error: str | None = None


def cut_bytes(file: File, size: int) -> list[Span]:
    """Return spans of `size` bytes, or the whole file where it is compressed or short.

    >>> cut_bytes(File("a.jsonl", 25, ""), 10)
    [Span(path='a.jsonl', start=0, end=10), Span(path='a.jsonl', start=10, end=20), Span(path='a.jsonl', start=20, end=25)]
    """
    if codec_of(file.path) or file.size <= size:
        return [Span(file.path)]
    return [Span(file.path, start, min(start + size, file.size)) for start in range(0, file.size, size)]


def blocks(span: Span, limit: int) -> Iterator[Block]:
    """Yield the lines that begin in `span`, about 1 MB at a time; lines much longer than `limit` are passed over in bounded memory."""
    at = max(span.start - 1, 0)  # if the byte before the span ends a line, the span begins with a line of its own
    end = span.end if span.end >= 0 else 1 << 62
    lines = _Lines(at, passing=span.start > 0)
    try:
        for chunk in chunks(span.path, at):
            for block in lines.feed(chunk, limit):
                if block.start + len(block.data) > end:
                    block = block._replace(data=block.data[: block.data.find(b"\n", max(end - block.start - 1, 0)) + 1])
                if block.start < end:
                    yield block
            if lines.start >= end:
                return
    except Broken as broken:
        yield Block(lines.start, b"", str(broken))
        return
    if lines.held:
        yield Block(lines.start, b"".join(lines.held))


class _Lines:
    """Chunks in, whole lines out; `held` is the line not yet ended, `start` the byte at which it (or the next one) begins."""

    def __init__(self, start: int, passing: bool) -> None:
        self.start, self.passing = start, passing  # passing: over a line that is another span's, or too long
        self.held: list[bytes] = []
        self.size = 0

    def feed(self, chunk: bytes, limit: int) -> Iterator[Block]:
        if self.passing:
            ended = chunk.find(b"\n") + 1
            self.start += ended or len(chunk)
            if not ended:
                return
            self.passing, chunk = False, chunk[ended:]
        last = chunk.rfind(b"\n") + 1
        if last:
            data = b"".join([*self.held, chunk[:last]])
            yield Block(self.start, data)
            self.start, self.held, self.size = self.start + len(data), [], 0
        if chunk[last:]:
            self.held.append(chunk[last:])
            self.size += len(self.held[-1])
        if self.size > limit:
            yield Block(self.start, b"", too_long("line", limit))
            self.start, self.passing, self.held, self.size = self.start + self.size, True, [], 0


def too_long(what: str, limit: int) -> str:
    """The wording for rows beyond a reader's `max_bytes`."""
    return f"the {what} is longer than max_bytes={limit}"
