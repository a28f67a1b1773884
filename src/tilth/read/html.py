"""Folders of HTML files: each file is one page, its bytes kept for the step that extracts the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tilth.read.columns import BINARY, STRING, base_schema
from tilth.read.files import Paths, list_files
from tilth.read.reader import File, Reader, Span
from tilth.read.small_files import FileRow, rows_of_files
from tilth.read.streams import compressed
from tilth.read.text import whole_file


@dataclass(frozen=True)
class Html(Reader):
    """Read each .html, .htm or .xhtml file (also compressed) as one page: its bytes in the column `html`, `text` null.

    `id` and `path` are the file's path. What encoding the bytes are in is the extractor's to find out.

    >>> Html("site/").source
    'html'
    """

    path: Paths
    source: str = "html"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, compressed((".html", ".htm", ".xhtml")), f"read.Html({self.path!r})")

    def schema(self, files: list[File]) -> pa.Schema:
        return base_schema(pa.field("html", BINARY), pa.field("path", STRING))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        return (batch for batch, _ in self.read_all([span], schema))

    def read_all(self, spans: Sequence[Span], schema: pa.Schema) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
        return rows_of_files(spans, self._row, schema, self.source)

    def _row(self, path: str) -> FileRow:
        data, error = whole_file(path, self.max_bytes)
        return FileRow({}, error) if error else FileRow({"id": path, "path": path, "html": data}, size=len(data))
