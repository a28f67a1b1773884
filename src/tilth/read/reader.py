"""What every reader is: files listed, cut into spans, and spans read into rows. The manifest numbers spans; the runner adds addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import fsspec
import pyarrow as pa

_SMALL, _DIGESTED = 1 << 12, 1 << 18  # bytes read at a time; room for many costs more than to read a small file


@dataclass(frozen=True)
class File:
    """One file of a corpus: where it is, how long (bytes), and a stamp that changes when its content may have (mtime, ETag)."""

    path: str
    size: int
    stamp: str


@dataclass(frozen=True)
class Span:
    """A part of one file, `start` to `end`, in the reader's own unit (bytes, row groups); the whole file is (0, -1)."""

    path: str
    start: int = 0
    end: int = -1


class Reader:
    """Where a corpus comes from; subclasses are frozen dataclasses that only store what they are given.

    Rows are batches (at most some thousand rows or about 4 MB) with at least `id` and `text` (large_string), without `row` and
    without `source` unless the reader knows it. A row that cannot be read is still a row: its `text` is null, its `error`
    (large_string) says why, and its `id` says where its bytes lie. So nothing is lost, and one bad row takes no other along.
    """

    version: ClassVar[int] = 1

    def files(self) -> list[File]:
        """Return every file, sorted by path; raise CorpusError.empty where there is none."""
        raise NotImplementedError(f"{type(self).__name__}.files")

    def digest(self, file: File) -> str:
        """Return what tells this file's content from any other: a hash of its bytes, or what a remote store says of them (ETag)."""
        path = file.path
        if "://" in path or "::" in path:
            fs, path = fsspec.core.url_to_fs(path)
            if "file" not in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,)):
                return f"{file.size}-{file.stamp}"
        digest = hashlib.blake2b(digest_size=20)
        with open(path, "rb", buffering=0) as stream:
            while data := stream.read(max(_SMALL, min(file.size + 1, _DIGESTED))):
                digest.update(data)
        return digest.hexdigest()

    def cut(self, file: File, size: int) -> list[Span]:
        """Return the file as spans of about `size` bytes, the whole file where its format cannot be split."""
        return [Span(file.path)]

    def document_in(self, span: Span) -> tuple[str, str] | None:
        """Return the path and the source of a span that is one row, made by a parser of its whole file; None for all others.

        A run reads such a span under guard: a document that makes its parser fail, crash, hang or take too much memory is given up alone.
        """
        return None

    def schema(self, files: list[File]) -> pa.Schema:
        """Return the one schema of the corpus, decided once from a probe of the first files and then kept in the manifest."""
        raise NotImplementedError(f"{type(self).__name__}.schema")

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Yield the rows that belong to `span`, in file order, in exactly `schema`; rows that do not fit it carry an `error`."""
        raise NotImplementedError(f"{type(self).__name__}.read")

    def read_all(self, spans: Sequence[Span], schema: pa.Schema) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
        """Yield the rows of all `spans`, in order, and with each batch how many of its rows are of which span, by its number.

        A reader of small files gives those of many in one batch: a run calls this, and `read` for documents that need a guard.
        """
        for i, span in enumerate(spans):
            for batch in self.read(span, schema):
                yield batch, {i: len(batch)}

    def reread(self, span: Span, schema: pa.Schema, columns: Sequence[str]) -> Iterator[pa.RecordBatch] | None:
        """Yield what `read` does, but only these columns; None where that costs more than storing what was read once.

        A run asks only for spans in which no row carried an error, and only while the file is what it was.
        """
        return None
