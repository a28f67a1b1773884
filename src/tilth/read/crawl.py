"""A small, polite crawler: from a few addresses to WARC files, breadth first, and on again from where it was killed.

The walk goes level by level, and each level in the order in which its addresses were found. So what is visited under a bound on depth or
pages depends on the site alone, not on timing; and going on after a kill is the same walk, answered from the archive as far as it reaches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from tilth.errors import RecipeError
from tilth.read.crawl_archive import Archive, Visit
from tilth.read.crawl_links import canonical, links
from tilth.read.crawl_manners import Limits, Manners
from tilth.read.crawl_robots import matches

if TYPE_CHECKING:
    from tilth.read.crawl_fetch import Fetcher

__all__ = ["CrawlReport", "Limits", "Manners", "Progress", "Visit", "crawl"]

Progress = Callable[[Visit], None]
T = TypeVar("T")

_WAVE = 1000  # addresses under way at a time: bounds the memory of their links
_HTML = ("text/html", "application/xhtml+xml")


@dataclass
class CrawlReport:
    """What a crawl left: pages and bytes of HTML stored in all, the requests that this run made, and what became of other addresses.

    `failed` and `robots` map an address to the reason; `later` too, and these the next run tries again; `left` counts addresses that a
    bound on pages or bytes left out.
    """

    pages: int = 0
    bytes: int = 0
    requests: int = 0
    redirects: int = 0
    left: int = 0
    robots: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)


def crawl(
    seeds: Iterable[str],
    folder: str | Path,
    limits: Limits | None = None,
    manners: Manners | None = None,
    *,
    allow: tuple[str, ...] = (),
    deny: tuple[str, ...] = (),
    types: tuple[str, ...] = _HTML,
    connect: Mapping[str, tuple[str, int]] | None = None,
    progress: Progress | None = None,
) -> CrawlReport:
    """Crawl from `seeds` into WARC files in `folder`, and return what came of it.

    Addresses must match one of `allow` (by default, the seeds' own sites) and none of `deny`. These are patterns as in robots.txt: they
    match from the beginning on, `*` stands for anything, a last `$` for the end. Pages must be of one of the media types `types`.
    `connect` maps a host name to the (address, port) where it is reached, so that addresses stay the same wherever the server runs.
    `progress` is called with each visit; what it raises ends the crawl, which a later call takes up again.

    A crawl that was killed goes on when it is started again with the same folder, and a finished one fetches nothing.
    Raises RecipeError for seeds that are no addresses, StoreError where the folder cannot be written.
    """
    from tilth.read.crawl_fetch import Fetcher

    limits, manners = limits or Limits(), manners or Manners()
    start = seeds_of(seeds)
    about = (("http-header-user-agent", manners.agent), ("robots", "obey"))
    within = Within(allow or sites_of(start), deny)

    async def walk() -> CrawlReport:
        with Archive(Path(folder), limits.file_bytes, about) as archive:

            def enough() -> bool:
                return archive.bytes >= limits.bytes

            async with Fetcher(manners, types, limits.page_bytes, enough, connect or {}) as fetcher:
                return await _Walk(archive, fetcher, limits, within, progress).run(start)

    return finish(walk())


def sites_of(urls: Iterable[str]) -> tuple[str, ...]:
    """Return the beginnings that all addresses on the sites of these have.

    >>> sites_of(["https://example.org/docs/a"])
    ('https://example.org/',)
    """
    return tuple(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/" for url in urls)


@dataclass(frozen=True)
class Within:
    """Which addresses a crawl may visit: those that match one of `allow` and none of `deny`."""

    allow: tuple[str, ...]
    deny: tuple[str, ...]

    def __call__(self, url: str) -> bool:
        return any(matches(pattern, url) for pattern in self.allow) and not any(matches(pattern, url) for pattern in self.deny)


@dataclass(frozen=True)
class _Found:
    """One visit without its body: what the walk needs to go on."""

    url: str
    kind: str
    detail: str
    links: tuple[str, ...] = ()


@dataclass
class _Walk:
    archive: Archive
    fetcher: Fetcher
    limits: Limits
    within: Within
    progress: Progress | None
    report: CrawlReport = field(default_factory=CrawlReport)
    seen: set[str] = field(default_factory=set)

    async def run(self, seeds: list[str]) -> CrawlReport:
        level, depth = list(self._fresh(seeds)), 0
        while level:
            found = await self._level(level)
            level = list(self._fresh(found)) if depth < self.limits.depth else []
            depth += 1
        report = self.report
        report.bytes, report.requests = self.archive.bytes, self.fetcher.requests
        return report

    async def _level(self, level: list[str]) -> list[str]:
        """Visit these addresses and those they redirect to; return the links of their pages, in order."""
        found: list[str] = []
        hops = dict.fromkeys(level, 0)
        while level and self.report.pages < self.limits.pages:
            size = min(self.limits.pages - self.report.pages, _WAVE)
            wave, level = level[:size], level[size:]
            for visit in await _all(map(self._look, wave)):
                target = self._note(visit, hops[visit.url])
                if target:
                    hops[target] = hops[visit.url] + 1
                    level.append(target)
                found += visit.links
        self.report.left += len(level)
        return found

    def _note(self, visit: _Found, hops: int) -> str | None:
        """Count one visit; return where it redirects to, if that is to be visited."""
        report = self.report
        if visit.kind == "page":
            report.pages += 1
        elif visit.kind == "left":
            report.left += 1
        elif visit.kind == "redirect":
            report.redirects += 1
            if hops >= self.limits.redirects:
                report.failed[visit.url] = f"more than {self.limits.redirects} redirects"
            else:
                return next(self._fresh([visit.detail]), None)
        else:
            reasons = {"robots": report.robots, "failed": report.failed, "later": report.later}[visit.kind]
            reasons[visit.url] = visit.detail
        return None

    def _fresh(self, urls: Iterable[str]) -> Iterator[str]:
        for url in urls:
            if url not in self.seen and self.within(url):
                self.seen.add(url)
                yield url

    async def _look(self, url: str) -> _Found:
        """Return what is known of an address, or ask for it and store what comes."""
        if url in self.archive:
            visit = self.archive.get(url)
        else:
            visit = await self.fetcher.visit(url)
            if visit.kind not in ("later", "left"):
                self.archive.put(visit)
        if self.progress and visit.kind != "left":
            self.progress(visit)
        return _Found(url, visit.kind, visit.detail, tuple(links(visit.body, url)))


def seeds_of(urls: Iterable[str]) -> list[str]:
    """Return addresses in their one spelling; raise RecipeError for what is none, or where there are none."""
    found = []
    for url in [urls] if isinstance(urls, str) else urls:
        address = canonical(url)
        if address is None:
            raise RecipeError(f"{url!r} is no web address.", where="crawl(seeds=...)", fix="write it whole: https://example.org/docs/")
        found.append(address)
    if not found:
        raise RecipeError("There is nowhere to begin.", where="crawl(seeds=...)", fix='crawl(["https://example.org/docs/"], "crawl")')
    return found


async def _all(visits: Iterable[Coroutine[object, object, T]]) -> list[T]:
    """Return all results in order; if one fails, end the others before its error goes on, as the archive closes next."""
    tasks = [asyncio.ensure_future(visit) for visit in visits]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def finish(walk: Coroutine[object, object, T]) -> T:
    """Run a coroutine to its end, in a notebook too, whose thread has a loop that runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(walk)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, walk).result()
