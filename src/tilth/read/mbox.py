"""Mail: mbox files and single messages, decoded as their parts say."""

from __future__ import annotations

import email.header
import email.message
import email.parser
import email.utils
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.read.columns import BINARY, INT, STRING, base_schema
from tilth.read.document import Found, Unreadable, batched
from tilth.read.files import Paths, list_files, open_file
from tilth.read.lines import cut_bytes, too_long
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import Broken, chunks, codec_of, compressed, read_at_most

_FROM = re.compile(rb"From [^\n]*\d\d:\d\d[^\n]*\n")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")
_ATTRIBUTION = re.compile(r"(?m)^[^>\n][^\n]{0,200}:[ \t]*\n(?:[ \t]*\n)?(?=>)")  # "On Monday, A. Bee wrote:"
_QUOTE = re.compile(r"(?m)^>.*\n?")
_HEADERS = {
    "subject": "subject", "sender": "from", "to": "to", "message_id": "message-id", "in_reply_to": "in-reply-to", "list_id": "list-id",
}
_BACK = 3  # bytes before a message that say that it begins


@dataclass(frozen=True)
class Mbox(Reader):
    """Read mail: each message of .mbox files (also .gz, .zst, .lz4), and each .eml file, is a row; big mbox files are read in parts.

    `text` has the plain parts in order, in the charset that they name, else UTF-8, else Windows-1252. A message that has an HTML part
    only leaves it in `html` and `content_type`, for `clean.HtmlText`. Attachments are counted, not read. `quoted=False` takes out lines
    that quote another message (`>`), and the line that introduces them; `quoted_lines` counts them either way. `id` is the Message-ID.
    A message begins with a line "From " with a time in it after a blank line (RFC 4155); `>From ` is read as mboxrd quotes it.

    >>> Mbox("lists/*.mbox.gz", quoted=False).source
    'mbox'
    """

    path: Paths
    quoted: bool = True
    source: str = "mbox"
    max_bytes: int = 64 << 20

    def files(self) -> list[File]:
        return list_files(self.path, compressed((".mbox", ".mbx", ".eml")), f"read.Mbox({self.path!r})")

    def cut(self, file: File, size: int) -> list[Span]:
        return cut_bytes(file, size) if not codec_of(file.path) and _is_mbox(file.path) else [Span(file.path)]

    def schema(self, files: list[File]) -> pa.Schema:
        strings = [pa.field(name, STRING) for name in ("path", *_HEADERS, "date", "content_type")]
        return base_schema(*strings, pa.field("html", BINARY), pa.field("attachments", INT), pa.field("quoted_lines", INT))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield from batched(self._found(span), span.path, schema, self.source)

    def _found(self, span: Span) -> Iterator[Found]:
        for place, data, error in messages(span, self.max_bytes):
            try:
                yield Found(place, {} if error else {"path": span.path, **self._parse(data)}, error)
            except (Unreadable, RecursionError) as why:
                yield Found(place, {}, str(why) if isinstance(why, Unreadable) else "parts nested too deep")

    def _parse(self, data: bytes) -> Mapping[str, Any]:
        message = email.parser.BytesParser().parsebytes(data)
        if not message.keys():
            raise Unreadable("no mail message: it has no headers")
        first = {name.lower(): value for name, value in reversed(message.items())}
        headers = {name: _header(first.get(key)) for name, key in _HEADERS.items()}
        plain, html, attachments = _parts(message)
        text = "\n\n".join(filter(None, (_decoded(part) for part in plain)))
        quoted = text.startswith(">") + text.count("\n>")
        if not self.quoted:
            text = _QUOTE.sub("", _ATTRIBUTION.sub("", text)).strip()
        body: dict[str, Any] = {"text": text if plain or not html else None}
        if not plain and html:
            body |= {"html": html[0].get_payload(decode=True) or b"", "content_type": f"text/html; charset={_charset(html[0]) or 'utf-8'}"}
        about = {"id": headers["message_id"], "date": _date(first.get("date")), "attachments": attachments, "quoted_lines": quoted}
        return {**headers, **body, **about}


def messages(span: Span, limit: int) -> Iterator[tuple[int, bytes, str | None]]:
    """Yield (place, bytes, error) of each message that begins in `span`; one longer than `limit` is passed over in bounded memory."""
    if not _is_mbox(span.path):
        yield from _single(span.path, limit)
        return
    end = span.end if span.end >= 0 else 1 << 62
    box = _Box(max(span.start - _BACK, 0), limit)
    try:
        for chunk in chunks(span.path, box.base):
            for place, data, error in box.feed(chunk):
                if span.start <= place < end:
                    yield place, data, error
            if box.place >= end:
                return
    except Broken as broken:
        yield max(box.place, span.start), b"", str(broken)
        return
    if span.start <= box.place:
        yield from box.last()


