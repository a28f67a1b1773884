"""Typed Arrow columns become the few types of a corpus; what cannot is told row by row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.read.columns import BINARY, BOOL, FLOAT, INT, STRING, Fields, close_batch, json_text
from tilth.read.lines import too_long


def normal(kind: pa.DataType) -> pa.DataType:
    """Return the type that a column of any Arrow type has in a corpus; lists of numbers (vectors, tokens) and fixed bytes stay.

    >>> normal(pa.int8()), normal(pa.dictionary(pa.int32(), pa.string())), normal(pa.struct([("a", pa.int8())]))
    (DataType(int64), DataType(large_string), DataType(large_string))
    >>> normal(pa.list_(pa.float32(), 2)), normal(pa.list_(pa.int8()))
    (FixedSizeListType(fixed_size_list<element: float>[2]), LargeListType(large_list<element: int8>))
    """
    types = pa.types
    if types.is_dictionary(kind):
        return normal(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return normal(kind.storage_type)
    if types.is_integer(kind):
        return INT
    if types.is_floating(kind):
        return FLOAT
    if types.is_boolean(kind):
        return BOOL
    if types.is_fixed_size_binary(kind):
        return kind
    if types.is_fixed_size_list(kind) and _is_number(kind.value_type):
        return pa.list_(pa.field("element", kind.value_type), kind.list_size)
    if (types.is_list(kind) or types.is_large_list(kind)) and _is_number(kind.value_type):
        return pa.large_list(pa.field("element", kind.value_type))
    binary = types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)
    return BINARY if binary else STRING


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def typed_batch(
    batch: pa.RecordBatch, fields: Fields, places: pa.Array, schema: pa.Schema, source: str, limit: int
) -> pa.RecordBatch:
    """Return a batch of any columns as one of `schema`; a row with a value that does not fit, or beyond `limit` bytes, has an error."""
    faults: dict[int, str] = {}
    columns = {}
    for column in schema:
        field = fields.of(column.name)
        if field is not None and field in batch.schema.names and column.name not in ("source", "rest", "error"):
            columns[column.name] = to_type(batch[field], field, column.type, faults, limit)
    return close_batch(columns, faults, places, schema, source)


def to_type(values: pa.Array, name: str, kind: pa.DataType, faults: dict[int, str], limit: int) -> pa.Array:
    """Return the values as `kind`, null where they do not fit or are longer than `limit` bytes, with the reason in `faults` by index."""
    try:
        cast = _cast(values, kind)
        cast.validate(full=True)  # Parquet does not promise that its strings are UTF-8
    except ValueError:  # ArrowInvalid is one
        cast = _one_by_one(values, name, kind, faults)
    if kind in (STRING, BINARY) and cast.nbytes > limit:
        for i in np.flatnonzero(np.asarray(pc.fill_null(pc.greater(pc.binary_length(cast), limit), False))):
            faults.setdefault(int(i), too_long(f"field {name!r}", limit))
    return cast


def _cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if kind == STRING and pa.types.is_nested(values.type):
        return pa.array([None if value is None else json_text(value) for value in values.to_pylist()], STRING)
    try:
        return values.cast(kind)
    except pa.ArrowNotImplementedError:
        return pa.array([None if value is None else str(value) for value in values.to_pylist()], STRING).cast(kind)


def _one_by_one(values: pa.Array, name: str, kind: pa.DataType, faults: dict[int, str]) -> pa.Array:
    parts = []
    for i in range(len(values)):
        try:
            part = _cast(values.slice(i, 1), kind)
            part.validate(full=True)
        except ValueError as error:
            faults.setdefault(i, f"field {name!r} is no {kind}: {error}")
            part = pa.nulls(1, kind)
        parts.append(part)
    return pa.concat_arrays(parts) if parts else pa.nulls(0, kind)
