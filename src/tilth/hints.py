"""Type hints as recipes use them: to check a value that came from a file, and to describe it to an editor (JSON Schema)."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

UNIONS = (typing.Union, types.UnionType)
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", bytes: "bytes", type(None): "nothing"}
_SCHEMAS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


class Misfit(ValueError):
    """A value is not what a parameter's type hint asks for."""


def fit(value: Any, hint: Any) -> Any:
    """Return `value` as `hint` wants it (lists as tuples, 1 as 1.0, "1e-3" as a float); raises Misfit.

    >>> fit([1, 2], tuple[float, ...])
    (1.0, 2.0)
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in UNIONS:
        return _first_fit(value, inner, hint)
    if origin is typing.Literal:
        ok = any(value == each and type(value) is type(each) for each in inner)
    elif inspect.isclass(origin) and issubclass(origin, Sequence):
        return _items(value, inner)
    elif hint is float and not isinstance(value, bool):
        return _float(value)
    elif hint in (None, type(None)):
        ok = value is None
    else:
        hint = origin or hint
        ok = not inspect.isclass(hint) or (isinstance(value, hint) and not (isinstance(value, bool) and hint is int))
    if not ok:
        raise Misfit(f"expected {_said(hint)}, found {value!r}")
    return value


def _first_fit(value: Any, hints: Iterable[Any], whole: Any) -> Any:
    for hint in hints:
        try:
            return fit(value, hint)
        except Misfit:
            continue
    raise Misfit(f"expected {_said(whole)}, found {value!r}")


def _items(value: Any, inner: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise Misfit(f"expected a list, found {value!r}")
    hints = [inner[0]] * len(value) if len(inner) == 1 or inner[-1] is ... else inner
    if len(hints) != len(value):
        raise Misfit(f"expected {len(hints)} values, found {value!r}")
    return tuple(fit(each, of) for each, of in zip(value, hints, strict=True))


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Misfit(f"expected a number, found {value!r}") from None


def _said(hint: Any) -> str:
    if typing.get_origin(hint) in UNIONS:
        return " or ".join(map(_said, typing.get_args(hint)))
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(map(repr, typing.get_args(hint)))
    return _WORDS.get(hint) or (hint.__name__ if inspect.isclass(hint) else str(hint))


def schema(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema of what a recipe may hold where `hint` is asked for.

    >>> schema(tuple[str, ...] | None)
    {'anyOf': [{'type': 'array', 'items': {'type': 'string'}}, {'type': 'null'}]}
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in UNIONS:
        return {"anyOf": [schema(each) for each in inner]}
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema(inner[1])}
    if inspect.isclass(origin) and issubclass(origin, Sequence):
        same = len(inner) == 1 or inner[-1] is ...
        items = {"items": schema(inner[0])} if same else {"prefixItems": [schema(each) for each in inner], "minItems": len(inner)}
        return {"type": "array", **items}
    if inspect.isclass(hint) and hint in _SCHEMAS:
        return {"type": _SCHEMAS[hint]}
    return {"type": "object"} if inspect.isclass(hint) and hint is not Any else {}
