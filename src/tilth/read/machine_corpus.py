"""What was collected on this machine as a reader that can stand in a recipe: it looks into the folder only when it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tilth.read.machine import corpus
from tilth.read.reader import File, Reader, Span


@dataclass(frozen=True)
class Machine(Reader):
    """Read what `tilth collect` left in `folder`, each source under its name: pydoc, python, packages, licences, debian, debian_html.

    Raises CorpusError where nothing was collected.

    >>> Machine("work/input").folder
    'work/input'
    """

    folder: str = "work/input"

    def files(self) -> list[File]:
        return corpus(self.folder).files()

    def digest(self, file: File) -> str:
        return corpus(self.folder).digest(file)

    def cut(self, file: File, size: int) -> list[Span]:
        return corpus(self.folder).cut(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        return corpus(self.folder).schema(files)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        return corpus(self.folder).read(span, schema)

    def read_all(self, spans: Sequence[Span], schema: pa.Schema) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
        return corpus(self.folder).read_all(spans, schema)
