"""The JSON Schema of recipes, made from the steps' own fields, so that an editor completes and checks a YAML recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tilth import catalog, hints

IMPORT_PATH = r"^(\./[^/]+\.py:\w+|\w+(\.\w+){2,}|\w+(\.\w+)*:\w+)$"  # a step of one's own


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a YAML recipe.

    >>> schema()["$defs"]["Filter"]["required"]
    ['rule']
    """
    parts = catalog.names()
    readers = [name for name, part in parts.items() if catalog.kind(part) == "Reader"]
    writers = [name for name, part in parts.items() if catalog.kind(part) == "Writer"]
    step = _listed([name for name in parts if name not in readers and name not in writers], parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Tilth recipe",
        "type": "object",
        "required": ["recipe"],
        "additionalProperties": False,
        "properties": {
            "corpus": {**_one_of(readers, parts), "description": "Where the rows come from"},
            "out": {"type": "string", "description": "The folder or URL to write to"},
            "recipe": {"type": "array", "items": {"$ref": "#/$defs/step"}, "description": "The steps, in order"},
            "write": {"type": "array", "items": _listed(writers, parts), "description": "What to write; Parquet and what the steps bring"},
        },
        "$defs": {"step": step, **{name: _arguments(part) for name, part in parts.items()}},
    }


def _listed(names: list[str], parts: Mapping[str, catalog.Part]) -> dict[str, Any]:
    bare = [name for name in names if not any(each.required for each in catalog.parameters(parts[name]).values())]
    alone = [each for name in bare for each in catalog.spellings(name)]
    return {"anyOf": [{"enum": sorted(alone)}, {"type": "string", "pattern": IMPORT_PATH}, _one_of(names, parts)]}


def _one_of(names: list[str], parts: Mapping[str, catalog.Part]) -> dict[str, Any]:
    return {
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
        "properties": {each: {"$ref": f"#/$defs/{name}"} for name in names for each in catalog.spellings(name)},
        "patternProperties": {IMPORT_PATH: {"type": ["object", "null"]}},
    }


def _arguments(part: catalog.Part) -> dict[str, Any]:
    parameters = catalog.parameters(part)
    named = {name: parameter for name, parameter in parameters.items() if not name.startswith("**")}
    further = next((hints.schema(each.hint) for name, each in parameters.items() if name.startswith("**")), False)
    required = [name for name, parameter in named.items() if parameter.required]
    described = {
        "description": catalog.purpose(part),
        "type": "object" if required else ["object", "null"],
        "properties": {name: _parameter(parameter) for name, parameter in named.items()},
        "additionalProperties": further,
    }
    return described | ({"required": required} if required else {})


def _parameter(parameter: catalog.Parameter) -> dict[str, Any]:
    plain = parameter.default is None or isinstance(parameter.default, str | int | float | bool)
    default = {"default": parameter.default} if plain and not parameter.required else {}
    part = catalog.plain_part(parameter.hint)
    if part:
        return {"anyOf": [_arguments(part), {"type": "null"}]}
    if catalog.lists_steps(parameter.hint):
        return {"type": "array", "items": {"$ref": "#/$defs/step"}}
    return hints.schema(parameter.hint) | default


