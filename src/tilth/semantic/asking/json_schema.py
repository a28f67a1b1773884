"""The JSON Schema of what is to be extracted: plain, without references, and strict enough that every server takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tilth.errors import RecipeError

_DECORATION = ("title", "default", "examples", "$defs", "definitions", "$schema")


def plain(schema: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return `schema` with references replaced by what they name, without decoration, objects closed, and all of their fields required.

    A field that was optional may be null; so may every field of the outermost object, for what a text does not tell is null and not made
    up. Raises RecipeError where it is no JSON, no object with properties, or holds itself.

    >>> plain({"type": "object", "properties": {"year": {"type": "integer", "title": "Year"}}})["properties"]
    {'year': {'anyOf': [{'type': 'integer'}, {'type': 'null'}]}}
    """
    whole = _parsed(schema)
    made = _without_references(whole, whole, ())
    if not isinstance(made, dict) or made.get("type") != "object" or not made.get("properties"):
        raise _refused("it is no object with properties", json.dumps(whole)[:200])
    return _closed({**made, "required": []})


def _parsed(schema: str | Mapping[str, Any]) -> dict[str, Any]:
    try:
        made = json.loads(schema) if isinstance(schema, str) else dict(schema)
    except ValueError as error:
        raise _refused(f"it is not JSON: {error}", str(schema)[:200]) from None
    if not isinstance(made, dict):
        raise _refused("it is no object", str(schema)[:200])
    return made


def _without_references(part: Any, whole: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(part, list):
        return [_without_references(each, whole, inside) for each in part]
    if not isinstance(part, dict):
        return part
    beside = {name: each for name, each in part.items() if name not in ("$ref", "allOf")}
    if "$ref" in part:
        if part["$ref"] in inside:
            raise _refused("it holds itself", part["$ref"])
        return _without_references({**_named(part["$ref"], whole), **beside}, whole, (*inside, part["$ref"]))
    if len(part.get("allOf", ())) == 1:
        return _without_references({**part["allOf"][0], **beside}, whole, inside)
    made = {name: _without_references(each, whole, inside) for name, each in part.items() if name not in (*_DECORATION, "properties")}
    if "properties" in part:
        made["properties"] = {name: _without_references(each, whole, inside) for name, each in part["properties"].items()}
    return made


def _named(reference: str, whole: dict[str, Any]) -> dict[str, Any]:
    found: Any = whole
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not reference.startswith("#/"):
        raise _refused("a reference in it leads nowhere", reference)
    return found


def _closed(part: Any) -> Any:
    """Objects as strict servers want them: no further fields, and each field required, which may be null if it was optional."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {name: _closed(each) for name, each in part.items() if name not in ("properties", "required", "additionalProperties")}
    if "properties" in part:
        needed = part.get("required", ())
        fields = {name: _closed(each) for name, each in part["properties"].items()}
        made |= closed_object({name: each if name in needed else nullable(each) for name, each in fields.items()})
    return made


def closed_object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has these properties and no other.

    >>> closed_object({"year": {"type": "integer"}})["required"]
    ['year']
    """
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what meets `schema` or is null.

    >>> nullable({"type": "integer"})
    {'anyOf': [{'type': 'integer'}, {'type': 'null'}]}
    """
    if any(each.get("type") == "null" for each in schema.get("anyOf", ())):
        return schema
    described = {"description": schema["description"]} if "description" in schema else {}
    return {**described, "anyOf": [{name: each for name, each in schema.items() if name != "description"}, {"type": "null"}]}


def fields_in_words(schema: Mapping[str, Any]) -> str:
    """Return the fields of a plain schema as lines of a task: a server that only constrains the answer does not show the model any.

    >>> print(fields_in_words(plain({"type": "object", "properties": {"year": {"type": "integer", "description": "of the crash"}}})))
    - year (integer): of the crash
    """
    return "\n".join(f"- {name} ({_kind(each)})" + _told(each) for name, each in schema["properties"].items())


def _told(field: Mapping[str, Any]) -> str:
    return f": {field['description']}" if field.get("description") else ""


def _kind(field: Mapping[str, Any]) -> str:
    options = [each for each in field.get("anyOf", (field,)) if each.get("type") != "null"]
    return " or ".join(_one_kind(each) for each in options)


def _one_kind(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return "one of " + ", ".join(json.dumps(value, ensure_ascii=False) for value in field["enum"])
    if field.get("format"):
        return str(field["format"])
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {'type': 'string'}))}"
    if field.get("properties"):
        inner = (f"{name}: {_kind(each)}{_told(each)}" for name, each in field["properties"].items())
        return f"object of {'; '.join(inner)}"
    return str(field.get("type", "string"))


def _refused(why: str, where: str) -> RecipeError:
    return RecipeError(
        "This JSON Schema cannot be extracted by.", where=where, why=why,
        fix='{"type": "object", "properties": {"year": {"type": "integer"}}}',
    )  # fmt: skip
