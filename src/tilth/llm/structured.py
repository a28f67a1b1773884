"""Answers that meet a JSON Schema: three ways to ask for them, what may be mended in them, and what is told when they do not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

import orjson

from tilth.errors import MissingExtra, RecipeError

Way = Literal["json_schema", "tools", "prompt"]
WAYS: tuple[Way, ...] = ("json_schema", "tools", "prompt")  # from the one that servers enforce to the one that every model follows
TOOL = "answer"
_FENCED = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL)
_OBJECT = re.compile(r"[{\[].*[}\]]", re.DOTALL)


@lru_cache(maxsize=256)
def parameters(way: Way, schema: str) -> dict[str, Any]:
    """Return what a request's body holds to ask in this way; nothing for "prompt", which asks in words.

    `strict` is set for schemas that hosted servers can enforce.
    """
    shape = orjson.loads(schema)
    if way == "json_schema":
        return {"response_format": {"type": "json_schema", "json_schema": {"name": TOOL, "schema": shape, "strict": _closed(shape)}}}
    if way == "tools":
        tool = {"type": "function", "function": {"name": TOOL, "parameters": shape}}
        return {"tools": [tool], "tool_choice": {"type": "function", "function": {"name": TOOL}}}
    return {}


def in_words(schema: str) -> str:
    """Return the sentence that asks for such an answer."""
    return f"Answer with JSON and nothing else. It must meet this JSON Schema:\n{schema}"


def _closed(shape: Any) -> bool:
    """Whether every object in a schema names all its properties, requires them and allows no others."""
    if isinstance(shape, list):
        return all(map(_closed, shape))
    if not isinstance(shape, dict):
        return True
    names = shape.get("properties")
    if shape.get("type") == "object" or names is not None:
        closed = shape.get("additionalProperties") is False and sorted(names or {}) == sorted(shape.get("required", []))
        return closed and all(map(_closed, shape.values()))
    return all(map(_closed, shape.values()))


def parse(text: str) -> Any:
    r"""Return the JSON in an answer: the whole of it, what stands in a fence, or the outermost brackets. ValueError where there is none.

    Nothing inside is mended: a value that a model did not write is not an answer.

    >>> parse('Here it is:\n```json\n{"n": 1}\n```')
    {'n': 1}
    """
    fenced, inner = _FENCED.search(text), _OBJECT.search(text)
    for found in (text, fenced[1] if fenced else None, inner[0] if inner else None):
        if found is not None:
            try:
                return orjson.loads(found)
            except ValueError:
                continue
    raise ValueError("it is not JSON")


def complaint(value: Any, schema: str) -> str:
    """Return what is wrong with `value` by the schema, in words that a model can act on; "" where it meets it."""
    try:
        error = next(iter(_validator(schema).iter_errors(value)), None)
    except Exception as broken:  # a reference to nowhere shows only when it is followed
        raise _no_schema(schema, broken) from None
    if error is None:
        return ""
    place = "".join(f"[{part!r}]" for part in error.absolute_path)
    return f"at {place}: {error.message[:300]}" if place else error.message[:300]


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    try:
        import jsonschema
    except ImportError:
        raise MissingExtra.of("jsonschema", "llm", needed_by="a request with a schema") from None
    shape = orjson.loads(schema)
    kind = jsonschema.validators.validator_for(shape, default=jsonschema.Draft202012Validator)
    kind.check_schema(shape)
    return kind(shape)


def check(schema: str) -> None:
    """Raise RecipeError for a schema that is none, before anything is asked."""
    try:
        _validator(schema)
    except MissingExtra:
        raise
    except Exception as error:
        raise _no_schema(schema, error) from None


def _no_schema(schema: str, error: Exception) -> RecipeError:
    why = str(error).partition("\n")[0] or type(error).__name__
    return RecipeError("This is not a JSON Schema.", where=schema[:120], why=why, fix='{"type": "object", "properties": {...}}')
