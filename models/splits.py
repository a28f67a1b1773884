"""What trains and what tests, decided by the text itself: a copy of a text never stands on the other side."""

from __future__ import annotations

import hashlib
from typing import TypeVar

Rows = list[tuple[str, str]]
Item = TypeVar("Item", str, tuple[str, str])


def is_test(text: str) -> bool:
    """Tell whether a text tests: a fifth of all do."""
    return hashlib.blake2b(" ".join(text.lower().split()).encode(), digest_size=4).digest()[0] % 5 == 0


def parted(items: list[Item], test: bool) -> list[Item]:
    """Return the items, texts or (text, label), that test, or those that do not."""
    return [item for item in items if is_test(item if isinstance(item, str) else item[0]) == test]
