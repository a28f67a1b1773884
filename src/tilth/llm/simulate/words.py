"""Values as text: the words of a menu where they stand for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

DONT_KNOW = "I do not know."


def text(value: Any, words: Sequence[str] = ()) -> str:
    """Return a value as plain text, by the words of the menu where they stand for it.

    >>> text(True, ("yes", "no")), text(False, ("N", "Y")), text("Glad", ("glad", "sad")), text(None)
    ('yes', 'Y', 'glad', 'I do not know.')
    """
    if value is None:
        return DONT_KNOW
    if isinstance(value, bool) and len(words) >= 2:
        return _yes_or_no(value, words)
    if isinstance(value, str):
        return next((each for each in words if each.casefold() == value.casefold()), value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return dump(value)


def _yes_or_no(value: bool, words: Sequence[str]) -> str:
    meant = {"yes": True, "true": True, "no": False, "false": False}
    return next((each for each in words if meant.get(each.casefold()) is value), words[0] if value else words[1])


def dump(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)
