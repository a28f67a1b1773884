"""Plain HTTP/1.1 over kept connections, as thin as it can be: a whole request out, a whole response in.

A general HTTP library spends more processor time on one call than everything else here does together; what it can do beyond this
(redirects, cookies, streams, forms) is not wanted when a model is asked.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from tilth.errors import LlmError
from tilth.llm.http_response import Reading, Response

IDLE = 4.0  # seconds for which a connection is kept: most servers drop idle ones after 5
_PATH = "/%:@!$&'()*+,;=~?-._"  # what stands in a path as it is


class NoConnection(OSError):
    """None could be made: nothing was sent."""


class Place(NamedTuple):
    """Where connections go."""

    host: str
    port: int
    secure: bool


class Pool:
    """Connections of one event loop, kept for the next request; as many at a time as there are requests."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.closed = False
        self._idle: dict[Place, deque[_Connection]] = {}
        self._all: set[_Connection] = set()
        self._tls: ssl.SSLContext | None = None

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Return the response, whatever its status.

        Raises NoConnection where nothing was sent, TimeoutError where `timeout` seconds were not enough, other OSError or ValueError
        where the connection broke or what came is not HTTP, LlmError for a URL or headers that cannot be sent.
        """
        place, head = _head(method, url, tuple(headers.items()))
        connection = self._kept(place) or await self._made(place)
        try:
            response = await connection.response(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body), self.timeout)
        except BaseException:
            connection.abort()
            raise
        if connection.reusable and not self.closed:
            self._idle.setdefault(place, deque()).append(connection)
        else:
            connection.abort()
        return response

    async def close(self) -> None:
        """Close all connections."""
        self.closed = True
        left = [*self._all]
        for connection in left:
            connection.abort()
        await asyncio.gather(*(connection.gone for connection in left))

    def _kept(self, place: Place) -> _Connection | None:
        idle, now = self._idle.get(place), asyncio.get_running_loop().time()
        while idle:
            if now - idle[0].since > IDLE:
                idle.popleft().abort()
                continue
            connection = idle.pop()
            if not connection.gone.done():
                return connection
        return None

    async def _made(self, place: Place) -> _Connection:
        if self.closed:
            raise NoConnection("the session is closed")
        if place.secure and self._tls is None:
            self._tls = ssl.create_default_context()
        tls, name = (self._tls, place.host) if place.secure else (None, None)
        try:
            async with asyncio.timeout(self.timeout):
                _, made = await asyncio.get_running_loop().create_connection(
                    lambda: _Connection(self._all), place.host, place.port, ssl=tls, server_hostname=name, happy_eyeballs_delay=0.25
                )
        except TimeoutError:
            raise NoConnection(f"none in {self.timeout:g} seconds to {place.host}:{place.port}") from None
        except (OSError, UnicodeError) as error:
            raise NoConnection(str(error) or type(error).__name__) from None
        return made


class _Connection(asyncio.Protocol):
    """One request at a time, and its response."""

    def __init__(self, among: set[_Connection]) -> None:
        self._among = among
        self._reading: Reading | None = None
        self._answer: asyncio.Future[Response] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._loop = transport, asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self.since = 0.0  # when the last response came
        self.reusable = False
        self._among.add(self)

    async def response(self, request: bytes, timeout: float) -> Response:
        if self.gone.done():
            raise ConnectionResetError("the server closed the connection")
        self._reading, self._answer, self.reusable = Reading(), self._loop.create_future(), False
        late = self._loop.call_later(timeout, self._failed, TimeoutError())
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            late.cancel()

    def data_received(self, data: bytes) -> None:
        if self._reading is None:  # nothing was asked: it must not be taken for the answer to the next request
            self.abort()
            return
        try:
            response = self._reading.feed(data)
        except ValueError as error:
            self._failed(error)
            return
        if response is not None:
            self._done(response, self._reading.keep)

    def connection_lost(self, error: Exception | None) -> None:
        self._among.discard(self)
        self.gone.set_result(None)
        if self._reading is None:
            return
        try:
            response = None if error else self._reading.end()
        except ValueError as wrong:
            self._failed(wrong)
            return
        if response is not None:
            self._done(response, keep=False)
        else:
            self._failed(error or ConnectionResetError("the server closed the connection"))

    def abort(self) -> None:
        self._transport.abort()

    def _done(self, response: Response, keep: bool) -> None:
        self.since, self.reusable, self._reading = self._loop.time(), keep, None
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(response)

    def _failed(self, error: Exception) -> None:
        self._reading = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


@lru_cache(maxsize=256)
def _head(method: str, url: str, headers: tuple[tuple[str, str], ...]) -> tuple[Place, bytes]:
    """Where a request goes, and its head up to the length of its body. LlmError for what cannot stand there.

    >>> _head("GET", "http://localhost:8000/v1/models", (("Accept", "*/*"),))[1]
    b'GET /v1/models HTTP/1.1\\r\\nHost: localhost:8000\\r\\nAccept-Encoding: gzip\\r\\nAccept: */*\\r\\n'
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode()
    if not host:
        raise _unsendable(url, "the URL names no server")
    told = dict(headers)
    if parts.username is not None:
        name = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        told.setdefault("Authorization", f"Basic {b64encode(name.encode()).decode()}")
    shown = f"[{host}]" if ":" in host else host
    lines = {"Host": f"{shown}:{parts.port}" if parts.port else shown, "Accept-Encoding": "gzip", **told}
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_PATH)
    text = f"{method} {target} HTTP/1.1\n" + "".join(f"{name}: {value}\n" for name, value in lines.items())
    if text.count("\n") != len(lines) + 1 or any(ord(each) < 32 and each != "\n" for each in text):
        raise _unsendable(url, "the key has a line break or another control character in it")
    try:
        return Place(host, parts.port or (443 if secure else 80), secure), text.replace("\n", "\r\n").encode("latin-1")
    except UnicodeEncodeError:
        raise _unsendable(url, "the key has letters that no key has") from None


def _unsendable(url: str, why: str) -> LlmError:
    return LlmError("This request cannot be sent.", where=url, why=why, fix="correct the base URL, or the variable that holds the key")
