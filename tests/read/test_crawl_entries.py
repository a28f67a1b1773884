"""Sitemaps and feeds of every form, and what is none."""

from __future__ import annotations

import gzip

import pytest

from tilth.read.crawl_entries import Entry, entries
from tilth.read.document import Unreadable

pytest.importorskip("lxml", reason="the extra 'documents' is not installed")
URL = "http://x.org/lists/s.xml"
DAY = "2024-05-01T00:00:00+00:00"


@pytest.mark.parametrize(("data", "found"), [
    (b'<urlset xmlns="http://www.sitemaps.org/x"><url><loc> /a?x=1&amp;y </loc><lastmod>2024-05-01</lastmod></url></urlset>',
     [Entry("http://x.org/a?x=1&y", DAY)]),
    (b"<sitemapindex><sitemap><loc>http://x.org/b.xml</loc></sitemap></sitemapindex>", [Entry("http://x.org/b.xml", "", True)]),
    (b"<rss><channel><item><link>http://x.org/c</link><pubDate>Wed, 01 May 2024 02:00:00 +0200</pubDate></item></channel></rss>",
     [Entry("http://x.org/c", DAY)]),
    (b'<feed xmlns="x"><entry><link rel="edit" href="e"/><link href="d"/><updated>2024-05-01T00:00:00Z</updated></entry></feed>',
     [Entry("http://x.org/lists/d", DAY)]),
    (b"http://x.org/e\nhttp://x.org/f#top\n", [Entry("http://x.org/e"), Entry("http://x.org/f")]),
    (gzip.compress(b"<urlset><url><loc>http://x.org/g</loc><lastmod>soon</lastmod></url></urlset>", mtime=0), [Entry("http://x.org/g")]),
    (b"<urlset><url><loc>mailto:x</loc></url></urlset>", []),
])
def test_lists_of_every_form(data: bytes, found: list[Entry]) -> None:
    assert entries(data, URL) == found


@pytest.mark.parametrize(("data", "why"), [
    (b"<html><p>page</html>", "root is 'html'|not XML"), (b"words", "neither XML nor addresses"), (b"", "neither"), (b"<urlset", "not XML"),
    (gzip.compress(b"<urlset/>", mtime=0)[:-10] + b"xx", "not XML|damaged"),
    (gzip.compress(bytes(60 << 20), mtime=0), "unpacks to more than"),
])
def test_what_is_no_list_says_why(data: bytes, why: str) -> None:
    try:
        assert entries(data, URL) == []  # a cut-off gzip file may still hold a whole list
    except Unreadable as error:
        assert any(part in str(error) for part in why.split("|"))
