"""What sitemaps and feeds list: addresses, and when each was last changed."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from tilth.read.crawl_links import canonical
from tilth.read.document import Unreadable
from tilth.read.zipped import parse_xml

LARGEST = 50 << 20  # bytes of a sitemap, unpacked (sitemaps.org)
MOST = 50_000  # addresses in one, likewise


class Entry(NamedTuple):
    """An address; `changed` in UTC (ISO 8601), "" where the list does not say; `is_list`: it is itself a list."""

    url: str
    changed: str = ""
    is_list: bool = False


def entries(data: bytes, url: str) -> list[Entry]:
    """Return what a list at `url` lists: a sitemap or an index of them (XML, also gzip, or a line an address), an RSS or Atom feed.

    Raises Unreadable where it is none of these. Formats: sitemaps.org, RSS 2.0 and 1.0, RFC 4287.

    >>> entries(b"<urlset><url><loc>http://x.org/a</loc><lastmod>2024-05-01</lastmod></url></urlset>", "http://x.org/s.xml")
    [Entry(url='http://x.org/a', changed='2024-05-01T00:00:00+00:00', is_list=False)]
    """
    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(data)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = [Entry(line.strip(), "") for line in data.decode("utf-8", "replace").splitlines() if line.strip().startswith("http")]
        if not found:
            raise Unreadable("no sitemap and no feed: neither XML nor addresses")
    else:
        root = parse_xml(data, "crawl_lists")
        found = _of_kind(root)
    kept = ((entry, canonical(entry.url, url)) for entry in found[:MOST])
    return [entry._replace(url=address, changed=_moment(entry.changed)) for entry, address in kept if address]


def _of_kind(root: Any) -> list[Entry]:
    kind = _name(root)
    if kind in ("urlset", "sitemapindex"):
        items = [item for item in root if _name(item) in ("url", "sitemap")]
        return [Entry(_text(item, "loc"), _text(item, "lastmod"), kind == "sitemapindex") for item in items]
    if kind == "feed":
        return [Entry(_link(item), _text(item, "updated") or _text(item, "published")) for item in root if _name(item) == "entry"]
    if kind in ("rss", "RDF"):
        items = [item for item in root.iter() if _name(item) == "item"]
        return [Entry(_text(item, "link") or _text(item, "guid"), _text(item, "pubDate") or _text(item, "date")) for item in items]
    raise Unreadable(f"no sitemap and no feed: its root is {kind!r}")


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: Any, name: str) -> str:
    return next(((child.text or "").strip() for child in element if _name(child) == name), "")


def _link(entry: Any) -> str:
    """The page of an Atom entry: a link without `rel`, or an alternate one."""
    links = [child for child in entry if _name(child) == "link" and child.get("rel", "alternate") == "alternate"]
    return links[0].get("href", "") if links else ""


def _moment(value: str) -> str:
    """A time as W3C or RFC 822 writes it, in UTC; "" where it is none."""
    try:
        found = datetime.fromisoformat(value) if value[:4].isdigit() else parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""


def _unpacked(data: bytes) -> bytes:
    inflater = zlib.decompressobj(31)
    try:
        found = inflater.decompress(data, LARGEST + 1)
    except zlib.error as error:
        raise Unreadable(f"a damaged gzip file: {error}") from None
    if len(found) > LARGEST:
        raise Unreadable(f"a list that unpacks to more than {LARGEST:,} bytes")
    return found
