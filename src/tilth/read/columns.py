"""Rows as they were written become columns: one schema from a probe, then every value fits it or its row carries an error.

Columns are large_string, int64, float64, bool and large_binary. A string column takes any value: one that is no string is kept as its
JSON text, and so are nested values. Order: id, source, text, the data's own, `rest` (JSON text of fields that the probe did not
see), `error`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError

STRING, INT, FLOAT, BOOL, BINARY = pa.large_string(), pa.int64(), pa.float64(), pa.bool_(), pa.large_binary()
BATCH_ROWS = 8192
PROBE_ROWS = 1000
PROBE_BYTES = 64 << 20
MOST_FIELDS = 256  # of a probe; what is beyond goes to `rest`: objects keyed by data must not become that many columns
RESERVED = ("row", "id", "source", "text", "drop", "drop_of", "error", "rest")

_NATIVE: dict[pa.DataType, set[type]] = {STRING: {str}, INT: {int}, FLOAT: {float, int}, BOOL: {bool}, BINARY: {bytes, memoryview, str}}
_KINDS = {str: "a string", int: "an integer", float: "a float", bool: "a boolean", list: "an array", dict: "an object"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Fields:
    """Which field of the data is which column: `text` and `id` as mapped, a reserved name under "data_", all others by their own.

    `columns` names the fields to keep besides; None keeps all.

    >>> fields = Fields(text="body", id="url")
    >>> fields.of("text"), fields.of("data_text"), fields.of("score")
    ('body', 'text', 'score')
    """

    text: str | None
    id: str | None
    columns: tuple[str, ...] | None = None

    def of(self, column: str) -> str | None:
        """The field whose values the column holds."""
        if column in ("id", "text"):
            return self.id or "id" if column == "id" else self.text
        bare = column.removeprefix("data_")
        return bare if bare in RESERVED and bare != column else column

    def column(self, field: str) -> str | None:
        """The column that holds the field's values; None if no column of its own does."""
        name = f"data_{field}" if field in RESERVED else field
        wanted = self.columns is None or field in self.columns
        return name if wanted and self.of(name) == field and field not in (self.text, self.of("id")) else None

    def check(self, names: Iterable[str], where: str) -> None:
        """Raise CorpusError.no_column where the data lack a field that was asked for."""
        known = list(names)
        for flag, field in [("text", self.text), ("id", self.id), *[("columns", name) for name in self.columns or ()]]:
            if field is not None and field not in known:
                raise CorpusError.no_column(field, known, where, fix=_fix(flag, known))


def base_schema(*own: pa.Field, rest: bool = False) -> pa.Schema:
    """Return the schema with the columns that every corpus has around a reader's own.

    >>> base_schema(pa.field("url", STRING)).names
    ['id', 'source', 'text', 'url', 'error']
    """
    tail = [pa.field("rest", STRING)] if rest else []
    return pa.schema([*(pa.field(name, STRING) for name in ("id", "source", "text")), *own, *tail, pa.field("error", STRING)])


def infer(rows: Sequence[Row], fields: Fields, where: str) -> pa.Schema:
    """Return the schema that a probe of rows suggests; raise CorpusError.no_column where they lack the text."""
    seen: dict[str, set[Any]] = {}
    for row in rows:
        for name, value in row.items():
            seen.setdefault(name, set()).add(_kind(value))
    fields.check(seen, where)
    own = {fields.column(name): kinds - {None} for name, kinds in seen.items()}
    columns = [pa.field(name, _type(kinds)) for name, kinds in own.items() if name is not None]
    return base_schema(*columns[:MOST_FIELDS], rest=fields.columns is None)


