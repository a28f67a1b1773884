"""The WARC files of one crawl: what was asked for and what came, by address. They are all the state that a crawl has.

A page is a `response` record. What else came of an address for good (a redirect, a refusal by robots.txt, a missing page) is a
`metadata` record, so that readers of the files see pages and nothing else, and a crawl that goes on asks for nothing twice.
Source of the format: ISO 28500:2017 (WARC 1.1), one gzip member a record.
"""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import os
import uuid
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from tilth.errors import StoreError

LARGEST = 1 << 28  # bytes of one record; nothing that a crawl writes comes near it
_CHUNK = 1 << 18
_HTTP = "application/http;msgtype=response"
_FIELDS = "application/warc-fields"
_STANDARD = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


@dataclass(frozen=True)
class Visit:
    """What came of asking for `url`.

    `kind` is `page` (with the HTTP response: `head`, its status line and header lines, and `body`, decoded; `cut` where the body was longer
    than the bound), `redirect` (`detail`: where to), `robots` or `failed` (`detail`: why), `later` (`detail`: why not now), or `left` (not
    asked for, as the crawl is as large as it may be). The last two are not for good, and not stored.
    """

    url: str
    kind: str
    detail: str = ""
    head: bytes = b""
    body: bytes = b""
    cut: bool = False


class Archive:
    """A folder of `crawl-00000.warc.gz`, ... that remembers visits; the next file begins once one has `roll` bytes.

    Opening it cuts off a record that a killed crawl left unfinished. `about` goes into each file's `warcinfo` record. Raises StoreError
    where another crawl has the folder open, a file other than the last is damaged, or the disk is full.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
    ...     archive.put(Visit("http://x.org/", "page", head=b"HTTP/1.1 200 OK\\r\\n", body=b"<p>Hello"))
    ...     archive.get("http://x.org/").body, archive.pages, archive.bytes
    (b'<p>Hello', 1, 8)
    """

    def __init__(self, folder: Path, roll: int = 1 << 30, about: tuple[tuple[str, str], ...] = ()) -> None:
        self.folder, self.roll, self.about = folder, roll, about
        self.pages = self.bytes = 0
        self._where: dict[str, tuple[Path, int]] = {}
        self._out: FileIO | None = None
        self._open = ExitStack()

    def __enter__(self) -> Archive:
        with ExitStack() as stack:
            stack.enter_context(_locked(self.folder))
            stack.callback(self._close)
            files = self.files()
            for path in files:
                self._index(path, last=path == files[-1])
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __contains__(self, url: str) -> bool:
        return url in self._where

    def files(self) -> list[Path]:
        """Return the files there are, in the order in which they were written."""
        return sorted(self.folder.glob(f"crawl-{'[0-9]' * 5}.warc.gz"))

    def get(self, url: str) -> Visit:
        """Return what `put` was given for this address; raises KeyError where it was given nothing."""
        path, start = self._where[url]
        with path.open("rb") as file:
            file.seek(start)
            visit = parse(next(members(file))[2])
        if visit is None or visit.url != url:
            raise _damaged(path, f"no record of {url} at byte {start}")
        return visit

    def put(self, visit: Visit) -> None:
        """Append one visit, whole; ask with `in` first, as an address is stored once."""
        try:
            path, out = self._file()
            start = _append(out, _record(visit))
        except OSError as error:
            fix = "make room and run again: it goes on where it was"
            raise StoreError("The crawl cannot be written.", where=str(self.folder), why=str(error), fix=fix) from error
        self._add(visit, path, start)

    def _add(self, visit: Visit, path: Path, start: int) -> None:
        self._where[visit.url] = (path, start)
        self.pages += visit.kind == "page"
        self.bytes += len(visit.body)

    def _index(self, path: Path, last: bool) -> None:
        end = 0
        try:
            with path.open("rb") as file:
                for start, end, record in members(file):  # noqa: B007
                    visit = parse(record)
                    if visit:
                        self._add(visit, path, start)
        except (EOFError, zlib.error) as error:
            if not last:
                raise _damaged(path, f"after byte {end}: {error}") from error
            os.truncate(path, end)

    def _file(self) -> tuple[Path, FileIO]:
        """Return the file that takes the next record: the last one, or the next where that is full."""
        if self._out and self._out.tell() >= self.roll:
            self._close()
        if self._out is None:
            files = self.files()
            if not files or files[-1].stat().st_size >= self.roll:
                number = int(files[-1].name[6:11]) + 1 if files else 0
                files.append(self.folder / f"crawl-{number:05d}.warc.gz")
            self._out = files[-1].open("ab", buffering=0)
            if self._out.tell() == 0:
                _append(self._out, _warcinfo(files[-1].name, self.about))
        return Path(os.fsdecode(self._out.name)), self._out

    def _close(self) -> None:
        if self._out:
            os.fsync(self._out.fileno())
            self._out.close()
            self._out = None


