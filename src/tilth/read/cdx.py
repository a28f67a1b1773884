"""Index files of web crawls (CDX): which page lies where in which WARC file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from tilth.read.columns import BATCH_ROWS, INT, STRING, Fields, base_schema, error_row, places, to_batch
from tilth.read.files import Paths, list_files
from tilth.read.lines import blocks, cut_bytes
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import compressed

_STRINGS = {
    "url": "url", "urlkey": "urlkey", "timestamp": "timestamp", "mime": "mime", "mime_detected": "mime-detected", "digest": "digest",
    "filename": "filename", "languages": "languages", "charset": "encoding", "truncated": "truncated",
}
_INTS = ("status", "length", "offset")
_LETTERS = {  # of the header of a classic index
    "N": "urlkey", "b": "timestamp", "a": "url", "m": "mime", "s": "status", "k": "digest", "S": "length", "V": "offset", "g": "filename",
}
_CLASSIC = "N b a m s k r M S V g"  # the eleven fields of most indexes without a header


@dataclass(frozen=True)
class CdxIndex(Reader):
    """Read CDX indexes, as JSON (Common Crawl's cdx-*.gz, pywb's .cdxj) or in the classic fields (.cdx): each capture is a row.

    Rows have no text: `url`, `timestamp`, `mime`, `status`, `languages`, `digest` and the like to choose by, and `filename`, `offset` and
    `length` (bytes), where the capture lies. A line that is none is a row with an error.

    >>> CdxIndex("indexes/cdx-*.gz").source
    'cdx'
    """

    path: Paths
    source: str = "cdx"
    max_bytes: int = 1 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (*compressed((".cdx", ".cdxj")), ".gz"), f"read.CdxIndex({self.path!r})")

    def cut(self, file: File, size: int) -> list[Span]:
        return cut_bytes(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        return base_schema(*(pa.field(name, STRING) for name in _STRINGS), *(pa.field(name, INT) for name in _INTS))

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        letters = _letters(span.path, self.max_bytes)
        for block in blocks(span, self.max_bytes):
            if block.error:
                yield error_row(f"{span.path}:{block.start}", block.error, schema, self.source)
                continue
            lines = block.data.split(b"\n")
            starts = block.start + np.cumsum([0, *(len(line) + 1 for line in lines[:-1])])
            kept = [i for i, line in enumerate(lines) if line.strip() and not line.startswith((b" CDX", b"!"))]
            for at in range(0, len(kept), BATCH_ROWS):
                part = kept[at : at + BATCH_ROWS]
                rows, errors = _parsed([lines[i] for i in part], letters)
                yield to_batch(rows, places(span.path, starts[part]), errors, schema, Fields("text", "id"), self.source)


def _letters(path: str, limit: int) -> list[str]:
    """The fields that the first line names, if the index is a classic one."""
    first = next(blocks(Span(path), limit), None)
    head = first.data.partition(b"\n")[0].decode("latin-1") if first and not first.error else ""
    return (head.strip().removeprefix("CDX ") if head.lstrip().startswith("CDX ") else _CLASSIC).split()


def _parsed(lines: list[bytes], letters: list[str]) -> tuple[list[Mapping[str, Any]], dict[int, str]]:
    rows: list[Mapping[str, Any]] = []
    errors = {}
    for i, line in enumerate(lines):
        try:
            rows.append(_capture(line, letters))
        except ValueError as error:
            rows.append({})
            errors[i] = f"not a line of an index: {error}"
    return rows, errors


def _capture(line: bytes, letters: list[str]) -> Mapping[str, Any]:
    key, _, rest = line.strip().decode().partition(" ")
    timestamp, _, data = rest.partition(" ")
    if data.startswith("{"):
        found = {"urlkey": key, "timestamp": timestamp, **orjson.loads(data)}
    else:
        values = line.decode().split()
        if len(values) != len(letters):
            raise ValueError(f"{len(values)} fields, not {len(letters)}, and no JSON")
        found = {_LETTERS[letter]: value for letter, value in zip(letters, values, strict=True) if letter in _LETTERS and value != "-"}
    row = {name: found.get(field) for name, field in _STRINGS.items()} | {name: _number(found.get(name)) for name in _INTS}
    return {**row, "id": row["url"]}


def _number(value: Any) -> int | None:
    """The number that a field holds; "-" stands for none."""
    text = str(value) if value is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