def to_batch(
    rows: Sequence[Row], places: pa.Array, errors: Mapping[int, str], schema: pa.Schema, fields: Fields, source: str
) -> pa.RecordBatch:
    """Return rows as one batch of `schema`.

    `places` (large_string) says where each row's bytes lie, and is the id of rows without one; `errors` says why rows, by index,
    could not be read. Such rows, and those with a value that does not fit, have their place, source and error, and nothing else.
    """
    if len(rows) == 1 and not errors and "rest" not in schema.names and (batch := _one_row(rows[0], places, schema, fields, source)):
        return batch
    faults = dict(errors)
    columns = {}
    for column in schema:
        field = fields.of(column.name)
        if field is not None and column.name not in ("source", "rest", "error"):
            columns[column.name] = _array(_values(rows, field), field, column.type, faults, text=column.name == "text")
    if "rest" in schema.names and fields.columns is None:
        columns["rest"] = _array(_rest(rows, set(map(fields.of, columns))), "rest", STRING, faults)
    return close_batch(columns, faults, places, schema, source)


def _one_row(row: Row, places: pa.Array, schema: pa.Schema, fields: Fields, source: str) -> pa.RecordBatch | None:
    """The batch that one document is, where every value is of its column's type; made at once, as arrays of one value are dear."""
    struct, wanted = _layout(schema, fields)
    values = {name: row.get(field) for name, field, _ in wanted}
    if any(value is not None and kind and type(value) is not kind for value, (_, _, kind) in zip(values.values(), wanted, strict=True)):
        return None
    try:
        whole = pa.array([{**values, "id": values.get("id") or places[0].as_py(), "source": source}], struct)
    except (OverflowError, UnicodeEncodeError, pa.ArrowInvalid):
        return None
    return pa.RecordBatch.from_struct_array(whole)


@functools.lru_cache(maxsize=64)
def _layout(schema: pa.Schema, fields: Fields) -> tuple[pa.DataType, list[tuple[str, str, type | None]]]:
    """A row as one type, and of each column its name, the field that it holds and the type of its values (None: any)."""
    kinds = {STRING: str, INT: int, FLOAT: float, BOOL: bool, BINARY: bytes}
    own = [(column, fields.of(column.name)) for column in schema if column.name not in ("source", "rest", "error")]
    return pa.struct(list(schema)), [(column.name, field, kinds.get(column.type)) for column, field in own if field is not None]


def close_batch(
    columns: Mapping[str, pa.Array], faults: Mapping[int, str], places: pa.Array, schema: pa.Schema, source: str
) -> pa.RecordBatch:
    """Return the batch of `schema` that has these columns, nulls for others, `source`, an id in every row, and what is wrong with rows."""
    length = len(places)
    full = {column.name: columns[column.name] if column.name in columns else pa.nulls(length, column.type) for column in schema}
    if faults:
        broken = pa.array([i in faults for i in range(length)], BOOL)
        full = {name: pc.if_else(broken, pa.scalar(None, column.type), column) for name, column in full.items()}
        full["error"] = pa.array([faults.get(i) for i in range(length)], STRING)
    full["id"] = _named(full["id"], places)
    full["source"] = pa.repeat(pa.scalar(source, STRING), length)
    return pa.record_batch(list(full.values()), schema=schema)


def _named(ids: pa.Array, places: pa.Array) -> pa.Array:
    """The ids, a place where there is none, or an empty one, which names nothing. (A file that is one document has no time for kernels.)"""
    if len(ids) == 1:
        return ids if ids[0].as_py() else places
    return pc.if_else(pc.fill_null(pc.equal(ids, ""), True), places, ids)


def error_row(place: str, why: str, schema: pa.Schema, source: str) -> pa.RecordBatch:
    """Return the batch that stands for one thing that cannot be read."""
    return to_batch([{}], pa.array([place], STRING), {0: why}, schema, Fields(None, None), source)


def places(name: str, offsets: Any) -> pa.Array:
    """Return "name:offset" for each offset (int64).

    >>> places("a.jsonl", [0, 12]).to_pylist()
    ['a.jsonl:0', 'a.jsonl:12']
    """
    if len(offsets) == 1:
        return pa.array([f"{name}:{offsets[0]}"], STRING)
    numbers = pa.array(np.asarray(offsets, np.int64)).cast(STRING)
    return pc.binary_join_element_wise(pa.scalar(name, STRING), numbers, pa.scalar(":", STRING))


