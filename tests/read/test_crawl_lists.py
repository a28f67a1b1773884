"""A corpus that grows from sitemaps and feeds, against a real server on loopback."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tilth import read
from tilth.read.crawl import Limits, Manners
from tilth.read.crawl_lists import ListReport, crawl_lists

pytest.importorskip("aiohttp", reason="the extra 'web' is not installed")
pytest.importorskip("lxml", reason="the extra 'documents' is not installed")

QUICK = Manners(agent="testbot/1.0", delay=0.0, per_site=4, timeout=5.0, retries=0, backoff=0.01)
HOST = "http://site.test"


class Site:
    """A server of paths; `hits` counts what it is asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.hits: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.hits[self.path] += 1
                kind, body = site.pages.get(self.path, ("", b""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def list(self, **changed: str) -> None:
        """Put up a sitemap of these pages (name -> day), and the pages."""
        urls = "".join(f"<url><loc>{HOST}/{name}</loc><lastmod>{day}</lastmod></url>" for name, day in changed.items())
        self.pages["/sitemap.xml"] = ("application/xml", f"<urlset>{urls}</urlset>".encode())
        for name, day in changed.items():
            self.pages[f"/{name}"] = ("text/html", f"<p>{name} of {day}".encode())


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def run(site: Site, folder: Path, *lists: str, **more: Any) -> ListReport:
    urls = [f"{HOST}{path}" for path in lists or ("/sitemap.xml",)]
    return crawl_lists(urls, folder, manners=QUICK, connect={"site.test": ("127.0.0.1", site.server.server_address[1])}, **more)


def pages(folder: Path, read_all: Callable[..., list[dict[str, Any]]]) -> list[tuple[str, bytes]]:
    return [(row["url"].removeprefix(HOST), row["html"]) for row in read_all(read.Warc(str(folder)))]


def test_a_run_adds_only_what_is_new_or_changed(site: Site, tmp_path: Path, read_all: Any) -> None:
    site.list(a="2024-05-01", b="2024-05-01")
    assert run(site, tmp_path).pages == 2
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.warc.gz")}
    report = run(site, tmp_path)
    assert (report.pages, report.changed, site.hits["/a"]) == (0, 0, 1)
    site.list(a="2024-05-01", b="2024-06-01", c="2024-06-01")
    report = run(site, tmp_path)
    assert (report.pages, report.changed) == (1, 1)
    assert site.hits["/a"] == 1
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(pages(tmp_path, read_all)) == [
        ("/a", b"<p>a of 2024-05-01"), ("/b", b"<p>b of 2024-05-01"), ("/b", b"<p>b of 2024-06-01"), ("/c", b"<p>c of 2024-06-01"),
    ]


def test_lists_of_lists_feeds_and_broken_ones(site: Site, tmp_path: Path, read_all: Any) -> None:
    site.list(a="2024-05-01")
    index = f"<sitemapindex><sitemap><loc>{HOST}/sitemap.xml</loc></sitemap><sitemap><loc>{HOST}/gone.xml</loc></sitemap></sitemapindex>"
    site.pages["/index.xml"] = ("text/xml", index.encode())
    links = "".join(f"<item><link>{url}</link></item>" for url in (f"{HOST}/f", f"{HOST}/none", "http://elsewhere.test/x"))
    site.pages["/feed"] = ("application/rss+xml", f"<rss><channel>{links}</channel></rss>".encode())
    site.pages["/f"] = ("text/html", b"<p>f")
    report = run(site, tmp_path, "/index.xml", "/feed")
    assert {url for url, _ in pages(tmp_path, read_all)} == {"/a", "/f"}
    assert set(report.lists) == {f"{HOST}/gone.xml"}
    assert report.failed == {f"{HOST}/none": "HTTP 404"}
    assert run(site, tmp_path, "/index.xml", "/feed").failed == {}


def test_bounds_leave_the_rest_for_the_next_run(site: Site, tmp_path: Path, read_all: Any) -> None:
    site.list(**{f"p{i}": "2024-05-01" for i in range(5)})
    assert (run(site, tmp_path, limits=Limits(pages=3)).left, run(site, tmp_path, limits=Limits(pages=3)).left) == (2, 0)
    assert len(pages(tmp_path, read_all)) == 5


def test_a_run_that_was_stopped_goes_on(site: Site, tmp_path: Path, read_all: Any) -> None:
    site.list(**{f"p{i}": "2024-05-01" for i in range(40)})

    def stop(visit: Any) -> None:
        if visit.url.endswith("p20"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(site, tmp_path, progress=stop)
    run(site, tmp_path)
    assert len(pages(tmp_path, read_all)) == 40
    assert site.hits["/p0"] == 1
