"""The Public Suffix List, as tldextract brings it: which names are registered under which suffix."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from tilth.errors import MissingExtra
from tilth.kernels.hash import xxh64_each
from tilth.kernels.url import ENDS, EXCEPTION, NO_SEED, WILDCARD


class Nodes(NamedTuple):
    """Names on the way to a suffix: sorted hashes, uint64[n], and flags, int64[n]."""

    hashes: np.ndarray
    flags: np.ndarray


def packaged() -> bytes:
    """Return the rules of the installed tldextract's snapshot, a line each, private domains left out: what datatrove goes by.

    Nothing is fetched. Raises MissingExtra without the library.
    """
    try:
        import tldextract
    except ImportError:
        raise MissingExtra.of("tldextract", "web", "filters.urls") from None
    rules: Any = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds
    return "\n".join(sorted(rules)).encode()


@functools.lru_cache(4)
def nodes(rules: bytes) -> Nodes:
    """Return the tree of these rules, with names outside ASCII also in their xn-- form."""
    found: dict[str, int] = {}
    for rule in rules.decode().split("\n") if rules else ():
        for spelling in {rule, _ascii(rule)}:
            _plant(found, spelling)
    values = np.array([_hash(name) for name in found], np.uint64)
    order = np.argsort(values)
    return Nodes(values[order], np.array(list(found.values()), np.int64)[order])


def _plant(found: dict[str, int], rule: str) -> None:
    """Add a rule (`co.uk`, `*.ck`, `!www.ck`) and all names above it."""
    first, _, rest = rule.partition(".")
    name, flag = (rest, WILDCARD) if first == "*" else (rule[1:], EXCEPTION) if rule.startswith("!") else (rule, ENDS)
    found[name] = found.get(name, 0) | flag
    while "." in name:
        name = name.partition(".")[2]
        found.setdefault(name, 0)


def _ascii(rule: str) -> str:
    return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in rule.split("."))


def _hash(name: str) -> int:
    data = name.encode()
    return int(xxh64_each(np.array([0, len(data)]), np.frombuffer(data, np.uint8), NO_SEED)[0])
