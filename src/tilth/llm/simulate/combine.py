"""How the gold of an aggregation comes from the gold of its rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any


def number(value: Any) -> float:
    """Return a value as a number; what is none counts as 0. Partial answers come back as text.

    >>> number("12"), number(True), number("many")
    (12, 1, 0)
    """
    try:
        plain = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return 0
    return 0 if isinstance(plain, dict | list) or plain is None else plain + 0


def _distinct(values: list[Any]) -> list[Any]:
    """Return the different values in order of their text; what names several, as a list or between commas, counts as these."""
    found: dict[str, Any] = {}
    for value in values:
        for each in value if isinstance(value, list) else value.split(", ") if isinstance(value, str) else [value]:
            found[str(each)] = each
    return [found[name] for name in sorted(found)]


def _most(values: list[Any]) -> Any:
    counted = Counter(map(str, values))
    return min(counted, key=lambda name: (-counted[name], name), default=None)


COMBINE: dict[str, Callable[[list[Any]], Any]] = {
    "count": lambda values: sum(number(value) if isinstance(value, str) else bool(value) for value in values),
    "sum": lambda values: sum(map(number, values)),
    "mean": lambda values: sum(map(number, values)) / max(len(values), 1),
    "min": lambda values: min(map(number, values), default=None),
    "max": lambda values: max(map(number, values), default=None),
    "most": _most,
    "distinct": _distinct,
}
