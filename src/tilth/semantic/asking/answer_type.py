"""The Arrow types of answers: from the JSON Schema of what is asked for to the column that holds it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError

ANSWER = pa.struct([
    ("status", pa.large_string()), ("reason", pa.large_string()), ("score", pa.float64()), ("model", pa.large_string()),
    ("prompt_tokens", pa.float64()), ("cached_tokens", pa.float64()), ("completion_tokens", pa.float64()),
    ("cost", pa.float64()), ("attempts", pa.int64()),
])  # fmt: skip
_PLAIN = {"string": pa.large_string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "null": pa.null()}


def canonical(schema: Mapping[str, Any]) -> str:
    """Return a JSON Schema as text, the same for equal schemas, the order of properties kept."""
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


def arrow_type(schema: str | Mapping[str, Any]) -> pa.DataType:
    """Return the Arrow type of values that meet `schema`: objects are structs, arrays lists, dates dates, null is just nullable.

    Raises RecipeError where a schema is none that a column can have (references, unions of several types).

    >>> arrow_type({"type": "object", "properties": {"year": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}})
    StructType(struct<year: int64, tags: large_list<item: large_string>>)
    """
    plain: Any = json.loads(schema) if isinstance(schema, str) else schema
    kinds = plain.get("type")
    if "anyOf" in plain:
        kinds = None
        rest = [each for each in plain["anyOf"] if each.get("type") != "null"]
        if len(rest) == 1:
            return arrow_type(rest[0])
    if isinstance(kinds, list):
        kinds = next(iter([kind for kind in kinds if kind != "null"]), "null")
    if kinds == "object" and plain.get("properties"):
        return pa.struct([(name, arrow_type(each)) for name, each in plain["properties"].items()])
    if kinds == "array":
        return pa.large_list(arrow_type(plain.get("items", {"type": "string"})))
    if "enum" in plain and all(isinstance(value, str) for value in plain["enum"]):
        return pa.large_string()
    if kinds == "string" and plain.get("format") == "date":
        return pa.date32()
    if kinds not in _PLAIN:
        raise RecipeError(
            "No column can hold such answers.", where=f"the JSON Schema {canonical(plain)[:200]}",
            why="its type is none of string, integer, number, boolean, array, object with properties", fix='{"type": "string"}',
        )  # fmt: skip
    return _PLAIN[kinds]


def fitted(value: Any, of: pa.DataType) -> Any:
    """Return a JSON value as what Arrow takes for the type `of`; raises ValueError for a text that is no date.

    >>> fitted({"on": "2024-02-29"}, pa.struct([("on", pa.date32()), ("at", pa.large_string())]))
    {'on': datetime.date(2024, 2, 29), 'at': None}
    """
    if pa.types.is_date(of) and isinstance(value, str):
        return datetime.date.fromisoformat(value)
    if pa.types.is_struct(of) and isinstance(value, dict):
        return {field.name: fitted(value.get(field.name), field.type) for field in of}
    if pa.types.is_large_list(of) and isinstance(value, list):
        return [fitted(each, of.value_type) for each in value]
    return value
