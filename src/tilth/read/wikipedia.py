"""Wikipedia dumps: the pages of MediaWiki's XML, their markup as plain text."""

from __future__ import annotations

import bz2
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.errors import MissingExtra
from tilth.read.columns import INT, STRING, base_schema
from tilth.read.document import Found, batched
from tilth.read.files import Paths, list_files, open_file
from tilth.read.lines import cut_bytes, too_long
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import CODECS, Broken, chunks, codec_of
from tilth.read.zipped import parse_xml

_BEGIN, _END = b"<page>", b"</page>"
_STREAM = re.compile(rb"BZh[1-9]1AY&SY")  # where a stream of bzip2 begins; the dumps called multistream have one every 100 pages
_CHUNK, _HEAD_BYTES = 1 << 20, 1 << 16
_SKIPPED_TAGS = frozenset((
    "ref", "references", "table", "gallery", "math", "chem", "score", "timeline", "imagemap", "syntaxhighlight", "templatestyles",
))
_SKIPPED_LINKS = re.compile(
    r"(?i)\s*(file|image|category|datei|bild|kategorie|fichier|catégorie|archivo|categoría|файл|категория|文件|分类|分類)\s*:"
)
_ITEM = re.compile(r"(?m)^-[ \t]+")
_BLANK = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")
_EMPTY_BRACKETS = re.compile(r"\s*\(\s*[,;:\s]*\)")


@dataclass(frozen=True)
class Wikipedia(Reader):
    """Read the pages of a dump (pages-articles .xml, .xml.bz2, .gz, .zst): each page of the `namespaces` wanted is a row.

    `text` is plain (`markup=False`): by mwparserfromhell, links by their labels, headings after `#`, without templates, tables, notes,
    pictures and categories; `markup=True` leaves it as it was written. `title`, `page`, `namespace`, `revision`, `timestamp`, and
    `redirect`: the title that the page leads to, null for pages of their own. Plain files are read in parts, and so are multistream
    dumps; other compressed ones as a whole, in bounded memory. A page that is broken or longer than `max_bytes` is a row
    with an error, and so is a file that is no dump.

    >>> Wikipedia("enwiki-pages-articles-multistream.xml.bz2").source
    'wikipedia'
    """

    path: Paths
    namespaces: tuple[int, ...] = (0,)
    markup: bool = False
    source: str = "wikipedia"
    max_bytes: int = 64 << 20

    def files(self) -> list[File]:
        suffixes = tuple(f".xml{packed}" for packed in ("", ".bz2", *CODECS))
        return list_files(self.path, suffixes, f"read.Wikipedia({self.path!r})")

    def cut(self, file: File, size: int) -> list[Span]:
        if file.path.lower().endswith(".bz2") and not _is_multistream(file.path):
            return [Span(file.path)]
        return cut_bytes(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        strings = [pa.field(name, STRING) for name in ("title", "timestamp", "redirect")]
        return base_schema(*strings, *(pa.field(name, INT) for name in ("page", "namespace", "revision")))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield from batched(self._found(span), span.path, schema, self.source)

    def _found(self, span: Span) -> Iterator[Found]:
        for place, data, error in pages(span, self.max_bytes):
            try:
                row = {} if error else self._row(data)
            except ValueError as why:
                row, error = {}, f"a broken page: {why}"
            if row is not None:
                yield Found(place, row, error)

    def _row(self, data: bytes) -> Mapping[str, Any] | None:
        page = parse_xml(data, "read.Wikipedia")
        namespace = int(page.findtext("ns") or 0)
        if namespace not in self.namespaces:
            return None
        redirect, revision = page.find("redirect"), page.find("revision")
        if revision is None:
            raise ValueError("it has no revision")
        written = revision.findtext("text") or ""
        return {
            "id": page.findtext("id"), "title": page.findtext("title"), "page": _number(page.findtext("id")), "namespace": namespace,
            "revision": _number(revision.findtext("id")), "timestamp": revision.findtext("timestamp"),
            "redirect": None if redirect is None else redirect.get("title"),
            "text": written if self.markup or redirect is not None else plain(written),
        }


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) < 19 else None


def plain(markup: str) -> str:
    """Return MediaWiki's markup as plain text.

    >>> plain("'''Soil''' is [[ground|earth]].{{cite}}\\n\\n== Kinds ==\\n* [[clay]]<ref>x</ref>\\n[[File:a.png]]")
    'Soil is earth.\\n\\n## Kinds\\n\\n- clay'
    """
    try:
        import mwparserfromhell
    except ImportError:
        raise MissingExtra.of("mwparserfromhell", "documents", "read.Wikipedia") from None
    parts: list[str] = []
    _render(mwparserfromhell.parse(markup, skip_style_tags=False), parts)
    text = "\n".join(line.rstrip() for line in "".join(parts).splitlines())
    return _BLANK.sub("\n\n", _EMPTY_BRACKETS.sub("", _ITEM.sub("- ", text))).strip()


