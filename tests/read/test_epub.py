"""EPUB: chapters in the order of the spine, and archives that would do harm refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tilth import read

pytest.importorskip("lxml", reason="the extra 'documents' is not installed")
pytest.importorskip("resiliparse", reason="the extra 'web' is not installed")

ReadAll = Callable[..., list[dict[str, Any]]]
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
CHAPTERS = {"one.xhtml": "<h1>One</h1><p>It was spring.</p>", "two é.xhtml": "<p>Then <b>rain</b>.</p>", "empty.xhtml": ""}


def book(chapters: Mapping[str, str], spine: list[str], **more: str | bytes) -> bytes:
    from urllib.parse import quote

    items = "".join(f'<item id="{name}" href="{quote(name)}" media-type="application/xhtml+xml"/>' for name in chapters)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Soil</dc:title>'
        '<dc:creator>A. Bee</dc:creator><dc:creator>C. Dee</dc:creator><dc:language>en</dc:language></metadata>'
        f'<manifest>{items}<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
        f'<spine>{"".join(f"""<itemref idref="{name}"/>""" for name in spine)}</spine></package>'
    )
    pages = {f"OPS/{name}": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>' for name, body in chapters.items()}
    return zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OPS/book.opf": package, **pages, **more})


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def one(folder: Path, data: bytes, read_all: ReadAll, **options: Any) -> dict[str, Any]:
    (folder / "a.epub").write_bytes(data)
    (row,) = read_all(read.Epub(str(folder), **options), 1)
    return row


def test_chapters_follow_the_spine(tmp_path: Path, read_all: ReadAll) -> None:
    row = one(tmp_path, book(CHAPTERS, ["two é.xhtml", "empty.xhtml", "nav", "one.xhtml"]), read_all)
    assert row["error"] is None
    assert row["text"] == "Then rain.\n\nOne\n\nIt was spring."
    assert [row["text"][at:][:4] for at in row["chapter_offsets"]] == ["Then", "One\n"]
    assert (row["title"], row["author"], row["language"], row["rights"]) == ("Soil", "A. Bee; C. Dee", "en", None)


def test_tables_are_markdown(tmp_path: Path, read_all: ReadAll) -> None:
    table = "<table><tr><td>Crop</td><td>t</td></tr><tr><td>Rye</td><td>4</td></tr></table>"
    assert "| Rye | 4 |" in one(tmp_path, book({"a": table}, ["a"]), read_all)["text"]


ENCRYPTED = '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference URI="OPS/%s"/></encryption>'
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
ENTITIES = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{LAUGHS}]>'


@pytest.mark.parametrize(("data", "why"), [
    (b"not a book", "not a ZIP archive"),
    (book(CHAPTERS, ["one.xhtml"])[:300], "not a ZIP archive, or a damaged one"),
    (zipped({"a.txt": "text"}), "but not a book"),
    (zipped({"META-INF/container.xml": CONTAINER}), "no member 'OPS/book.opf'"),
    (zipped({"META-INF/container.xml": "<"}), "not XML"),
    (zipped({"META-INF/container.xml": f"{ENTITIES}<container>&i;</container>"}), "not XML: Maximum entity"),
    (book({"a": ""}, ["a"]), "no text in this book"),
    (book({"a": "text"}, ["a"], **{"META-INF/encryption.xml": ENCRYPTED % "a"}), "locked"),
    (book({"a": "<div>" * 10_000}, ["a"]), "nested 10,000 deep"),
    (book({"../../etc/a": "text"}, ["gone"]), "no text"),
    (book({"a": "word " * 1_000_000}, ["a"]), "unpacks to more than max_bytes=100000"),
])
def test_a_book_that_cannot_be_read_says_why(data: bytes, why: str, tmp_path: Path, read_all: ReadAll) -> None:
    assert why in one(tmp_path, data, read_all, max_bytes=100_000)["error"]


def test_encrypted_fonts_do_not_matter(tmp_path: Path, read_all: ReadAll) -> None:
    data = book({"a": "text"}, ["a"], **{"META-INF/encryption.xml": ENCRYPTED % "font.otf"})
    assert one(tmp_path, data, read_all)["text"] == "text"


def test_damaged_member_is_told(tmp_path: Path, read_all: ReadAll) -> None:
    data = bytearray(book({"a": "soil " * 400 + "".join(map(chr, range(33, 60)))}, ["a"]))
    at = data.index(b"OPS/a") + 12
    data[at : at + 8] = b"\xff" * 8
    assert "damaged" in one(tmp_path, bytes(data), read_all)["error"]


def test_nothing_is_written_beside_the_book(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "in").mkdir()
    one(tmp_path / "in", book({"../../evil": "text"}, ["../../evil"]), read_all)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.epub", "in"]
