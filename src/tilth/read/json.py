"""JSON files that are one array of objects, as instruction sets often come, or an object with such an array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.columns import BATCH_ROWS, PROBE_BYTES, PROBE_ROWS, Fields, infer, places, to_batch
from tilth.read.files import Paths, list_files
from tilth.read.json_elements import Element, Run, elements, runs
from tilth.read.jsonl import parse
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import chunks, compressed


@dataclass(frozen=True)
class Json(Reader):
    """Read files that are one JSON array (.json; also .gz, .zst, .lz4), or an object with an array under `key`, element by element.

    Without `key` an object's array is its first one of objects. `text`, `id` and `columns` as for Jsonl, and so are types. Memory is that
    of some elements, however long the file. An element that is no JSON object, or longer than `max_bytes`, is a row with an error; so
    is the end of a file that is cut off, and a second array.

    >>> Json("alpaca_data.json", text="instruction").source
    'json'
    """

    path: Paths
    key: str | None = None
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "json"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, compressed((".json",)), self._where)

    def schema(self, files: list[File]) -> pa.Schema:
        probed: list[dict[str, Any]] = []
        why = "no file has an element"
        for file in files:
            rows, error = self._probe(file.path, PROBE_ROWS - len(probed))
            probed, why = probed + rows, error or why
            if len(probed) >= PROBE_ROWS:
                break
        if not probed:
            fix = "key= names an array; one object a line is for read.Jsonl"
            raise CorpusError("No row can be read.", where=self._where, why=why, fix=fix)
        return infer(probed, self._fields, self._where)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for found in runs(chunks(span.path), self.key, self.max_bytes):
            rows, at, errors = self._rows(found)
            for i in range(0, len(rows), BATCH_ROWS):
                wrong = {row - i: error for row, error in errors.items() if i <= row < i + BATCH_ROWS}
                where = places(span.path, at[i : i + BATCH_ROWS])
                yield to_batch(rows[i : i + BATCH_ROWS], where, wrong, schema, self._fields, self.source)

    @property
    def _where(self) -> str:
        return f"read.Json({self.path!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _rows(self, found: Sequence[Element | Run]) -> tuple[list[dict[str, Any]], list[int], dict[int, str]]:
        """One object an element, an empty one where it is not one, and its place; and, by index, why it is not."""
        rows: list[dict[str, Any]] = []
        at: list[int] = []
        errors: dict[int, str] = {}
        for piece in found:
            if isinstance(piece, Run) and (whole := piece.parsed()):
                at += piece.places
                rows += whole
                continue
            own = piece.elements() if isinstance(piece, Run) else [piece]
            parsed, wrong = parse([element.data or b"{}" for element in own], self.max_bytes, "element")
            wrong |= {i: element.error for i, element in enumerate(own) if element.error}
            errors |= {len(rows) + i: error for i, error in wrong.items()}
            at += [element.place for element in own]
            rows += parsed
        return rows, at, errors

    def _probe(self, path: str, most: int) -> tuple[list[dict[str, Any]], str]:
        """The first rows of a file that can be read, and why others cannot."""
        probed: list[dict[str, Any]] = []
        why, size = "", 0
        for found in elements(chunks(path), self.key, self.max_bytes):
            rows, _, errors = self._rows(found[: most - len(probed)])
            probed += [row for i, row in enumerate(rows) if i not in errors]
            why = why or next(iter(errors.values()), "")
            size += sum(len(element.data) for element in found)
            if len(probed) >= most or size > PROBE_BYTES:
                break
        return probed, why