def _append(out: FileIO, data: bytes) -> int:
    """Write all or nothing, and return where it begins; what a kill leaves in between is cut off by the next crawl."""
    start = out.seek(0, os.SEEK_END)
    try:
        while data:
            data = data[out.write(data) :]
    except OSError:
        out.truncate(start)
        raise
    return start


def members(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, content) of each gzip member from where `file` stands; raises EOFError or zlib.error where it is damaged."""
    start, data = file.tell(), b""
    while data := data or file.read(_CHUNK):
        inflate, content, end = zlib.decompressobj(wbits=31), bytearray(), start
        while not inflate.eof:
            if not data:
                raise EOFError("the file ends within a record")
            content += inflate.decompress(data, LARGEST + 1 - len(content))
            if len(content) > LARGEST:
                raise zlib.error(f"a record is longer than {LARGEST} bytes")
            end += len(data) - len(inflate.unused_data)
            data = inflate.unused_data if inflate.eof else file.read(_CHUNK)
        yield start, end, bytes(content)
        start = end


def parse(record: bytes) -> Visit | None:
    """Return the visit that a WARC record remembers; None where it is of another type."""
    named, block = _fields(record)
    url, body = named.get("WARC-Target-URI", ""), block[: int(named.get("Content-Length", "0"))]
    if named.get("WARC-Type") == "response":
        head, _, body = body.partition(b"\r\n\r\n")
        return Visit(url, "page", head=head + b"\r\n", body=body, cut="WARC-Truncated" in named)
    if named.get("WARC-Type") == "metadata":
        what = _fields(body)[0]
        return Visit(url, what.get("kind", "failed"), what.get("detail", ""))
    return None


def _fields(block: bytes) -> tuple[dict[str, str], bytes]:
    """Return the named fields at the beginning of a block, and what follows them."""
    head, _, rest = block.partition(b"\r\n\r\n")
    pairs = (line.partition(":") for line in head.decode(errors="replace").split("\r\n"))
    return {name: value.strip() for name, _, value in pairs}, rest


def _record(visit: Visit) -> bytes:
    if visit.kind == "page":
        block = visit.head + b"\r\n" + visit.body
        cut = [("WARC-Truncated", "length")] if visit.cut else []
        return _member("response", _HTTP, block, [("WARC-Target-URI", visit.url), ("WARC-Payload-Digest", _digest(visit.body)), *cut])
    return _member("metadata", _FIELDS, _lines([("kind", visit.kind), ("detail", visit.detail)]), [("WARC-Target-URI", visit.url)])


def _warcinfo(name: str, about: tuple[tuple[str, str], ...]) -> bytes:
    lines = _lines([("software", "tilth"), ("format", "WARC File Format 1.1"), ("conformsTo", _STANDARD), *about])
    return _member("warcinfo", _FIELDS, lines, [("WARC-Filename", name)])


def _member(kind: str, content: str, block: bytes, more: list[tuple[str, str]]) -> bytes:
    fields = [
        ("WARC-Type", kind), ("WARC-Record-ID", f"<{uuid.uuid4().urn}>"), ("WARC-Date", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"), *more,
        ("WARC-Block-Digest", _digest(block)), ("Content-Type", content), ("Content-Length", str(len(block))),
    ]  # fmt: skip
    return gzip.compress(b"WARC/1.1\r\n" + _lines(fields) + b"\r\n" + block + b"\r\n\r\n", 6, mtime=0)


def _lines(fields: list[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields).encode()


def _digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _locked(folder: Path) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / ".lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        fix = "wait for it, or name another folder"
        raise StoreError("Another crawl is writing here.", where=str(folder), why="two would store pages twice", fix=fix) from error
    return lock


def _damaged(path: Path, why: str) -> StoreError:
    fix = "delete that file and run again; its pages are fetched again"
    return StoreError("A file of the crawl is damaged.", where=str(path), why=why, fix=fix)
