"""Folders of plain text, Markdown or source files: each file is one document."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.columns import STRING, base_schema
from tilth.read.files import Paths, list_files, name_in
from tilth.read.lines import too_long
from tilth.read.reader import File, Reader, Span
from tilth.read.small_files import FileRow, rows_of_files
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
        return (batch for batch, _ in self.read_all([span], schema))

    def read_all(self, spans: Sequence[Span], schema: pa.Schema) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
        return rows_of_files(spans, self._row, schema, self.source)

    def _row(self, path: str) -> FileRow:
        data, error = whole_file(path, self.max_bytes)
        if error:
            return FileRow({}, error)
        try:
            return FileRow({"id": path, "path": path, "text": decode(data, self.encoding)}, size=len(data))
        except UnicodeDecodeError as fault:
            return FileRow({}, no_text(fault))

    def _wanted(self, name: str) -> bool:
        return any(fnmatchcase(name, one) for one in self.include) and not any(fnmatchcase(name, one) for one in self.exclude)


def whole_file(path: str, limit: int) -> tuple[bytes, str | None]:
    """Return the file's content and None, or nothing and what is wrong with it."""
    try:
        data = read_at_most(path, limit)
    except Broken as broken:
        return b"", str(broken)
    return (b"", too_long("file", limit)) if len(data) > limit else (data, None)


def no_text(fault: UnicodeDecodeError) -> str:
    """The wording for files that `decode` does not know."""
    return f"not {fault.encoding} at byte {fault.start}; if it is text, name what it is: encoding='...'"


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
