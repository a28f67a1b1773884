"""JSON Lines: one object a line, plain or compressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.columns import BATCH_ROWS, PROBE_BYTES, PROBE_ROWS, Fields, error_row, infer, places, to_batch
from tilth.read.files import Paths, list_files
from tilth.read.lines import BOM, Block, blocks, cut_bytes, too_long
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import compressed


@dataclass(frozen=True)
class Jsonl(Reader):
    """Read JSON Lines (.jsonl, .ndjson, .json; also .gz, .zst, .lz4), uncompressed files in parts.

    `text` and `id` name the fields that are the text and the id (default: "id" where there is one, else "file:byte"); `columns`
    names the only other fields to keep. A blank line is no row; a line that is no JSON object, or longer than `max_bytes`, is a
    row with an error. Of a key given twice the last value counts. Integers beyond 64 bits are read as floats.

    >>> Jsonl("data/*.jsonl.gz", text="body", id="url").source
    'jsonl'
    """

    path: Paths
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "jsonl"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, compressed((".jsonl", ".ndjson", ".json")), f"read.Jsonl({self.path!r})")

    def cut(self, file: File, size: int) -> list[Span]:
        return cut_bytes(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        probed: list[dict[str, Any]] = []
        why = "no file has a line"
        for file in files:
            rows, error = self._probe(file.path, PROBE_ROWS - len(probed))
            probed, why = probed + rows, error or why
            if len(probed) >= PROBE_ROWS:
                break
        where = f"read.Jsonl({self.path!r})"
        if not probed:
            fix = "check that each line is one JSON object; a file that is one array is for read.Json"
            raise CorpusError("No row can be read.", where=where, why=why, fix=fix)
        return infer(probed, self._fields, where)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for block in blocks(span, self.max_bytes):
            if block.error:
                yield error_row(f"{span.path}:{block.start}", block.error, schema, self.source)
                continue
            lines, starts = _lines(block)
            for at in range(0, len(lines), BATCH_ROWS):
                rows, errors = parse(lines[at : at + BATCH_ROWS], self.max_bytes)
                where = places(span.path, starts[at : at + BATCH_ROWS])
                yield to_batch(rows, where, errors, schema, self._fields, self.source)

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _probe(self, path: str, most: int) -> tuple[list[dict[str, Any]], str]:
        """The first rows of a file that can be read, and why others cannot."""
        found: list[dict[str, Any]] = []
        why, size = "", 0
        for block in blocks(Span(path), self.max_bytes):
            rows, errors = parse(list(islice(_lines(block)[0], most - len(found))), self.max_bytes)
            found += [row for i, row in enumerate(rows) if i not in errors]
            why = why or block.error or next(iter(errors.values()), "")
            size += len(block.data)
            if len(found) >= most or size > PROBE_BYTES:
                break
        return found, why


def parse(lines: list[bytes], limit: int, what: str = "line") -> tuple[list[dict[str, Any]], dict[int, str]]:
    """Return one object a line (`what` says what it is), an empty one where the line is not one; and, by index, why it is not.

    >>> parse([b'{"a": 1}', b"[]"], 100)
    ([{'a': 1}, {}], {1: 'the line is a JSON array, not an object'})
    """
    try:
        rows = list(map(orjson.loads, lines))
        if set(map(type, rows)) <= {dict} and max(map(len, lines), default=0) <= limit:
            return rows, {}
    except orjson.JSONDecodeError:
        pass  # found again below, line by line
    rows, errors = [], {}
    for i, line in enumerate(lines):
        try:
            rows.append(_object(line, limit, what))
        except ValueError as error:
            rows.append({})
            errors[i] = str(error)
    return rows, errors


def _object(line: bytes, limit: int, what: str) -> dict[str, Any]:
    if len(line) > limit:
        raise ValueError(too_long(what, limit))
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {_utf8_fault(line, what) or error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"the {what} is a JSON {'array' if isinstance(value, list) else type(value).__name__}, not an object")
    return value


def _utf8_fault(line: bytes, what: str) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"invalid UTF-8 at byte {error.start} of the {what}"
    return ""


def _lines(block: Block) -> tuple[list[bytes], Any]:
    """The lines of a block that are not blank, and the byte at which each begins (int64)."""
    lines = block.data.split(b"\n")
    sizes = np.fromiter(map(len, lines), np.int64, len(lines)) + 1
    starts = block.start + np.cumsum(sizes) - sizes
    if block.start == 0:
        lines[0] = lines[0].removeprefix(BOM)
    kept = [i for i, line in enumerate(lines) if line and not line.isspace()]
    return [lines[i] for i in kept], starts[kept]