class _Box:
    """Chunks in, whole messages out; `place` is the byte at which the message not yet ended begins, -1 before the first."""

    def __init__(self, base: int, limit: int) -> None:
        self.base, self.limit, self.place = base, limit, -1  # base: the byte of the file at which `held` begins
        self.held, self.searched, self.long = bytearray(), 0, False

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes, str | None]]:
        self.held += chunk
        while (found := self._next()) >= 0:
            if self.place >= 0:
                yield self._message(found)
            self.place, self.long, self.searched = self.base + found, False, found + 5
        self.searched = max(self.searched, self.held.rfind(b"\n", 0, max(0, len(self.held) - 1)) + 1)
        begun = self.place - self.base
        if self.place >= 0 and len(self.held) - begun > self.limit:
            self.long = True
        self._forget(max(0, self.searched - _BACK) if self.long or self.place < 0 else begun)

    def _next(self) -> int:
        """Where in `held` the next message begins: after a blank line, with a line that is whole. -1 if it is not there yet."""
        if self.base == 0 and self.searched == 0 and _FROM.match(self.held):
            return 0
        at = self.held.find(b"\nFrom ", max(0, self.searched - 1))
        while at >= 0:
            if (self.held[at - 1 : at] == b"\n" or self.held[at - 2 : at] == b"\n\r") and _FROM.match(self.held, at + 1):
                return at + 1
            at = self.held.find(b"\nFrom ", at + 1)
        return -1

    def last(self) -> Iterator[tuple[int, bytes, str | None]]:
        if self.place >= 0:
            yield self._message(len(self.held))

    def _message(self, end: int) -> tuple[int, bytes, str | None]:
        if self.long or end - (self.place - self.base) > self.limit:
            return self.place, b"", too_long("message", self.limit)
        return self.place, _body(self.held[self.place - self.base : end]), None

    def _forget(self, size: int) -> None:
        del self.held[:size]
        self.base, self.searched = self.base + size, self.searched - size


def _single(path: str, limit: int) -> Iterator[tuple[int, bytes, str | None]]:
    """A file that is one message."""
    try:
        data = read_at_most(path, limit)
    except Broken as broken:
        yield 0, b"", str(broken)
        return
    yield (0, b"", too_long("message", limit)) if len(data) > limit else (0, data, None)


def _is_mbox(path: str) -> bool:
    if codec_of(path):
        return next(chunks(path), b"")[:5] == b"From "
    with open_file(path) as file:
        return file.read(5) == b"From "


def _body(data: bytearray) -> bytes:
    """A message as it was sent: without the line that begins it, and with `>From ` unquoted."""
    body = bytes(memoryview(data)[data.find(b"\n") + 1 or len(data) :])
    return _QUOTED_FROM.sub(rb"\1", body) if b">From " in body else body


def _parts(message: email.message.Message) -> tuple[list[Any], list[Any], int]:
    """The parts of plain text, those of HTML, and how many attachments there are."""
    plain: list[Any] = []
    html: list[Any] = []
    attachments = 0
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or part.get_filename() or kind not in ("text/plain", "text/html"):
            attachments += 1
        else:
            (plain if kind == "text/plain" else html).append(part)
    return plain, html, attachments


def _decoded(part: email.message.Message) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)  # the part is no multipart
    for charset in (_charset(part), "utf-8", "cp1252"):
        try:
            return data.decode(charset or "utf-8").replace("\r\n", "\n").replace("\0", "").strip()
        except (UnicodeDecodeError, LookupError, ValueError):
            pass
    return data.decode("cp1252", "replace").replace("\r\n", "\n").replace("\0", "").strip()


def _charset(part: email.message.Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError):
        return None


def _header(value: Any) -> str | None:
    """A header as people read it: encoded words decoded, folded lines joined."""
    if value is None:
        return None
    if isinstance(value, str) and "=?" not in value:
        return " ".join(value.split()).encode("utf-8", "replace").decode() or None
    parts = []
    try:
        for data, charset in email.header.decode_header(value):
            parts.append(data if isinstance(data, str) else _text(data, charset))
    except (email.errors.HeaderParseError, ValueError):
        parts = [str(value)]
    joined = " ".join("".join(parts).split())
    return joined.encode("utf-8", "replace").decode() or None


def _text(data: bytes, charset: str | None) -> str:
    try:
        return data.decode(charset if charset and charset != "unknown-8bit" else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", "replace")


def _date(value: Any) -> str | None:
    try:
        return email.utils.parsedate_to_datetime(str(value)).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