def _render(code: Any, parts: list[str]) -> None:
    """Add what is to be read of some nodes; the parser bounds how deep they nest."""
    for node in code.nodes:
        kind = type(node).__name__
        if kind == "Text":
            parts.append(node.value)
        elif kind == "Wikilink":
            if not _SKIPPED_LINKS.match(str(node.title)):
                _render(node.title if node.text is None else node.text, parts)
        elif kind == "ExternalLink":
            _render(node.url if node.title is None else node.title, parts)
        elif kind == "Tag":
            _render_tag(node, parts)
        elif kind == "Heading":
            parts.append(f"\n\n{'#' * node.level} ")
            inner: list[str] = []
            _render(node.title, inner)
            parts.append("".join(inner).strip() + "\n\n")
        elif kind == "HTMLEntity":
            parts.append(node.normalize() or "")


def _render_tag(node: Any, parts: list[str]) -> None:
    name = str(node.tag).strip().lower()
    if node.wiki_markup in ("*", "#", ";", ":"):
        parts.append("- " if node.wiki_markup in "*#" else "")
    elif name in ("br", "hr", "p", "div"):
        parts.append("\n")
    if name not in _SKIPPED_TAGS and node.contents is not None:
        _render(node.contents, parts)


def pages(span: Span, limit: int) -> Iterator[tuple[int, bytes, str | None]]:
    """Yield (place, XML, error) of each page that begins in `span`, or in a stream of bzip2 that begins there.

    Places count decompressed bytes, from the beginning of the span.
    """
    if span.path.lower().endswith(".bz2"):
        found, base, end = _unpacked(span), span.start, 1 << 62
    elif codec_of(span.path) or span.end < 0:
        found, base, end = chunks(span.path), 0, 1 << 62
    else:
        found, base, end = chunks(span.path, span.start), span.start, span.end
    return _pages(found, base, end, limit) if base else _told(found, end, limit)


def _told(found: Iterator[bytes], end: int, limit: int) -> Iterator[tuple[int, bytes, str | None]]:
    """The pages of a file from its beginning; that it is no dump, where it has neither a page nor the head of one."""
    head, none = bytearray(), True

    def noted() -> Iterator[bytes]:
        for chunk in found:
            head.extend(chunk[: max(0, _HEAD_BYTES - len(head))])
            yield chunk

    for each in _pages(noted(), 0, end, limit):
        none = False
        yield each
    if none and head.strip() and b"<mediawiki" not in head:
        yield 0, b"", "not a dump of MediaWiki: it has no <mediawiki> and no <page>"


def _pages(found: Iterator[bytes], base: int, end: int, limit: int) -> Iterator[tuple[int, bytes, str | None]]:
    """Whole pages out of chunks that begin at byte `base`; those that begin at `end` or later are another's."""
    held, long = bytearray(), -1  # long: the place of a page that is passed over
    try:
        for chunk in found:
            held += chunk
            at = 0
            while True:
                if long < 0:
                    begin = held.find(_BEGIN, at)
                    at = begin if begin >= 0 else max(at, len(held) - len(_BEGIN) + 1)
                    if base + at >= end:
                        return
                    if begin < 0:
                        break
                stop = held.find(_END, at)
                if stop < 0:
                    break
                stop += len(_END)
                if long >= 0 or stop - at > limit:
                    yield base + at if long < 0 else long, b"", too_long("page", limit)
                else:
                    yield base + at, bytes(held[at:stop]), None
                at, long = stop, -1
            if long < 0 and len(held) - at > limit:
                long = base + at
            if long >= 0:
                at = max(at, len(held) - len(_END))
            del held[:at]
            base += at
    except Broken as broken:
        yield base if long < 0 else long, b"", str(broken)
        return
    if held.startswith(_BEGIN) or long >= 0:
        yield base if long < 0 else long, b"", "the file ends within a page"


def _is_multistream(path: str) -> bool:
    """Whether a second stream begins in the first 16 MB; the mark may stand in a block by chance once in 2^80 bits."""
    with open_file(path) as file:
        return len(_STREAM.findall(file.read(16 << 20))) > 1


def _unpacked(span: Span) -> Iterator[bytes]:
    """The bytes of the bzip2 streams that begin in a span."""
    end = span.end if span.end >= 0 else 1 << 62
    with open_file(span.path) as file:
        at = _stream_from(file, span.start)
        if at >= end:
            return
        file.seek(at)
        unpacker, data = bz2.BZ2Decompressor(), b""
        while True:
            if unpacker.eof:
                data = unpacker.unused_data
                at = file.tell() - len(data)
                if at >= end or not (data or (data := file.read(_CHUNK))):
                    return
                unpacker = bz2.BZ2Decompressor()
            elif unpacker.needs_input and not (data := file.read(_CHUNK)):
                if at < file.tell():
                    raise Broken(f"the file is cut off (near byte {file.tell()} of the compressed file)")
                return
            try:
                yield unpacker.decompress(data, _CHUNK)
            except OSError as error:
                raise Broken(f"{error} (near byte {file.tell()} of the compressed file)") from None
            data = b""


def _stream_from(file: Any, start: int) -> int:
    """The first byte from `start` on where a stream begins."""
    if start == 0:
        return 0
    file.seek(start)
    held = b""
    while chunk := file.read(_CHUNK):
        held += chunk
        if found := _STREAM.search(held):
            return start + found.start()
        start += max(0, len(held) - 9)
        held = held[-9:]
    return start + len(held)
