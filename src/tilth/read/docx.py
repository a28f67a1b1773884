"""Word documents (DOCX): paragraphs, headings, lists and tables in order, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa

from tilth.read.columns import INT, STRING, base_schema
from tilth.read.document import Unreadable, document
from tilth.read.files import Paths, list_files
from tilth.read.reader import File, Reader, Span
from tilth.read.table import markdown
from tilth.read.zipped import Zip, parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CREATED = "{http://purl.org/dc/terms/}created"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _FALLBACK}
MOST_CELLS = 1_000_000


@dataclass(frozen=True)
class Docx(Reader):
    """Read each .docx file as one document: headings after `#`, list items after `-`, tables as Markdown, all else as paragraphs.

    Text that tracked changes took away is left out, text that they put in is kept. `tables` counts the tables; `title`, `author` and
    `created` are what the file says of itself. A file that is locked, damaged, no Word document, or unpacks to more than
    `max_bytes` is a row with an `error`. Format: ECMA-376, part 1, WordprocessingML; read by lxml.

    >>> Docx("letters/").source
    'docx'
    """

    path: Paths
    source: str = "docx"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".docx", ".docm"), f"read.Docx({self.path!r})")

    def document_in(self, span: Span) -> tuple[str, str] | None:
        return span.path, self.source

    def schema(self, files: list[File]) -> pa.Schema:
        return base_schema(*(pa.field(name, STRING) for name in ("path", "title", "author", "created")), pa.field("tables", INT))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield document(span, schema, self.source, self.max_bytes, self._parse)

    def _parse(self, data: bytes) -> Mapping[str, Any]:
        archive = Zip(data, self.max_bytes)
        if "word/document.xml" not in archive:
            raise Unreadable("a ZIP archive, but not a Word document: it has no word/document.xml")
        body = _xml(archive, "word/document.xml").find(f"{_W}body")
        if body is None:
            raise Unreadable("a Word document without a body")
        prefixes = _prefixes(_xml(archive, "word/styles.xml")) if "word/styles.xml" in archive else {}
        blocks = [block for block in _blocks(body, prefixes) if block.strip()]
        about = _about(_xml(archive, "docProps/core.xml")) if "docProps/core.xml" in archive else {}
        if not blocks:
            raise Unreadable("no text in this document")
        return {"text": _joined(blocks), "tables": sum(1 for _ in body.iter(f"{_W}tbl")), **about}


def _xml(archive: Zip, name: str) -> Any:
    return parse_xml(archive.read(name).replace(_STRICT, _W[1:-1].encode()), "read.Docx")


def _about(core: Any) -> dict[str, str | None]:
    names = {"title": f"{_DC}title", "author": f"{_DC}creator", "created": _CREATED}
    return {name: core.findtext(tag) or None for name, tag in names.items()}


def _prefixes(styles: Any) -> dict[str, str]:
    """What Markdown puts before a paragraph of each style that is a heading or a list: their names are in English, not their ids."""
    found = {}
    for style in styles.iter(f"{_W}style"):
        named = style.find(f"{_W}name")
        name = ("" if named is None else named.get(f"{_W}val", "")).lower()
        level = {"title": "1"}.get(name, name.removeprefix("heading "))
        if len(level) == 1 and level in "123456789":
            found[style.get(f"{_W}styleId", "")] = f"{'#' * min(int(level), 6)} "
        elif name.startswith(("list bullet", "list number")):
            found[style.get(f"{_W}styleId", "")] = "- "
    return found


def _blocks(parent: Any, prefixes: Mapping[str, str]) -> Iterator[str]:
    """The paragraphs and tables of a body, those in content controls and tracked insertions too."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield _paragraph(child, prefixes)
        elif child.tag == f"{_W}tbl":
            yield _table(child)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _blocks(child, prefixes)


def _paragraph(paragraph: Any, prefixes: Mapping[str, str]) -> str:
    text = _text(paragraph)
    about = paragraph.find(f"{_W}pPr")
    if about is None or not text.strip():
        return text
    style = about.find(f"{_W}pStyle")
    prefix = prefixes.get("" if style is None else style.get(f"{_W}val", ""), "")
    if prefix.startswith("#"):
        return prefix + " ".join(text.split())
    depth = about.find(f"{_W}numPr/{_W}ilvl")
    indent = "" if depth is None else depth.get(f"{_W}val", "0")
    if about.find(f"{_W}numPr") is not None:
        prefix = "- "
    return f"{'  ' * min(int(indent), 8) if indent.isdecimal() else ''}{prefix}{text}"


def _text(element: Any) -> str:
    """The text of an element, what was deleted or is shown otherwise left out; it is walked without recursion, as files may nest."""
    parts: list[str] = []
    stack = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _SIGNS:
            parts.append(_SIGNS[child.tag])
        elif child.tag not in _SKIPPED:
            stack.append(iter(child))
            if child.tag == f"{_W}p" and parts:
                parts.append("\n")
    return "".join(parts)


def _table(table: Any) -> str:
    rows: list[list[str]] = []
    cells = 0
    for row in table.iterchildren(f"{_W}tr"):
        rows.append([])
        for cell in row.iterchildren(f"{_W}tc"):
            wide = _span(cell)
            cells += wide
            rows[-1] += [_text(cell), *[""] * (wide - 1)]
    if max(cells, len(rows) * max(map(len, rows), default=0)) > MOST_CELLS:
        raise Unreadable(f"a table of more than {MOST_CELLS:,} cells")
    return markdown(rows)


def _span(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = "1" if span is None else span.get(f"{_W}val", "1")
    return max(1, min(int(value), 1000)) if value.isdecimal() and len(value) < 9 else 1


def _joined(blocks: list[str]) -> str:
    """Blocks apart by a blank line, the items of a list by none."""
    parts = [blocks[0]]
    for before, block in pairwise(blocks):
        together = before.lstrip().startswith("- ") and block.lstrip().startswith("- ")
        parts += ["\n" if together else "\n\n", block]
    return "".join(parts)
