"""Files as streams of bytes, decompressed on the way with bounded memory; a stream that breaks gives all its good bytes first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from tilth.read.files import is_url, open_file, size_of

CODECS = {".gz": "gzip", ".zst": "zstd", ".lz4": "lz4"}
CHUNK = 1 << 20


class Broken(Exception):
    """The stream cannot be read on: it is cut off or damaged. Says where, and comes after the last byte that could be read."""


def codec_of(path: str) -> str | None:
    """Return the codec that a file's suffix names.

    >>> codec_of("a.jsonl.gz"), codec_of("a.jsonl")
    ('gzip', None)
    """
    return next((codec for suffix, codec in CODECS.items() if path.lower().endswith(suffix)), None)


def compressed(suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Return these suffixes and what they look like compressed."""
    return tuple(suffix + packed for suffix in suffixes for packed in ("", *CODECS))


def chunks(path: str, start: int = 0, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the file's bytes, decompressed, in pieces of at most `size`; raise Broken after the last good byte.

    `start` is for files that are not compressed. Errors of the disk or the network are raised as they are: they may pass.
    """
    codec = codec_of(path)
    if codec is not None:
        yield from _decompress(path, codec, size)
        return
    with open_file(path) as file:
        file.seek(start)
        while chunk := file.read(size):
            yield chunk


def read_at_most(path: str, limit: int) -> bytes:
    """Return the whole file, decompressed, or its first `limit` + 1 bytes where it is longer; raise Broken."""
    parts, left = [], limit + 1
    size = CHUNK if codec_of(path) or is_url(path) else size_of(path) + 1  # room for a whole CHUNK costs more than a small file
    for chunk in chunks(path, size=min(size, CHUNK, limit + 1)):
        parts.append(chunk[:left])
        left -= len(parts[-1])
        if left == 0:
            break
    return b"".join(parts)


def _decompress(path: str, codec: str, size: int) -> Iterator[bytes]:
    at = 0
    with open_file(path) as file:
        raw = _Raw(file)
        try:
            with pa.CompressedInputStream(pa.PythonFile(raw, "r"), codec) as stream:
                while chunk := stream.read(size):
                    at += len(chunk)
                    yield chunk
            return
        except OSError as error:
            if raw.failed:
                raise
            why = f"{error} (near byte {raw.at} of the compressed file)"
    yield from _last_bytes(path, codec, at)
    raise Broken(why)


def _last_bytes(path: str, codec: str, at: int) -> Iterator[bytes]:
    """A read that fails keeps what it had decompressed to itself: read again, byte by byte, from byte `at` up to the break."""
    good = bytearray()
    with open_file(path) as file, pa.CompressedInputStream(pa.PythonFile(_Raw(file), "r"), codec) as stream:
        while at:
            at -= len(stream.read(min(at, CHUNK)))
        try:
            while byte := stream.read(1):
                good += byte
        except OSError:
            pass
    if good:
        yield bytes(good)


class _Raw:
    """A file that remembers whether it was itself the one that failed."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at, self.failed, self.closed = file, 0, False, False

    def read(self, size: int) -> bytes:
        try:
            data = self.file.read(size)
        except BaseException:
            self.failed = True
            raise
        self.at += len(data)
        return data

    def close(self) -> None:
        self.closed = True
