"""Chances that depend on what they are about and on nothing else: the same question is answered the same way in any order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chance(*about: object) -> float:
    """Return a number in [0, 1), uniform over all that can be drawn about.

    >>> chance("small", "row 7") == chance("small", "row 7"), chance("small", "row 7") == chance("large", "row 7")
    (True, False)
    """
    told = "\x1f".join(map(str, about)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big") / 2**64


def pick(options: Sequence[T], *about: object) -> T:
    """Return one of `options`.

    >>> pick("abc", "row 7") in "abc"
    True
    """
    return options[int(chance(*about, "pick") * len(options))]


def shuffled(options: Sequence[T], *about: object) -> list[T]:
    """Return `options` in an order drawn.

    >>> sorted(shuffled([1, 2, 3], "row 7"))
    [1, 2, 3]
    """
    order = sorted(range(len(options)), key=lambda n: chance(*about, n, "order"))
    return [options[n] for n in order]
