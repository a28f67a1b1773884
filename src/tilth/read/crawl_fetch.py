"""Asking politely: robots.txt, one pace a site, bounded answers, and patience with servers that are busy."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tilth.errors import MissingExtra
from tilth.read import crawl_robots
from tilth.read.crawl_archive import Visit
from tilth.read.crawl_links import canonical
from tilth.read.crawl_manners import Manners
from tilth.read.crawl_robots import Robots

try:
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult
    from yarl import URL
except ImportError as missing:
    raise MissingExtra.of("aiohttp", "web", needed_by="read.crawl") from missing

PATIENCE = 60.0  # seconds; a site that asks for more between two requests is left alone
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_WIRE = frozenset({"content-length", "content-encoding", "transfer-encoding"})


class Site:
    """One origin: what its robots.txt says, and when the next request may begin."""

    def __init__(self, manners: Manners) -> None:
        self.delay = manners.delay
        self.robots: asyncio.Task[Robots | str] | None = None
        self._slots = asyncio.Semaphore(manners.per_site)
        self._next = 0.0

    def hold(self, seconds: float) -> None:
        """Let no request begin for this long."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a slot and for the pace, then hold the slot."""
        async with self._slots:
            clock = asyncio.get_running_loop().time
            while (wait := self._next - clock()) > 0:  # again, as another request's answer may have put it off
                await asyncio.sleep(wait)
            self._next = clock() + self.delay
            yield


class Fetcher:
    """Fetches pages of the media types `types`, at most `largest` bytes each, until there is `enough`.

    `connect` maps names of hosts to the (address, port) where they are reached.
    """

    def __init__(
        self, manners: Manners, types: tuple[str, ...], largest: int, enough: Callable[[], bool], connect: Mapping[str, tuple[str, int]]
    ) -> None:
        self.manners, self.types, self.largest, self.enough, self.connect = manners, types, largest, enough, connect
        self.requests = 0
        self._sites: dict[str, Site] = {}

    async def __aenter__(self) -> Fetcher:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.manners.connections, resolver=_Resolver(self.connect)),
            timeout=aiohttp.ClientTimeout(total=self.manners.timeout),
            headers={"User-Agent": self.manners.agent},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def visit(self, url: str) -> Visit:
        """Return what comes of a canonical address: never an exception for what a server does."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        site = self._sites.setdefault(origin, Site(self.manners))
        if site.robots is None:
            site.robots = asyncio.ensure_future(self._robots(site, origin + "/robots.txt"))
        robots = await site.robots
        if isinstance(robots, str):
            return Visit(url, "later", f"robots.txt: {robots}")
        if robots.delay > PATIENCE:
            return Visit(url, "robots", f"asks for {robots.delay:g} seconds between requests")
        if not robots.allow(url):
            return Visit(url, "robots", "robots.txt")
        return await self._patiently(site, url, self.types, self.largest)

    async def _robots(self, site: Site, url: str) -> Robots | str:
        """Return a site's rules, or why they cannot be known (and then nothing may be fetched: RFC 9309, section 2.3.1)."""
        for _ in range(6):
            visit = await self._patiently(site, url, (), crawl_robots.LARGEST)
            if visit.kind != "redirect":
                break
            url = visit.detail
        if visit.kind == "later":
            return visit.detail
        robots = crawl_robots.parse(visit.body, self.manners.token)
        site.delay = max(site.delay, robots.delay)
        return robots

    async def _patiently(self, site: Site, url: str, types: tuple[str, ...], largest: int) -> Visit:
        for attempt in range(self.manners.retries + 1):
            async with site.turn():
                if self.enough():  # may have come about while this waited for its turn
                    return Visit(url, "left")
                visit, wait = await self._once(url, types, largest)
            if visit.kind != "later" or wait > PATIENCE:
                break
            if attempt < self.manners.retries:
                site.hold(max(wait, self.manners.backoff * 2**attempt))
        return visit

    async def _once(self, url: str, types: tuple[str, ...], largest: int) -> tuple[Visit, float]:
        """Return what came of one request, and the seconds after which the server asks to be asked again."""
        self.requests += 1
        try:
            async with self._session.get(URL(url, encoded=True), allow_redirects=False) as answer:
                if answer.status in _BUSY:
                    return Visit(url, "later", f"HTTP {answer.status}"), _retry_after(answer.headers.get("Retry-After", ""))
                refused = _refused(answer, url, types)
                return refused or await _page(answer, url, largest), 0.0
        except TimeoutError:
            return Visit(url, "later", f"no answer in {self.manners.timeout:g} seconds"), 0.0
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Visit(url, "later", f"{type(error).__name__}: {error}"), 0.0


class _Resolver(AbstractResolver):
    """Looks hosts up in `connect` first, where a name stands for another address and port."""

    def __init__(self, connect: Mapping[str, tuple[str, int]]) -> None:
        self.connect, self.rest = connect, aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        if host not in self.connect:
            return await self.rest.resolve(host, port, family)
        address, port = self.connect[host]
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=numeric)]

    async def close(self) -> None:
        await self.rest.close()


def _refused(answer: aiohttp.ClientResponse, url: str, types: tuple[str, ...]) -> Visit | None:
    """Return why this answer is no page that is wanted; None where it is one."""
    if answer.status in _REDIRECTS:
        target = canonical(answer.headers.get("Location", ""), url)
        return Visit(url, "redirect", target) if target else Visit(url, "failed", f"HTTP {answer.status} to nowhere")
    if answer.status != 200:
        return Visit(url, "failed", f"HTTP {answer.status}")
    if types and answer.content_type not in types:
        return Visit(url, "failed", f"content type {answer.content_type}")
    return None


async def _page(answer: aiohttp.ClientResponse, url: str, largest: int) -> Visit:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > largest:
            break
    cut = len(body) > largest
    del body[largest:]
    return Visit(url, "page", head=_head(answer, len(body)), body=bytes(body), cut=cut)


def _head(answer: aiohttp.ClientResponse, length: int) -> bytes:
    """Return the status line and headers as they describe the decoded body; those that described the wire are kept as X-Crawler-..."""
    version = answer.version or aiohttp.HttpVersion11
    lines = [f"HTTP/{version.major}.{version.minor} {answer.status} {answer.reason or ''}".encode("latin-1", "replace")]
    for name, value in answer.raw_headers:
        lines.append((b"X-Crawler-" if name.decode("latin-1").lower() in _WIRE else b"") + name + b": " + value)
    return b"\r\n".join([*lines, b"Content-Length: %d" % length, b""])


def _retry_after(value: str) -> float:
    """Return the seconds that a Retry-After header asks for: a number of them, or a date.

    >>> _retry_after("7"), _retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), _retry_after("soon")
    (7.0, 0.0, 0.0)
    """
    try:
        if value.strip().isdecimal():
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date at all, or one without a time zone
        return 0.0
