"""WebDataset: tar shards in which the files of a sample lie side by side under one key."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.read.columns import STRING
from tilth.read.document import Found, batched
from tilth.read.files import Paths, list_files
from tilth.read.lines import too_long
from tilth.read.media import MEDIA, caption_in, kind_of
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import Broken, chunks, compressed
from tilth.read.text import decode

_NAME = re.compile(r"((?:.*/)?[^./][^./]*)\.([^/]+)", re.DOTALL)  # key, and the extension from its first dot
_WORDS = ("txt", "text", "caption")


@dataclass(frozen=True)
class WebDataset(Reader):
    """Read the samples of tar shards (.tar; also .gz, .zst, .lz4): files that follow each other with one name up to its first dot.

    A sample's image, sound and film are `image`, `audio` and `video` (large_binary), its .txt or .caption is `text`, its .json is kept
    in `json`, and its "caption" or "text" is the text where there is no other. Files of other kinds, and second ones of a kind, are in
    `rest`: JSON, short texts as they are, of others how long they are. `id` is the shard with the sample's key.

    Nothing is unpacked to a disk: names like ../x or /x are keys and no places, links and devices are passed over. A sample with a file
    longer than `max_bytes`, or that cannot be read, is a row with an error; of an archive that breaks off, the samples before it are
    rows, and one row says where it broke.

    Format: github.com/webdataset/webdataset; POSIX ustar and pax.

    >>> WebDataset("shards/*.tar").source
    'webdataset'
    """

    path: Paths
    source: str = "webdataset"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, compressed((".tar",)), f"read.WebDataset({self.path!r})")

    def schema(self, files: list[File]) -> pa.Schema:
        at = MEDIA.get_field_index("error")
        return MEDIA.insert(at, pa.field("rest", STRING))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield from batched(self._samples(span.path), span.path, schema, self.source)

    def _samples(self, path: str) -> Iterator[Found]:
        held: dict[str, bytes | int] = {}
        key, place = "", 0
        tar = _Stream(path)
        try:
            for place_of_member, name, member in _members(tar, self.max_bytes):
                found = _NAME.fullmatch(name)
                this, suffix = (found[1], found[2].lower()) if found else (name, "")
                if held and (this != key or suffix in held):
                    yield _sample(path, key, place, held, self.max_bytes)
                    held = {}
                if not held:
                    key, place = this, place_of_member
                held[suffix] = member
        except (tarfile.TarError, Broken, EOFError) as problem:
            if held:
                yield _sample(path, key, place, held, self.max_bytes)
            yield Found(tar.at, {}, f"the archive breaks off near byte {tar.at}: {problem}")
            return
        if held:
            yield _sample(path, key, place, held, self.max_bytes)


def _members(tar: _Stream, limit: int) -> Iterator[tuple[int, str, bytes | int]]:
    """Yield of each regular file its place, its name, and its bytes, or how long it is where that is too long."""
    with tarfile.open(fileobj=tar, mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            if not member.isreg():
                continue
            if member.size > limit:
                yield member.offset, member.name, member.size
                continue
            stream = archive.extractfile(member)
            data = stream.read() if stream else b""
            if len(data) < member.size:
                raise tarfile.ReadError("unexpected end of data")
            yield member.offset, member.name, data


def _sample(path: str, key: str, place: int, members: dict[str, bytes | int], limit: int) -> Found:
    row: dict[str, Any] = {"id": f"{path}/{key}"}
    caption = None
    try:
        for suffix, data in members.items():
            last = suffix.rpartition(".")[2]
            if isinstance(data, int):
                raise ValueError(f"{suffix}: {too_long('file', limit)}")
            if (kind := kind_of(f".{last}")) and kind not in row:
                row[kind] = data
            elif last in _WORDS and "text" not in row:
                row["text"] = decode(data)
            elif last == "json" and "json" not in row:
                caption, row["json"] = caption_in(data)
            else:
                row[f".{suffix}"] = _told(data)  # no column has this name: it goes to `rest`
    except ValueError as problem:
        return Found(place, {}, f"sample {key!r}: {problem}")
    return Found(place, {"text": caption, **row})


def _told(data: bytes) -> str:
    try:
        return data.decode() if len(data) <= 1000 else f"{len(data)} bytes"
    except UnicodeDecodeError:
        return f"{len(data)} bytes"


class _Stream:
    """A file read front to back, decompressed; `at` is how far."""

    def __init__(self, path: str) -> None:
        self.chunks, self.held, self.at = chunks(path), b"", 0

    def read(self, size: int) -> bytes:
        parts, left = [], size
        while left and (self.held or (held := next(self.chunks, b""))):
            self.held = self.held or held
            parts.append(self.held[:left])
            self.held = self.held[left:]
            left -= len(parts[-1])
        self.at += size - left
        return b"".join(parts)
