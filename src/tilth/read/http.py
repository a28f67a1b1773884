"""HTTP responses as crawls keep them: status, headers, and the body decoded from how it was transferred."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any, NamedTuple

import pyarrow as pa

from tilth.read.lines import too_long

_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[^\r\n]{0,1000}\r?\n")
_HEADER = re.compile(rb"^(content-type|content-encoding|transfer-encoding)[ \t]*:([^\r\n]*)", re.I | re.M)
_STATUS = re.compile(rb"HTTP/\S*\s+(\d{1,9})(?:\s|\Z)")
_STEP = 64 << 10


class Response(NamedTuple):
    """An HTTP response: the status, those headers that say what the body is, and the body."""

    status: int | None
    content_type: str
    body: bytes | memoryview


def parse(raw: bytes, limit: int) -> Response:
    """Return the response that these bytes are, its body without transfer and content encoding.

    Crawlers often decode bodies and keep the headers: a body that is not what its headers say is taken as it is. One that is cut
    off in a chunk or in compressed data keeps what came before. ValueError: not HTTP, longer than `limit`, or of unknown encoding.

    >>> parse(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhi\\r\\n0\\r\\n\\r\\n", 100)
    Response(status=200, content_type='text/html', body=b'hi')
    """
    if not raw.startswith(b"HTTP/"):
        raise ValueError("the payload is not an HTTP response")
    end = _END.search(raw)
    head, body = (raw[: end.start()], memoryview(raw)[end.end() :]) if end else (raw, memoryview(b""))
    headers = {name.lower(): value.decode("latin-1").strip() for name, value in _HEADER.findall(head)}
    status = _STATUS.match(head)
    decoded = _decode(body, headers.get(b"transfer-encoding", "").lower(), headers.get(b"content-encoding", "").lower(), limit)
    return Response(int(status[1]) if status else None, headers.get(b"content-type", ""), decoded)


def _decode(raw: memoryview, transfer: str, content: str, limit: int) -> bytes | memoryview:
    """The body as it was meant; not copied where nothing is to be decoded."""
    body: bytes | memoryview = dechunk(bytes(raw)) if "chunked" in transfer else raw
    if content:
        encodings = [one.strip() for one in content.split(",")]
        for encoding in reversed([one for one in encodings if one not in ("", "identity", "none", "utf-8")][-3:]):
            body = _decoded(bytes(body), encoding, limit)
    if len(body) > limit:
        raise ValueError(too_long("body", limit))
    return body


def dechunk(body: bytes) -> bytes:
    """Return a chunked body as one piece: the body itself if it is not chunked, what came before if a chunk is cut off.

    >>> dechunk(b"2;x=1\\r\\nhi\\r\\n5\\r\\nthe"), dechunk(b"<html>")
    (b'hithe', b'<html>')
    """
    parts, at = [], 0
    while head := _CHUNK.match(body, at):
        size = int(head[1], 16)
        parts.append(body[head.end() : head.end() + size])
        at = head.end() + size
        if size == 0:
            break
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    return b"".join(parts) if parts else body


def _decoded(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("gzip", "x-gzip"):
        return _inflate(body, 31, limit) if body.startswith(b"\x1f\x8b") else body
    if encoding == "deflate":  # zlib's format as the standard says, or bare, as some servers send it
        return _inflate(body, 15, limit) or _inflate(body, -15, limit) or body
    try:
        if encoding == "zstd":
            return _read(pa.CompressedInputStream(pa.BufferReader(body), "zstd"), limit)
        if encoding == "br":
            return _read(_unbrotli(body), limit)
    except OSError:
        return body  # was decoded by the crawler, most likely; nothing in Brotli's format tells
    raise ValueError(f"the content encoding {encoding!r} is unknown")


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    """What can be inflated, up to a byte beyond the limit."""
    inflater, parts, left = zlib.decompressobj(window), [], limit + 1
    data = memoryview(body)
    try:
        for at in range(0, len(body), _STEP):
            rest = bytes(data[at : at + _STEP])
            while rest and left and not inflater.eof:
                parts.append(inflater.decompress(rest, left))
                left -= len(parts[-1])
                rest = inflater.unconsumed_tail
    except zlib.error:
        pass
    return b"".join(parts)


def _unbrotli(body: bytes) -> Any:
    try:
        from fastwarc.stream_io import BrotliReader
    except ImportError:
        raise ValueError("Brotli needs fastwarc 2: pip install 'tilth[web]'") from None
    return BrotliReader(io.BytesIO(body))


def _read(stream: Any, limit: int) -> bytes:
    """The stream up to a byte beyond the limit; a read may give less than there is."""
    parts, left = [], limit + 1
    while left and (part := stream.read(min(left, _STEP))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
