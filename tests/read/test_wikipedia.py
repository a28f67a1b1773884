"""Wikipedia dumps: pages of any packing and any cut, each once; markup as plain text."""

from __future__ import annotations

import bz2
import gzip
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tilth import read
from tilth.read.wikipedia import plain

pytest.importorskip("lxml", reason="the extra 'documents' is not installed")
pytest.importorskip("mwparserfromhell", reason="the extra 'documents' is not installed")

ReadAll = Callable[..., list[dict[str, Any]]]
HEAD = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11">\n  <siteinfo><sitename>W</sitename></siteinfo>\n'


def page(number: int, text: str, namespace: int = 0, redirect: str = "") -> str:
    leads = f'    <redirect title="{redirect}" />\n' if redirect else ""
    return (
        f"  <page>\n    <title>Page {number}</title>\n    <ns>{namespace}</ns>\n    <id>{number}</id>\n{leads}    <revision>\n"
        f"      <id>{number + 1000}</id>\n      <timestamp>2024-05-01T00:00:00Z</timestamp>\n"
        f'      <text bytes="9" xml:space="preserve">{escape(text)}</text>\n    </revision>\n  </page>\n'
    )


PAGES = [
    page(i, f"'''Page {i}''' é <page> & [[a|b]]" + "x " * (i % 7 * 40), namespace=int(i % 10 == 9), redirect="Soil" if i % 10 == 8 else "")
    for i in range(60)
]
PACKINGS = {
    "a.xml": lambda parts: "".join(parts).encode(), "a.xml.gz": lambda parts: gzip.compress("".join(parts).encode()),
    "one.xml.bz2": lambda parts: bz2.compress("".join(parts).encode()),
    "many.xml.bz2": lambda parts: b"".join(
        [bz2.compress(parts[0].encode()), *(bz2.compress("".join(parts[i : i + 5]).encode()) for i in range(1, len(parts), 5))]
    ),
}


@pytest.mark.parametrize("size", [1 << 30, 2000, 301])
@pytest.mark.parametrize("name", PACKINGS)
def test_any_packing_and_cut_gives_each_page_once(name: str, size: int, tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / name).write_bytes(PACKINGS[name]([HEAD, *PAGES, "</mediawiki>\n"]))
    reader = read.Wikipedia(str(tmp_path), namespaces=(0, 1), markup=True)
    rows = read_all(reader, size)
    expected = [ET.fromstring(one) for one in PAGES]
    assert [row["title"] for row in rows] == [one.findtext("title") for one in expected]
    assert [row["text"] for row in rows] == [one.findtext("revision/text") for one in expected]
    assert [row["redirect"] for row in rows] == ["Soil" if i % 10 == 8 else None for i in range(60)]
    if size < 1000:
        assert (len(reader.cut(reader.files()[0], size)) > 1) == (name in ("a.xml", "many.xml.bz2"))


def test_rows_say_what_a_page_is(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.xml").write_text("".join([HEAD, *PAGES, "</mediawiki>"]))
    rows = read_all(read.Wikipedia(str(tmp_path)))
    assert len(rows) == 54
    first = {"id": "0", "page": 0, "namespace": 0, "revision": 1000, "timestamp": "2024-05-01T00:00:00Z", "redirect": None}
    assert first.items() <= rows[0].items()
    assert rows[0]["text"] == "Page 0 é <page> & b"


@pytest.mark.parametrize("size", [1 << 30, 20])
@pytest.mark.parametrize("name", ["a.xml", "a.xml.gz", "a.xml.bz2"])
def test_what_is_no_dump_is_told_once(name: str, size: int, tmp_path: Path, read_all: ReadAll) -> None:
    pack = {"z": gzip.compress, "2": bz2.compress}.get(name[-1], bytes)
    (tmp_path / name).write_bytes(pack(b"<rss><channel><title>News</title>" + b"<item/>" * 50 + b"</channel></rss>"))
    (row,) = read_all(read.Wikipedia(str(tmp_path)), size)
    assert (Path(row["id"]).name, row["error"]) == (f"{name}:0", "not a dump of MediaWiki: it has no <mediawiki> and no <page>")
    (tmp_path / name).write_bytes(pack(HEAD.encode() + b"</mediawiki>"))
    assert read_all(read.Wikipedia(str(tmp_path)), size) == []  # a dump without a page, and not a row amiss


def test_broken_long_and_cut_off_pages(tmp_path: Path, read_all: ReadAll) -> None:
    broken = page(1, "text").replace("</title>", "")
    parts = [HEAD, broken, page(2, "y" * 300_000), page(3, "good"), page(4, "cut off")[:-20]]
    (tmp_path / "a.xml").write_text("".join(parts))
    rows = read_all(read.Wikipedia(str(tmp_path), max_bytes=100_000), 1000)
    assert [row["text"] for row in rows] == [None, None, "good", None]
    errors = ["a broken page: not XML", "the page is longer tha", None, "the file ends within a"]
    assert [row["error"] and row["error"][:22] for row in rows] == errors
    data = bz2.compress("".join([HEAD, *PAGES]).encode())
    (tmp_path / "a.xml").unlink()
    (tmp_path / "b.xml.bz2").write_bytes(data[: len(data) // 2])
    assert "cut off" in read_all(read.Wikipedia(str(tmp_path)))[-1]["error"]


@pytest.mark.parametrize(("markup", "text"), [
    ("{{Infobox|a={{b}}}}'''Soil''' (''humus'')<ref name=a>x</ref> is [[Earth (planet)|earth]].", "Soil (humus) is earth."),
    ("a\n{| class=x\n| cell\n|}\nb", "a\n\nb"), ("[[File:a.png|thumb|A [[b]]]]c", "c"), ("[[Category:Soil]]", ""),
    ("* one\n* two\n# three", "- one\n- two\n- three"), ("=== Kinds of ''soil'' ===\nclay", "### Kinds of soil\n\nclay"),
    ("[https://example.org a site] &amp; &eacute;", "a site & é"), ("<!-- no -->yes<br />no", "yes\nno"), ("[[soil]]s", "soils"),
    ("'''open ''and [[never closed", "'open and [[never closed"), ("", ""), ("{{" * 5000, "{{" * 5000),
    ("Paris ({{IPA|x}}) is", "Paris is"),
])
def test_markup_as_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text
