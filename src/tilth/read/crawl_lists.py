"""A corpus that grows by itself: the pages that sitemaps and feeds list, fetched once, and again when they change."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tilth.read.crawl import Progress, Within, finish, seeds_of, sites_of
from tilth.read.crawl_archive import Archive, Visit
from tilth.read.crawl_entries import Entry, entries
from tilth.read.crawl_manners import Limits, Manners
from tilth.read.document import Unreadable

_PAGES = ("text/html", "application/xhtml+xml")
_LISTS = (
    "application/xml", "text/xml", "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/gzip",
    "application/x-gzip", "text/plain",
)
_STATE = "listed.json"
Fetch = Callable[[str], Awaitable[Visit]]
MOST_LISTS, DEEPEST = 1_000, 3


@dataclass
class ListReport:
    """What a run added: new and changed pages stored, what else came of addresses, lists that could not be read, and what a bound left."""

    pages: int = 0
    changed: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    left: int = 0


def crawl_lists(
    lists: Iterable[str],
    folder: str | Path,
    limits: Limits | None = None,
    manners: Manners | None = None,
    *,
    allow: tuple[str, ...] = (),
    deny: tuple[str, ...] = (),
    connect: Mapping[str, tuple[str, int]] | None = None,
    progress: Progress | None = None,
) -> ListReport:
    """Fetch the pages that sitemaps and feeds list into WARC files in `folder`, and return what came of it.

    Each run adds a folder of its own: what earlier ones stored is never touched, so `read.Warc(folder)` is a corpus that grows. A page
    is fetched again where its list says that it changed after it was fetched, and has then two rows (`dedup.DuplicateUrls` keeps one).
    A run that was killed goes on when it is started again. `allow`, `deny` and `connect` as for `crawl`; by default pages must be of the
    sites of the lists.

    Raises RecipeError for lists that are no addresses, StoreError where the folder cannot be written.
    """
    from tilth.read.crawl_fetch import Fetcher

    limits, manners, start = limits or Limits(), manners or Manners(), seeds_of(lists)
    within = Within(allow or sites_of(start), deny)
    path = Path(folder)
    runs, known = _load(path / _STATE)
    report = ListReport()

    async def walk() -> None:
        with Archive(path / f"{runs:05d}", limits.file_bytes) as archive:

            def enough() -> bool:
                return archive.bytes >= limits.bytes

            async with Fetcher(manners, (*_PAGES, *_LISTS), limits.page_bytes, enough, connect or {}) as fetcher:
                listed = await _listed(start, fetcher.visit, report)
                wanted = {url: when for url, when in listed.items() if within(url) and (url not in known or when > known[url])}
                report.left = max(0, len(wanted) - limits.pages)
                urls = list(wanted)[: limits.pages]
                for at in range(0, len(urls), manners.connections):
                    wave = urls[at : at + manners.connections]
                    for visit in await asyncio.gather(*(_look(url, archive, fetcher.visit) for url in wave)):
                        await _keep(visit, wanted[visit.url], archive, known, report, fetcher.visit)
                        if progress:
                            progress(visit)

    finish(walk())
    _save(path / _STATE, runs + bool(report.pages or report.changed), known)
    return report


async def _listed(start: list[str], visit: Fetch, report: ListReport) -> dict[str, str]:
    """Every page that the lists name, and the lists that they name: address -> when it was changed."""
    pages: dict[str, str] = {}
    seen, level = set(start), list(start)
    for _ in range(DEEPEST + 1):
        found: list[Entry] = []
        for url in level[:MOST_LISTS]:
            try:
                found += entries(await _body(url, visit), url)
            except Unreadable as why:
                report.lists[url] = str(why)
        for entry in found:
            if not entry.is_list:
                pages[entry.url] = max(entry.changed, pages.get(entry.url, ""))
        level = [entry.url for entry in found if entry.is_list and entry.url not in seen]
        seen.update(level)
    return pages


async def _body(url: str, visit: Fetch) -> bytes:
    """The bytes of a list, a few redirects followed."""
    for _ in range(5):
        came: Visit = await visit(url)
        if came.kind == "page":
            return came.body
        if came.kind != "redirect":
            break
        url = came.detail
    raise Unreadable(came.detail or came.kind)


async def _look(url: str, archive: Archive, visit: Fetch) -> Visit:
    return archive.get(url) if url in archive else await visit(url)


async def _keep(visit: Visit, when: str, archive: Archive, known: dict[str, str], report: ListReport, fetch: Fetch) -> None:
    """Store a page, or where it leads to."""
    came = visit
    if visit.kind == "redirect":
        came = await fetch(visit.detail)
    if came.kind in ("later", "left", "redirect"):
        report.failed[visit.url] = came.detail or came.kind
        return
    if came.kind != "page":
        report.failed[visit.url] = came.detail
    elif visit.url in known:
        report.changed += 1
    else:
        report.pages += 1
    for one in dict.fromkeys((visit, came)):
        if one.url not in archive:
            archive.put(one)
    known[visit.url] = when


def _load(path: Path) -> tuple[int, dict[str, str]]:
    """How many runs added something, and when each page that is known was changed, as its list said."""
    if not path.exists():
        return 0, {}
    state = json.loads(path.read_bytes())
    return int(state["runs"]), dict(state["pages"])


def _save(path: Path, runs: int, known: dict[str, str]) -> None:
    """Whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"runs": runs, "pages": known}, sort_keys=True))
    os.replace(partial, path)
