"""Folders of plain text, Markdown or source files: each file is one document."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.columns import STRING, Fields, base_schema, places, to_batch
from tilth.read.files import Paths, list_files, name_in
from tilth.read.lines import too_long
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import Broken, read_at_most

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Text(Reader):
    """Read each file as one document, its path in the columns `id` and `path`; compressed files are decompressed.

    Of the files that `path` finds, those count whose name (with "/", below the folder) matches one of `include` and none of
    `exclude`; `*` stands for anything there. Files are UTF-8, or what their byte order mark says. Others, binaries too, are rows with
    an error, unless `encoding` names what they are: then bytes that it does not know become U+FFFD.

    >>> Text("docs", include=("*.md", "*.rst"), exclude=("drafts/*",)).source
    'text'
    """

    path: Paths
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    encoding: str | None = None
    source: str = "text"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        where = f"read.Text({self.path!r})"
        kept = [file for file in list_files(self.path, (), where) if self._wanted(name_in(self.path, file.path))]
        if not kept:
            raise CorpusError.empty(where, f"no file matches include={self.include} without matching exclude={self.exclude}")
        return kept

    def schema(self, files: list[File]) -> pa.Schema:
        return base_schema(pa.field("path", STRING))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        row, errors = whole_file(span.path, self.max_bytes)
        if not errors:
            try:
                row = {"id": span.path, "path": span.path, "text": decode(row["bytes"], self.encoding)}
            except UnicodeDecodeError as error:
                errors = {0: f"not {error.encoding} at byte {error.start}; if it is text, name what it is: encoding='...'"}
        yield to_batch([row], places(span.path, [0]), errors, schema, Fields("text", "id"), self.source)

    def _wanted(self, name: str) -> bool:
        return any(fnmatchcase(name, one) for one in self.include) and not any(fnmatchcase(name, one) for one in self.exclude)


def whole_file(path: str, limit: int) -> tuple[dict[str, Any], dict[int, str]]:
    """Return {"bytes": the file's content}, or what is wrong with it as the error of row 0."""
    try:
        data = read_at_most(path, limit)
    except Broken as broken:
        return {}, {0: str(broken)}
    return ({}, {0: too_long("file", limit)}) if len(data) > limit else ({"bytes": data}, {})


def decode(data: bytes, encoding: str | None = None) -> str:
    """Return the text that the bytes are: by their byte order mark, else in UTF-8, else in `encoding`; raise UnicodeDecodeError.

    >>> decode(b"\\xff\\xfeh\\x00i\\x00"), decode(b"caf\\xe9", "latin-1")
    ('hi', 'café')
    """
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(marked)
    try:
        return data.decode()
    except UnicodeDecodeError:
        if encoding is None:
            raise
    return data.decode(encoding, "replace")
