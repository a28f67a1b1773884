"""DCLM's URL filters, RefinedWeb's without its ban of high-quality domains: bytes of lists in, columns out."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.filters.lists import numbers
from tilth.kernels.aho_corasick import ANYTHING, BOUNDARY, Automaton, automaton, count, count_longest
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes
from tilth.kernels.url import is_listed

_NETLOC = r"^(?:(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//)(?P<netloc>[^/?#]*)"


def judge(domains: bytes, words: bytes, soft_words: bytes, substrings: bytes, urls: pa.Array) -> dict[str, np.ndarray]:
    """Return the columns of the variant "dclm"; words and substrings are lines."""
    lower = pc.utf8_lower(urls.cast(pa.large_string()))
    bare = pc.replace_substring(pc.replace_substring(lower, "-", ""), ".", "")
    netloc = pc.struct_field(pc.extract_regex(lower, _NETLOC), "netloc")
    unlisted = np.zeros(len(urls), np.bool_)
    return {
        "url_domain_listed": is_listed(*utf8(pc.replace_substring(netloc, "www", "")), numbers(domains)),
        "url_banned_substring": _found(bare, substrings) > 0,
        "url_banned_words": _different(lower, words),
        "url_soft_words": _different(lower, soft_words),
        "url_subdomain_listed": unlisted, "url_listed": unlisted, "url_allowed": unlisted,
    }  # fmt: skip


@functools.lru_cache(8)
def _automaton(patterns: bytes) -> Automaton:
    return automaton(patterns.split(b"\n") if patterns else [])


def _found(urls: pa.Array, patterns: bytes) -> np.ndarray:
    one = _automaton(patterns)
    flanks = np.full(len(one.sizes), ANYTHING)
    found: np.ndarray = count(*utf8(urls), one.columns, one.moves, one.ends, one.shorter, one.sizes, flanks, classes())
    return found[:, 0]


def _different(urls: pa.Array, patterns: bytes) -> np.ndarray:
    one = _automaton(patterns)
    flanks = np.full(len(one.sizes), BOUNDARY)
    different: np.ndarray = count_longest(*utf8(urls), one.columns, one.moves, one.ends, one.depths, one.sizes, flanks, classes())
    return different
