"""Arrow's own files, with a footer (Feather) or as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.cast import normal, typed_batch
from tilth.read.columns import BATCH_ROWS, Fields, base_schema, error_row, places
from tilth.read.files import Paths, is_url, list_files, open_file
from tilth.read.reader import File, Reader, Span

BATCH_BYTES = 4 << 20


@dataclass(frozen=True)
class Arrow(Reader):
    """Read Arrow IPC files (.arrow, .feather), those with a footer in parts; `datasets` caches and saves its data as such streams.

    `text`, `id` and `columns` as for Parquet, and so are types. A file that is none, or is cut off, is a row with an error.

    >>> Arrow("data/*.arrow", text="content").source
    'arrow'
    """

    path: Paths
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "arrow"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".arrow", ".feather"), self._where)

    def cut(self, file: File, size: int) -> list[Span]:
        try:
            with _opened(file.path) as found:
                count = found.num_record_batches if isinstance(found, pa.RecordBatchFileReader) else 1
        except (pa.ArrowInvalid, OSError) as error:
            _pass_on(error)
            return [Span(file.path)]  # `read` will say what is wrong with it
        parts = max(1, min(count, file.size // max(1, size)))
        cuts = [count * i // parts for i in range(parts + 1)]
        return [Span(file.path, a, b) for a, b in pairwise(cuts)] if parts > 1 else [Span(file.path)]

    def schema(self, files: list[File]) -> pa.Schema:
        why = "no file has a row"
        for file in files:
            try:
                with _opened(file.path) as found:
                    self._fields.check(found.schema.names, self._where)
                    own = [(self._fields.column(field.name), normal(field.type)) for field in found.schema]
                    return base_schema(*(pa.field(name, kind) for name, kind in own if name is not None))
            except (pa.ArrowInvalid, OSError) as error:
                _pass_on(error)
                why = f"{file.path}: {error}"
        raise CorpusError("No row can be read.", where=self._where, why=why, fix="check that these are Arrow files")

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        row = 0
        try:
            for row, batch in self._rows(span):
                self._fields.check(batch.schema.names, span.path)
                where = places(span.path, np.arange(row, row + len(batch)))
                yield typed_batch(batch, self._fields, where, schema, self.source, self.max_bytes)
        except (pa.ArrowInvalid, OSError) as error:
            _pass_on(error)
            yield error_row(f"{span.path}:{row}", f"not an Arrow file, or damaged from row {row} on: {error}", schema, self.source)

    @property
    def _where(self) -> str:
        return f"read.Arrow({self.path!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _rows(self, span: Span) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Batches of some thousand rows or a few megabytes, each with the number of its first row in the file."""
        row = 0
        with _opened(span.path) as found:
            for i, batch in enumerate(_batches(found)):
                batch.validate()
                size = max(1, min(BATCH_ROWS, BATCH_BYTES * len(batch) // max(1, batch.nbytes)))
                if span.start <= i and (i < span.end or span.end < 0):
                    yield from ((row + at, batch.slice(at, size)) for at in range(0, len(batch), size))
                row += len(batch)


def _pass_on(error: Exception) -> None:
    """Raise what is the disk's or the network's fault, not the file's: it may pass."""
    if isinstance(error, OSError) and (type(error) is not OSError or error.errno is not None):
        raise error


def _batches(found: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(found, pa.RecordBatchFileReader):
        return (found.get_batch(i) for i in range(found.num_record_batches))
    return iter(found)


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    """A RecordBatchFileReader or RecordBatchStreamReader."""
    if not is_url(path):
        with pa.memory_map(path) as file:
            yield _reader(file)
        return
    with open_file(path) as remote:
        yield _reader(pa.PythonFile(remote, "r"))


def _reader(file: pa.NativeFile) -> Any:
    head = file.read(6)
    file.seek(0)
    return pa.ipc.open_file(file) if head == b"ARROW1" else pa.ipc.open_stream(file)
