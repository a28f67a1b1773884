"""CSV and TSV: records of fields under a header, quoted line breaks included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.read.columns import BATCH_ROWS, BOOL, FLOAT, INT, PROBE_ROWS, Fields, error_row, infer, places, to_batch
from tilth.read.csv_records import Record, records
from tilth.read.files import Paths, list_files
from tilth.read.lines import cut_bytes
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import compressed

BATCH_BYTES = 4 << 20
OTHERS = (",", ";", "\t", "|")  # delimiters that files of this kind have
_INT = re.compile(r"-?(0|[1-9][0-9]*)")  # "007" and "1,000" are names of things, not numbers
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Csv(Reader):
    """Read CSV and TSV (also .gz, .zst, .lz4); the first line of each file is its header, unless `header` gives the names.

    `text`, `id` and `columns` as for Jsonl. `delimiter`: a tab in .tsv and .tab files and a comma in others, unless given. `quote=""`
    says that no field is quoted: then a line is a record, and big files are read in parts; else a file is read whole, as only
    its beginning tells what is inside quotes. A column is a number or a boolean where all of the probe is (`infer=False`: all are
    strings), and an empty field in it is null.

    >>> Csv("data/*.tsv", text="sentence").source
    'csv'
    """

    path: Paths
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    delimiter: str | None = None
    quote: str = '"'
    header: tuple[str, ...] = ()
    infer: bool = True
    source: str = "csv"
    max_bytes: int = 256 << 20

    def __post_init__(self) -> None:
        if len(self.quote) > 1 or len(self.delimiter or ",") != 1:
            raise RecipeError("A delimiter and a quote are one character each.", where=self._where, fix="delimiter=';', quote='\"'")

    def files(self) -> list[File]:
        return list_files(self.path, compressed((".csv", ".tsv", ".tab")), self._where)

    def cut(self, file: File, size: int) -> list[Span]:
        return [Span(file.path)] if self.quote else cut_bytes(file, size)

    def schema(self, files: list[File]) -> pa.Schema:
        probed: list[dict[str, Any]] = []
        for file in files:
            header, error = self._header(file.path)
            if error:
                continue  # `read` will say so
            rows = (_row(record, header) for record in self._data(Span(file.path)))
            good = (row for row, error in rows if not error)
            probed += [dict.fromkeys(header), *islice(good, PROBE_ROWS - len(probed))]
            if len(probed) >= PROBE_ROWS:
                break
        self._refuse_other_delimiter(list(probed[0]) if probed else [])
        typed = [{name: _guess(cell) if self.infer else cell for name, cell in row.items()} for row in probed]
        return infer(typed, self._fields, self._where)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        header, error = self._header(span.path)
        if error:
            yield from [] if span.start else [error_row(f"{span.path}:0", f"the header cannot be read: {error}", schema, self.source)]
            return
        if header:
            self._fields.check(header, span.path)
        numbers = {self._fields.of(field.name): field.type for field in schema if field.type in (INT, FLOAT, BOOL)}
        for held in _batches(self._data(span)):
            read = [_row(record, header) for record in held]
            rows = [{key: _parse(cell, numbers[key]) if key in numbers else cell for key, cell in row.items()} for row, _ in read]
            errors = {i: error for i, (_, error) in enumerate(read) if error}
            yield to_batch(rows, places(span.path, [record.start for record in held]), errors, schema, self._fields, self.source)

    @property
    def _where(self) -> str:
        return f"read.Csv({self.path!r})"

    @property
    def _fields(self) -> Fields:
        return Fields(self.text, self.id, self.columns)

    def _refuse_other_delimiter(self, header: list[str]) -> None:
        """Raise CorpusError where the header is one name that another delimiter would make the text and others of."""
        found = next((each for each in OTHERS if len(header) == 1 and self.text in header[0].split(each) and each in header[0]), None)
        if found and not self.delimiter:
            given = f"delimiter={json.dumps(found)}"
            raise CorpusError.no_column(str(self.text), header, self._where, f"{given} (on the command line --set 'corpus.{given}')")

    def _header(self, path: str) -> tuple[list[str], str | None]:
        """The names of a file's fields, or why they cannot be read; raise CorpusError where one comes twice."""
        first = None if self.header else next(self._records(Span(path)), None)
        if first and (first.error or not _is_text(first.cells)):
            return [], first.error or "it is not UTF-8"
        names = list(self.header) or (list(first.cells) if first else [])
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            why = f"the header is {names}"
            raise CorpusError(f"Two columns are called {twice[0]!r}.", where=path, why=why, fix="name the columns: header=(...)")
        return names, None

    def _data(self, span: Span) -> Iterator[Record]:
        return islice(self._records(span), 0 if self.header or span.start else 1, None)

    def _records(self, span: Span) -> Iterator[Record]:
        tabbed = span.path.lower().endswith(compressed((".tsv", ".tab")))
        return records(span, self.delimiter or ("\t" if tabbed else ","), self.quote, self.max_bytes)


def _is_text(cells: Sequence[str]) -> bool:
    """Whether all cells are characters; bytes that are not UTF-8 come as surrogates."""
    return not any("\ud800" <= character <= "\udfff" for cell in cells for character in cell)


def _row(record: Record, header: list[str]) -> tuple[dict[str, str], str | None]:
    """The record's fields by name, and what is wrong with it."""
    if record.error is None and len(record.cells) != len(header):
        return {}, f"{len(record.cells)} fields here, {len(header)} in the header"
    return dict(zip(header, record.cells, strict=False)), record.error


def _batches(found: Iterator[Record]) -> Iterator[list[Record]]:
    """Records in lists of at most BATCH_ROWS, each about BATCH_BYTES of the file."""
    held: list[Record] = []
    for record in found:
        if held and (len(held) == BATCH_ROWS or record.start - held[0].start > BATCH_BYTES):
            yield held
            held = []
        held.append(record)
    if held:
        yield held


def _guess(cell: str | None) -> Any:
    """The value that a field seems to hold; None for an empty one."""
    if not cell:
        return None
    for kind in (BOOL, INT, FLOAT):
        value = _parse(cell, kind)
        if not isinstance(value, str):
            return value
    return cell


def _parse(cell: str, kind: pa.DataType) -> Any:
    """The cell as a value of this type, None where empty; the cell itself where it is none, which then is found not to fit."""
    if not cell:
        return None
    if kind == BOOL:
        return {"true": True, "false": False}.get(cell.lower(), cell)
    if kind == INT:
        return int(cell) if len(cell) < 25 and _INT.fullmatch(cell) else cell
    return float(cell) if _FLOAT.fullmatch(cell) else cell
