"""WARC: the pages of a web crawl, and the texts of a WET file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.read import http
from tilth.read.archive import Record, boundary, form_of, records, splits
from tilth.read.columns import BINARY, INT, STRING, Fields, base_schema, places, to_batch
from tilth.read.files import Paths, list_files, open_file, size_of
from tilth.read.reader import File, Reader, Span

BATCH_ROWS = 1024
BATCH_BYTES = 4 << 20
_HTML = ("text/html", "application/xhtml+xml")
_LOOKS_HTML = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)


@dataclass(frozen=True)
class Warc(Reader):
    """Read WARC files (.warc, .warc.gz; .warc.zst and .warc.lz4 in one piece): a row for each HTML page and each plain text.

    Pages are HTTP responses and resources of type HTML, whatever their status: `html` is the body as bytes, without chunks and content
    encoding, and `text` is null. Texts are resources and conversions (WET) of type text/plain. `id` and `url` are the
    target URI; `content_type` is as the server said it, charset included. Other records are no rows; broken ones are rows with an error.
    Files are read in parts, from record to record; a plain file must not have a plain WARC file among its records then.

    >>> Warc("crawl/*.warc.gz").source
    'warc'
    """

    path: Paths
    source: str = "warc"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".warc", ".warc.gz", ".warc.zst", ".warc.lz4", ".wet", ".wet.gz"), f"read.Warc({self.path!r})")

    def cut(self, file: File, size: int) -> list[Span]:
        if file.size <= size or not splits(file.path, form_of(file.path)):
            return [Span(file.path)]
        return [Span(file.path, start, min(start + size, file.size)) for start in range(0, file.size, size)]

    def schema(self, files: list[File]) -> pa.Schema:
        kinds = {"html": BINARY, "url": STRING, "date": STRING, "content_type": STRING, "status": INT}
        return base_schema(*(pa.field(name, kind) for name, kind in kinds.items()))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        form, size = form_of(span.path), size_of(span.path)
        with open_file(span.path) as file:
            start = boundary(file, span.start, size, form)
            end = boundary(file, span.end, size, form) if span.end >= 0 else size
        held: list[tuple[int, dict[str, Any], str | None]] = []
        weight = 0
        for record in records(span.path, start, end, form, self.max_bytes):
            row, error = self._row(record)
            if row is None and error is None:
                continue
            held.append((record.place, row or {}, error))
            weight += len(record.content)
            if len(held) >= BATCH_ROWS or weight >= BATCH_BYTES:
                yield self._batch(held, span.path, schema)
                held, weight = [], 0
        if held:
            yield self._batch(held, span.path, schema)

    def _row(self, record: Record) -> tuple[dict[str, Any] | None, str | None]:
        """The row that a record is, if it is one, and what is wrong with it."""
        if record.error:
            return None, record.error
        try:
            if record.kind == "response":
                return _page(record, self.max_bytes), None
            return _resource(record), None
        except ValueError as error:
            return None, f"{record.url}: {error}"

    def _batch(self, held: list[tuple[int, dict[str, Any], str | None]], path: str, schema: pa.Schema) -> pa.RecordBatch:
        errors = {i: error for i, (_, _, error) in enumerate(held) if error}
        where = places(path, [place for place, _, _ in held])
        return to_batch([row for _, row, _ in held], where, errors, schema, Fields("text", "id"), self.source)


def _page(record: Record, limit: int) -> dict[str, Any] | None:
    if not record.type.startswith("application/http"):
        return None
    response = http.parse(record.content, limit)
    kind = response.content_type
    if not (_media(kind) in _HTML if kind else _LOOKS_HTML.match(response.body, 0, 4096)):
        return None
    return {**_about(record), "html": response.body, "content_type": kind or None, "status": response.status}


def _resource(record: Record) -> dict[str, Any] | None:
    """A page or text that was kept without HTTP around it; wget's own notes about its crawl are neither."""
    if record.kind not in ("resource", "conversion") or record.url.startswith("metadata:"):
        return None
    media = _media(record.type)
    if media == "text/plain":
        return {**_about(record), "content_type": record.type, "text": record.content.decode()}
    return {**_about(record), "content_type": record.type, "html": record.content} if media in _HTML else None


def _about(record: Record) -> dict[str, Any]:
    return {"id": record.url or None, "url": record.url or None, "date": record.date or None}


def _media(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()
