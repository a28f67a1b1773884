"""EPUB books: each is one document, its chapters in the order of the spine."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from tilth.clean.encoding import decode
from tilth.clean.html import bomb
from tilth.clean.tables import with_markdown_tables
from tilth.errors import MissingExtra
from tilth.read.columns import INT, STRING, base_schema
from tilth.read.document import Unreadable, document
from tilth.read.files import Paths, list_files
from tilth.read.reader import File, Reader, Span
from tilth.read.zipped import Zip, parse_xml

GAP = "\n\n"  # between chapters
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_ROOT = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_ENC = "{http://www.w3.org/2001/04/xmlenc#}"
_PAGES = ("application/xhtml+xml", "text/html")
_ABOUT = {"title": "title", "author": "creator", "language": "language", "publisher": "publisher", "date": "date", "rights": "rights"}


@dataclass(frozen=True)
class Epub(Reader):
    """Read each .epub file as one document: the text of its chapters in reading order, tables as Markdown, by resiliparse.

    `chapter_offsets` (large_list of int64) has the character of `text` at which each chapter begins; `title`, `author`, `language`,
    `publisher`, `date` and `rights` are what the book says of itself, several values joined by "; ". Archives are read in memory and
    unpack to at most `max_bytes`. A book that is locked (DRM), damaged or without text is a row with an `error`.
    Format: EPUB 3.3 and 2.0.1 (W3C, IDPF).

    >>> Epub("books/").source
    'epub'
    """

    path: Paths
    source: str = "epub"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".epub",), f"read.Epub({self.path!r})")

    def document_in(self, span: Span) -> tuple[str, str] | None:
        return span.path, self.source

    def schema(self, files: list[File]) -> pa.Schema:
        offsets = pa.field("chapter_offsets", pa.large_list(pa.field("element", INT)))
        return base_schema(*(pa.field(name, STRING) for name in ("path", *_ABOUT)), offsets)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield document(span, schema, self.source, self.max_bytes, self._parse)

    def _parse(self, data: bytes) -> Mapping[str, Any]:
        archive = Zip(data, self.max_bytes)
        place, package = _package(archive)
        locked = _locked(archive)
        pages = [posixpath.normpath(posixpath.join(posixpath.dirname(place), name)) for name in _spine(package)]
        if locked.intersection(pages):
            raise Unreadable("the book is locked (its chapters are encrypted)")
        chapters = [_chapter(archive.read(page), page) for page in dict.fromkeys(pages)]
        chapters = [chapter for chapter in chapters if chapter]
        if not chapters:
            raise Unreadable("no text in this book")
        offsets = accumulate((len(chapter) + len(GAP) for chapter in chapters[:-1]), initial=0)
        return {"text": GAP.join(chapters), "chapter_offsets": list(offsets), **_about(package)}


def _package(archive: Zip) -> tuple[str, Any]:
    """Where the package document lies, and its root."""
    if "META-INF/container.xml" not in archive:
        raise Unreadable("a ZIP archive, but not a book: it has no META-INF/container.xml")
    found = next(parse_xml(archive.read("META-INF/container.xml"), "read.Epub").iter(_ROOT), None)
    place = "" if found is None else found.get("full-path", "")
    return place, parse_xml(archive.read(place), "read.Epub")


def _spine(package: Any) -> Iterator[str]:
    """The chapters' places, relative to the package document."""
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split():
            yield unquote(item.get("href", "")).partition("#")[0]


def _locked(archive: Zip) -> set[str]:
    """The members that are encrypted; fonts often are, and do not matter."""
    if "META-INF/encryption.xml" not in archive:
        return set()
    references = parse_xml(archive.read("META-INF/encryption.xml"), "read.Epub").iter(f"{_ENC}CipherReference")
    return {unquote(reference.get("URI", "")) for reference in references}


def _about(package: Any) -> dict[str, str | None]:
    found = {name: [(value.text or "").strip() for value in package.iter(f"{_DC}{tag}")] for name, tag in _ABOUT.items()}
    return {name: "; ".join(filter(None, values)) or None for name, values in found.items()}


def _chapter(page: bytes, name: str) -> str:
    try:
        from resiliparse.extract.html2text import extract_plain_text
    except ImportError:
        raise MissingExtra.of("resiliparse", "web", "read.Epub") from None
    if why := bomb(page):
        raise Unreadable(f"{name}: {why}")
    return extract_plain_text(with_markdown_tables(decode(page)), preserve_formatting=True, main_content=False, alt_texts=False).strip()
