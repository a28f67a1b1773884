"""A step as plain data: what is stored of it, what it is restored from, and the fingerprint that says whether two steps are the same."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from tilth.errors import RecipeError

DIGEST_BYTES = 20


def digest(data: bytes) -> str:
    """Return the name of these bytes: BLAKE2b, 20 bytes, in hex."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def record(value: Any, keep: Callable[[bytes], str] = digest) -> Any:
    """Return `value`, a step or a field of one, as JSON data; `keep` stores a `bytes` field and returns its digest.

    Raises RecipeError for a field that is not made of str, int, float, bool, None, bytes, tuples and frozen dataclasses.

    >>> from dataclasses import dataclass
    >>> record((1, b"x"))
    [1, {'$bytes': '...'}]
    """
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, bytes):
        return {"$bytes": keep(value)}
    if isinstance(value, tuple):
        return [record(item, keep) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        return {
            "$step": f"{kind.__module__}:{kind.__qualname__}",
            "version": _version(kind),
            **{field.name: record(getattr(value, field.name), keep) for field in fields(value)},
        }
    raise RecipeError(
        f"A field holds a {type(value).__name__}, which cannot be part of a step.", where=repr(value)[:120],
        why="steps are values: they are compared, stored and sent to other processes",
        fix="use str, int, float, bool, None, bytes, tuples of these, or a nested frozen dataclass",
    )


def restore(data: Any, fetch: Callable[[str], bytes]) -> Any:
    """Return what `record` made `data` from; `fetch` returns the bytes of a digest. Raises RecipeError for a class that is gone."""
    if isinstance(data, list):
        return tuple(restore(item, fetch) for item in data)
    if not isinstance(data, dict):
        return data
    if "$bytes" in data:
        return fetch(data["$bytes"])
    kind = _find(data["$step"])
    return kind(**{name: restore(value, fetch) for name, value in data.items() if name not in ("$step", "version")})


def fingerprint(*values: Any) -> str:
    """Return one digest for all that decides a result: steps (their class, version and fields), names, numbers, digests.

    >>> fingerprint(1, ("a", None)) == fingerprint(1, ("a", None)) != fingerprint(1, ("a", 0))
    True
    """
    return digest(json.dumps([_plain(value) for value in values], sort_keys=True, separators=(",", ":")).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return record(value)


def _version(kind: type) -> Any:
    """Our own classes say when their results change; a user's class changes when its source does."""
    if kind.__module__.partition(".")[0] == "tilth":
        return getattr(kind, "version", 1)
    try:
        return f"{getattr(kind, 'version', 1)}-{digest(inspect.getsource(kind).encode())}"
    except (OSError, TypeError):
        return getattr(kind, "version", 1)


def _find(name: str) -> Any:
    module_name, _, qualified = name.partition(":")
    try:
        found: Any = sys.modules.get(module_name) or importlib.import_module(module_name)
        for part in qualified.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise RecipeError(
            f"The step {name!r} cannot be found.", where="a stored recipe", why=str(error),
            fix="define the class at the top level of an importable module, or in the notebook that runs this",
        ) from None
    if not is_dataclass(found):
        raise RecipeError(f"{name!r} is not a step.", where="a stored recipe", why="only dataclasses are restored", fix="check the file")
    return found
