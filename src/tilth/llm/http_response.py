"""A response of HTTP/1.1, read from bytes as they come, however they are cut."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

HEAD = 1 << 16  # bytes that the head of a response may have, and the line before a chunk
_BODILESS = (204, 304)


@dataclass(frozen=True)
class Response:
    """`headers` have names in lower case; a header that came more than once has its values joined by commas. `body` is not compressed."""

    status: int
    headers: dict[str, str]
    body: bytes


class Reading:
    """Takes the bytes of one response; raises ValueError where they are none.

    >>> reading = Reading()
    >>> reading.feed(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nsno"), reading.feed(b"w.")
    (None, Response(status=200, headers={'content-length': '5'}, body=b'snow.'))
    >>> reading.keep
    True

    Source: RFC 9112, sections 2 to 7.
    """

    def __init__(self) -> None:
        self.keep = False  # whether another request may follow on the connection, once there is a response
        self._held = bytearray()
        self._status = 0  # 0 until the head was read
        self._length: int | None = None  # None: until the connection ends
        self._chunks: bytearray | None = None  # those read so far, where the body is in chunks
        self._left = 0  # bytes of the present chunk with its line's end; 0 before its size was read
        self._trailing = False

    def feed(self, data: bytes) -> Response | None:
        """Return the response once it is whole, None until then."""
        self._held += data
        while not self._status:
            end = self._held.find(b"\r\n\r\n")
            if end < 0 or end > HEAD:
                if len(self._held) > HEAD:
                    raise ValueError("the head of the response is too long")
                return None
            self._read_head(bytes(self._held[:end]))
            del self._held[: end + 4]
        if self._chunks is not None:
            return self._response(bytes(self._chunks)) if self._unchunk(self._chunks) else None
        if self._length is None or len(self._held) < self._length:
            return None
        body = bytes(self._held[: self._length])
        del self._held[: self._length]
        return self._response(body)

    def end(self) -> Response | None:
        """Return the response that the end of the connection makes whole; None where it was cut off."""
        if not self._status or self._chunks is not None or self._length is not None:
            return None
        body, self._held = bytes(self._held), bytearray()
        return self._response(body)

    def _read_head(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        status = rest[:3]
        if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdecimal()) or rest[3:4].strip():
            raise ValueError("this is no response of HTTP/1.1")
        if status[0] == "1":  # there is more to come
            return
        self.headers = _headers(lines)
        self._status = int(status)
        coding, length = self.headers.get("transfer-encoding", ""), self.headers.get("content-length")
        if coding:
            if coding.lower() != "chunked":
                raise ValueError(f"the response is coded as {coding[:40]!r}")
            self._chunks = bytearray()
        elif self._status in _BODILESS:
            self._length = 0
        elif length is not None:
            self._length = _number(length, 10)
        wish = self.headers.get("connection", "").lower()
        bounded = self._chunks is not None or self._length is not None
        self.keep = bounded and "close" not in wish and (version == "HTTP/1.1" or "keep-alive" in wish)

    def _unchunk(self, chunks: bytearray) -> bool:
        """Move whole chunks out of what is held; whether that was the last."""
        at, held = 0, self._held
        try:
            while True:
                if self._left:
                    if len(held) - at < self._left:
                        return False
                    chunks += held[at : at + self._left - 2]
                    at += self._left
                    if held[at - 2 : at] != b"\r\n":
                        raise ValueError("a chunk is longer than it said")
                    self._left = 0
                end = held.find(b"\r\n", at)
                if end < 0:
                    if len(held) - at > HEAD:
                        raise ValueError("the line before a chunk is too long")
                    return False
                line, at = bytes(held[at:end]), end + 2
                if self._trailing:
                    if not line:
                        return True
                    continue
                size = _number(line.partition(b";")[0].decode("latin-1"), 16)
                self._left, self._trailing = size + 2 if size else 0, not size
        finally:
            del held[:at]

    def _response(self, body: bytes) -> Response:
        if self._held:  # more than was asked for: who knows what would be taken for the next response
            self.keep = False
        coding = self.headers.get("content-encoding", "identity").lower()
        if body and coding in ("gzip", "x-gzip"):
            body = _unzipped(body)
        elif body and coding != "identity":
            raise ValueError(f"the response is compressed as {coding[:40]!r}")
        return Response(self._status, self.headers, body)


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name[0] in " \t":
            raise ValueError("a line of the head is no header")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _number(text: str, base: int) -> int:
    """The number that `text` is, in digits alone: `int` would take signs, underscores and spaces inside too."""
    digits = text.strip(" \t").lower()
    if not digits or len(digits) > 15 or digits.strip("0123456789abcdef" if base == 16 else "0123456789"):
        raise ValueError(f"{text[:40]!r} is no length")
    return int(digits, base)


def _unzipped(body: bytes) -> bytes:
    try:
        return zlib.decompress(body, wbits=31)
    except zlib.error as error:
        raise ValueError(f"the response cannot be unpacked: {error}") from None