def json_text(value: Any) -> str:
    """Return a value's JSON text, dates and decimals as strings in it; raise ValueError where it is nested too deep."""
    try:
        return orjson.dumps(value, default=str).decode()
    except (TypeError, RecursionError) as error:
        raise ValueError(f"is nested too deep or cannot be written as JSON ({error})") from None


def _values(rows: Sequence[Row], field: str) -> list[Any]:
    try:
        return list(map(itemgetter(field), rows))  # half the time of a loop with `get`
    except KeyError:
        return [row.get(field) for row in rows]


def _array(values: Sequence[Any], name: str, kind: pa.DataType, faults: dict[int, str], *, text: bool = False) -> pa.Array:
    """The values as an array; those that do not fit are null in it, and their rows get a fault."""
    if kind not in _NATIVE:
        return pa.array(values, kind)  # lists, which readers of documents make themselves
    kinds = set(map(type, values))
    try:
        if kind == BINARY and kinds <= {bytes, memoryview}:
            return _joined(values)
        if kinds - {type(None)} <= _NATIVE[kind]:
            return pa.array(values, kind)
    except (OverflowError, UnicodeEncodeError, pa.ArrowInvalid):
        pass  # a number beyond 64 bits or a surrogate: found again below, value by value
    fitted: list[Any] = [None] * len(values)
    for i, value in enumerate(values):
        try:
            fitted[i] = None if value is None else _fit(value, kind, text=text)
        except ValueError as error:
            faults.setdefault(i, f"field {name!r} {error} in this corpus")
    return pa.array(fitted, kind)


def _joined(values: Sequence[bytes | memoryview]) -> pa.Array:
    """Pages are big: joined at once they are copied once, where a builder that grows copies several times."""
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum([len(value) for value in values], out=offsets[1:])
    return pa.Array.from_buffers(BINARY, len(values), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(values))])


def _fit(value: Any, kind: pa.DataType, *, text: bool) -> Any:
    """The value as the column's type holds it; ValueError says what it is and what it should be."""
    if kind == STRING and not text and not isinstance(value, str):
        value = json_text(value)
    if type(value) not in _NATIVE[kind]:
        raise ValueError(f"is {_KINDS.get(type(value), type(value).__name__)} here, {_type_name(kind, text)}")
    if isinstance(value, str):
        return _encodable(value)
    if kind == INT and not -(1 << 63) <= value < 1 << 63:
        raise ValueError("is an integer beyond 64 bits here, int64")
    return float(value) if kind == FLOAT else value


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"is not valid UTF-8 at character {error.start} here, and must be") from None
    return value


def _type_name(kind: pa.DataType, text: bool = False) -> str:
    return "the text" if text else "a string" if kind == STRING else str(kind)


def _rest(rows: Sequence[Row], known: set[str | None]) -> list[Any]:
    """What each row has in fields that are no columns, None where nothing."""
    if not set().union(*rows) - known:
        return [None] * len(rows)
    return [{name: value for name, value in row.items() if name not in known} or None for row in rows]


def _kind(value: Any) -> Any:
    return "big" if type(value) is int and not -(1 << 63) <= value < 1 << 63 else None if value is None else type(value)


def _type(kinds: set[Any]) -> pa.DataType:
    """The narrowest type for values of these kinds; strings hold what no other type does."""
    for kind in (BOOL, INT, FLOAT, BINARY):
        if kinds and kinds <= _NATIVE[kind] - {str}:
            return kind
    return STRING


_LIKELY = {"text": ("body", "content", "raw_content", "document", "article", "page"), "id": ("url", "uuid", "doc_id")}


def _fix(flag: str, names: Sequence[str]) -> str:
    if flag == "columns":
        return "name only fields that the data have in columns=(...)"
    likely = [name for name in _LIKELY.get(flag, ()) if name in names]
    name = next(iter([*likely, *names]), "...")
    return f'name the right one: {flag}="{name}" (on the command line --set corpus.{flag}={name})'
