"""PDF files: each is one document, its pages in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pyarrow as pa

from tilth.errors import MissingExtra
from tilth.read.columns import INT, STRING, base_schema
from tilth.read.document import Unreadable, document
from tilth.read.files import Paths, list_files
from tilth.read.lines import too_long
from tilth.read.reader import File, Reader, Span

GAP = "\n\n"  # between pages
_HYPHEN = "\ufffe"  # PDFium's sign for a hyphen at the end of a line
_BROKEN_WORD = re.compile(rf"(\w+){_HYPHEN}(?:\r\n)?(\w*)")
_COMPOUND = re.compile(r"\w+-\w+")
_INFO = {"title": "Title", "author": "Author", "created": "CreationDate"}
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?.*")
_LOCKED, _NO_PDF = "the PDF is locked: it opens with a password only", "not a PDF file, or a damaged one"


@dataclass(frozen=True)
class Pdf(Reader):
    """Read each PDF file as one document: the text of its pages, by PDFium (Google; through pypdfium2), in the order of the content.

    `page_offsets` (large_list of int64) has the character of `text` at which each page begins, `scanned_pages` how many pages are
    pictures without text. A document that is scanned from end to end, is locked by a password, damaged, or has no text, is a row with
    an `error` that says so. `title`, `author` and `created` are what the file says of itself. Words that a line broke are whole again:
    with their hyphen where the document has the word with it elsewhere.

    >>> Pdf("reports/").source
    'pdf'
    """

    path: Paths
    source: str = "pdf"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".pdf",), f"read.Pdf({self.path!r})")

    def document_in(self, span: Span) -> tuple[str, str] | None:
        return span.path, self.source

    def schema(self, files: list[File]) -> pa.Schema:
        about = [pa.field(name, STRING) for name in ("path", *_INFO)]
        offsets = pa.field("page_offsets", pa.large_list(pa.field("element", INT)))
        return base_schema(*about, offsets, pa.field("scanned_pages", INT))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield document(span, schema, self.source, self.max_bytes, self._parse)

    def _parse(self, data: bytes) -> Mapping[str, Any]:
        try:
            import pypdfium2 as pdfium
        except ImportError:
            raise MissingExtra.of("pypdfium2", "documents", "read.Pdf") from None
        try:
            with pdfium.PdfDocument(data) as pdf:
                about = {name: _date(pdf.get_metadata_value(key)) or None for name, key in _INFO.items()}
                pages, scanned = self._pages(pdf)
        except pdfium.PdfiumError as error:
            raise Unreadable(_LOCKED if "password" in str(error).lower() else f"{_NO_PDF}: {error}") from None
        if not any(pages):
            raise Unreadable(f"no text: {scanned} of {len(pages)} pages are scanned pictures; read them by OCR first")
        pages = _mended(pages)
        offsets = accumulate((len(page) + len(GAP) for page in pages[:-1]), initial=0)
        return {"text": GAP.join(pages), "page_offsets": list(offsets), "scanned_pages": scanned, **about}

    def _pages(self, pdf: Any) -> tuple[list[str], int]:
        """The text of each page, and how many have none but a picture."""
        from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

        pages, scanned, size = [], 0, 0
        for number in range(len(pdf)):
            page = pdf[number]
            layer = page.get_textpage()
            pages.append(layer.get_text_range().replace("\0", "").strip())
            scanned += not pages[-1] and any(True for _ in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]))
            layer.close()
            page.close()
            size += len(pages[-1])
            if size > self.max_bytes:
                raise Unreadable(too_long("text", self.max_bytes))
        return pages, scanned


def _date(value: str) -> str:
    """A date of PDF's as people write it (ISO 8601, its time zone left out); any other text as it is."""
    found = _DATE.fullmatch(value)
    if not found:
        return value
    day = "-".join(found.groups()[:3])
    return f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}" if found[4] else day


def _mended(pages: list[str]) -> list[str]:
    """Pages with lines that end as in Unix, and without breaks in words."""
    compounds = {word for page in pages for word in _COMPOUND.findall(page)}

    def whole(word: re.Match[str]) -> str:
        hyphened = f"{word[1]}-{word[2]}"
        return hyphened if hyphened in compounds else f"{word[1]}{word[2]}"

    return [_BROKEN_WORD.sub(whole, page).replace(_HYPHEN, "-").replace("\r\n", "\n") for page in pages]
