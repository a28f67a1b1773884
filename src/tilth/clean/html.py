"""HTML to text: the main content of a page, by resiliparse or trafilatura."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.clean.encoding import Page, decode
from tilth.clean.tables import with_markdown_tables
from tilth.errors import MissingExtra, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.html import DEEP, LONG, suspects
from tilth.op import Op, fail, mark, put

EMPTY = "no main content"
MAX_DEPTH, MAX_ATTRIBUTES = 3_000, 10_000  # both extractors take quadratic time in either; browsers stop at a depth of 512

Extractor = Callable[[str], str]


@dataclass(frozen=True)
class HtmlText(Op):
    """Extract the text of each page: reads `html` (large_binary) and `content_type`, sets `text`, and clears `html`.

    Rows without `html` keep their `text`. A page without main content is dropped, as is one larger than `max_bytes`; a page on which the
    extractor fails, or that is built to make it hang, gets an `error`. Bytes are decoded as `clean.encoding.decode` says.

    `extractor="resiliparse"` keeps main content with list bullets, without alternative texts and links, as NVIDIA NeMo Curator calls
    it, and without comment sections (`comments=False`), as datatrove calls trafilatura. It takes lists close to `body` for menus.
    `main_content=False` keeps all visible text. `tables="markdown"` writes tables of data as Markdown (`clean.tables`); without it
    resiliparse puts tabs between cells.
    `extractor="trafilatura"` is called as datatrove's `Trafilatura` does by default: `favor_precision`, `deduplicate`, no comments,
    fall-backs on. Its memory of paragraphs seen lasts for one page only: kept for the process, as the library does, it makes the text
    of a page depend on the pages before it.

    >>> page = b"<nav><a href=/>Home</a></nav><main><h1>Soil</h1><p>Made ready for seed.</p></main>"
    >>> HtmlText().apply(pa.record_batch({"html": pa.array([page], pa.large_binary())})).to_pydict()
    {'html': [None], 'text': ['Soil\\n\\nMade ready for seed.'], 'drop': [None], 'error': [None]}
    """

    extractor: str = "resiliparse"
    main_content: bool = True
    comments: bool = False
    max_bytes: int = 10_000_000
    tables: str = "text"

    def __post_init__(self) -> None:
        if self.extractor not in ("resiliparse", "trafilatura"):
            raise RecipeError(f"There is no extractor {self.extractor!r}.", where=str(self), fix='extractor="resiliparse" or "trafilatura"')
        if self.extractor == "trafilatura" and not self.main_content:
            raise RecipeError(
                "trafilatura always extracts main content.", where=str(self), fix='extractor="resiliparse", or main_content=True',
            )
        if self.tables not in ("text", "markdown") or (self.tables != "text" and self.extractor != "resiliparse"):
            raise RecipeError(
                f"Tables cannot be {self.tables!r} here.", where=str(self), why="resiliparse alone is told of tables",
                fix='tables="markdown" with extractor="resiliparse", or tables="text"',
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return ("html", "content_type", "text")

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if "html" not in batch.schema.names:
            return batch
        html, types = batch["html"], batch["content_type"] if "content_type" in batch.schema.names else None
        large = pc.fill_null(pc.greater(pc.binary_length(html), self.max_bytes), False)
        texts, errors = self._extract(pc.if_else(large, None, html) if large.true_count else html, types)
        empty = pc.equal(texts, "")
        if "text" in batch.schema.names:
            texts = pc.if_else(pc.is_valid(html), texts, batch["text"])
        batch = put(put(batch, "html", pa.nulls(len(batch), html.type)), "text", texts)
        batch = mark(mark(batch, large, f"page larger than {self.max_bytes:,} bytes"), empty, EMPTY)
        return fail(batch, pc.is_valid(errors), errors)

    def _extract(self, pages: pa.Array, types: pa.Array | None) -> tuple[pa.Array, pa.Array]:
        """Return (text, error), large_string each; one of them is set where there is a page."""
        extract = self._extractor()
        texts: list[str | None] = [None] * len(pages)
        errors: list[str | None] = [None] * len(pages)
        offsets, data = utf8(pages)
        view, suspected = data.data, suspects(offsets, data, MAX_DEPTH, MAX_ATTRIBUTES)
        for i in np.flatnonzero(pages.is_valid()).tolist():
            page = view[offsets[i] : offsets[i + 1]]
            why = bomb(page, suspected[i]) if suspected[i] else None
            texts[i], errors[i] = (None, why) if why else _text(page, types[i].as_py() if types is not None else None, extract)
        return pa.array(texts, pa.large_string()), pa.array(errors, pa.large_string())

    def _extractor(self) -> Extractor:
        if self.extractor == "trafilatura":
            return _trafilatura(self.comments)
        extract = _resiliparse(self.main_content, self.comments)
        return (lambda page: extract(with_markdown_tables(page))) if self.tables == "markdown" else extract


def _text(page: Page, content_type: str | None, extract: Extractor) -> tuple[str | None, str | None]:
    try:
        return extract(decode(page, content_type)), None
    except Exception as error:  # whatever the library raises costs this page alone, and quarantine says what it was
        return None, f"{type(error).__name__}: {error}"[:500]


def bomb(page: Page, suspected: int = DEEP | LONG) -> str | None:
    """Return why this page would keep an extractor busy for minutes, or None; looked at is only what it is `suspected` of.

    >>> bomb(b"<div>" * 100_000)
    'html nested 100,000 deep'
    """
    steps = (-1 if tag.startswith(b"</") else 1 for tag in re.findall(rb"</?div", page if suspected & DEEP else b""))
    if (depth := max(accumulate(steps), default=0)) > MAX_DEPTH:
        return f"html nested {depth:,} deep"
    for tag in _long_tags(page) if suspected & LONG else ():
        attributes = len(re.sub(rb"\"[^\"]*\"|'[^']*'", b"", tag).split())
        if attributes > MAX_ATTRIBUTES:
            return f"html tag with {attributes:,} attributes"
    return None


def _long_tags(page: Page) -> Iterator[bytes]:
    """Yield the tags that may hold too many attributes, of two bytes or more each, so that a whole block lies within."""
    block, end = MAX_ATTRIBUTES, 0
    for at in range(0, len(page), block):
        if at >= end and b">" not in bytes(page[at : at + block]):
            page = bytes(page)
            end = page.find(b">", at) % (len(page) + 1)  # -1, an open end, is the end
            start = page.rfind(b"<", 0, end)
            if start > page.rfind(b">", 0, end):
                yield page[start:end]


def _resiliparse(main_content: bool, comments: bool) -> Callable[[Any], str]:
    try:
        from resiliparse.extract.html2text import extract_plain_text
    except ImportError:
        raise MissingExtra.of("resiliparse", "web", "clean.HtmlText") from None

    def extract(page: Any) -> str:
        return extract_plain_text(page, preserve_formatting=True, main_content=main_content, alt_texts=False, comments=comments)

    return extract


def _trafilatura(comments: bool) -> Extractor:
    try:
        import trafilatura
        from trafilatura.deduplication import LRU_TEST
    except ImportError:
        raise MissingExtra.of("trafilatura", "web", 'clean.HtmlText(extractor="trafilatura")') from None

    def extract(page: str) -> str:
        LRU_TEST.clear()
        return trafilatura.extract(page, favor_precision=True, deduplicate=True, include_comments=comments) or ""

    return extract
