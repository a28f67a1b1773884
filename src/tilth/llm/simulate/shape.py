"""Values in the shape that a JSON Schema wants, and schemas that no server would take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tilth.llm.simulate.words import dump, text

Schema = dict[str, Any] | bool | None
_KINDS: dict[str, type | tuple[type, ...]] = {"properties": dict, "required": list, "enum": list, "anyOf": list, "type": (str, list)}


def fit(value: Any, schema: Schema | None) -> Any:
    """Return a value in the shape that a JSON Schema wants, as far as it can be had without inventing anything.

    >>> fit(True, {"type": "string", "enum": ["yes", "no"]}), fit("12", {"type": "integer"}), fit("a", {"type": "array"})
    ('yes', 12, ['a'])
    >>> fit({"a": 1, "b": 2}, {"type": "object", "properties": {"a": {"type": "string"}, "c": {}}, "required": ["a", "c"]})
    {'a': '1', 'c': None}
    """
    if not isinstance(schema, dict) or value is None:
        return value
    if "anyOf" in schema:
        return fit(value, next((each for each in schema["anyOf"] if each != {"type": "null"}), None))
    if "enum" in schema:
        return text(value, [each for each in schema["enum"] if isinstance(each, str)]) if value not in schema["enum"] else value
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return _fit_object(value, schema) if "object" in kinds else _fit_plain(value, schema, kinds)


def _fit_object(value: Any, schema: dict[str, Any]) -> Any:
    properties: dict[str, Schema] = schema.get("properties", {})
    if set(properties) == {"values", "quotes"} and not (isinstance(value, dict) and set(value) == {"values", "quotes"}):
        value = {"values": value, "quotes": value}  # a value is its own quote
    if not isinstance(value, dict):
        value = {next(iter(properties), "answer"): value}
    wanted = {name: each for name, each in properties.items() if name in value or name in schema.get("required", ())}
    return {name: fit(value.get(name), each) for name, each in wanted.items()} if properties else value


def _fit_plain(value: Any, schema: dict[str, Any], kinds: Sequence[str]) -> Any:
    if "array" in kinds:
        return [fit(each, schema.get("items")) for each in (value if isinstance(value, list) else [value])]
    if "string" in kinds:
        return value if isinstance(value, str) else dump(value)
    if isinstance(value, str) and {"integer", "number"} & set(kinds):
        try:
            return int(value) if "integer" in kinds else float(value)
        except ValueError:
            return value
    return int(value) if "integer" in kinds and isinstance(value, float) and value.is_integer() else value


def inside(schema: Schema, *names: str) -> Schema:
    """Return the schema of what lies in a value under `names`, None where it says nothing of that; "items" are those of a list.

    >>> inside({"properties": {"answers": {"items": {"type": "string"}}}}, "answers", "items")
    {'type': 'string'}
    """
    for name in names:
        if not isinstance(schema, dict):
            return None
        schema = schema.get("items") if name == "items" else schema.get("properties", {}).get(name)
    return schema


def ill(schema: Any, where: str) -> str | None:
    """Return why this is no JSON Schema, None where it is one."""
    if isinstance(schema, bool):
        return None
    if not isinstance(schema, dict):
        return f"In {where}, a schema must be an object."
    wrong = next((name for name, kind in _KINDS.items() if name in schema and not isinstance(schema[name], kind)), None)
    wrong = wrong or next((name for name in ("required", "type") if not all(isinstance(each, str) for each in schema.get(name, ()))), None)
    if wrong:
        return f"In {where}, {wrong!r} is of a wrong type."
    return next((why for name, each in _below(schema) if (why := ill(each, f"{where}.{name}"))), None)


def loose(schema: Any, where: str) -> str | None:
    """Return why a schema is not strict: every object must list all its properties as required and allow no others."""
    if not isinstance(schema, dict):
        return None
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return f"In {where}, 'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", ())) != set(schema.get("properties", {})):
            return f"In {where}, 'required' must name every key in properties."
    return next((why for name, each in _below(schema) if (why := loose(each, f"{where}.{name}"))), None)


def _below(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from schema.get("properties", {}).items()
    yield from (("anyOf", each) for each in schema.get("anyOf", ()))
    if "items" in schema:
        yield "items", schema["items"]
