"""Pages judged by their address: lists of domains, URLs, words and substrings that a user brings."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.filters import url_dclm, url_dolma
from tilth.filters.lists import hashed, lines, numbers
from tilth.filters.signals import check_variant
from tilth.filters.suffixes import nodes, packaged
from tilth.kernels import url as kernel
from tilth.kernels.aho_corasick import Automaton, automaton
from tilth.kernels.arrow import utf8
from tilth.op import Op, put
from tilth.rules import Filter

Entries = str | tuple[str, ...]
_SEPARATORS = re.compile(r"[^a-zA-Z0-9]+")


@dataclass(frozen=True)
class UrlLists:
    """What addresses are held against. `domains`, `urls`, `allow`, `words`, `soft_words` are sorted 64-bit hashes, `substrings` and
    `suffixes` (the public suffix list) lines; made by `filters.urls`, and stored once, by digest.
    """

    domains: bytes = b""
    urls: bytes = b""
    allow: bytes = b""
    words: bytes = b""
    soft_words: bytes = b""
    substrings: bytes = b""
    suffixes: bytes = b""


@dataclass(frozen=True)
class Urls(Op):
    """Hold the addresses in `column` against lists: `url_domain_listed`, `url_subdomain_listed`, `url_listed`, `url_banned_substring`,
    `url_allowed` (bool), `url_banned_words`, `url_soft_words` (int64, different ones). A row without an address is on no list.

    "datatrove" looks up the registered domain, then the whole host name, as they are spelled; words are runs of ASCII letters and digits
    of the URL as it is spelled, so `Word` is not `word`; substrings are looked for in its letters and digits alone, in lower case.
    "dclm" looks up the host with port, lower-case and without "www" anywhere in it; substrings in the URL without "-" and "."; words
    stand between \\b, the longest of those that begin together. "dolma" looks up host, port and path, and the host with and without www.

    Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), appendix G.1; variant "datatrove": its URLFilter; "dclm": its
    url_substring_filter as dclm_baseline_refinedweb.yaml calls it; "dolma": its taggers BaseUrlTagger and BaseDomainTagger.

    >>> step = urls(domains=("example.com",), soft_words=("casino", "poker"))[0]
    >>> batch = pa.record_batch({"url": ["https://www.example.com/casino", "https://example.org/poker-casino"]})
    >>> found = step.apply(batch)
    >>> found["url_domain_listed"].to_pylist(), found["url_soft_words"].to_pylist()
    ([True, False], [1, 2])
    """

    lists: UrlLists = UrlLists()
    variant: str = "datatrove"
    column: str = "url"

    def __post_init__(self) -> None:
        check_variant(self, self.variant, VARIANTS)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.column not in batch.schema.names:
            raise RecipeError(
                f"There is no column {self.column!r} with addresses.", where=f"filters.Urls(column={self.column!r})",
                why=f"the columns are: {', '.join(batch.schema.names)}", fix="filters.urls(..., column='id') where the id is the URL",
            )
        for name, values in VARIANTS[self.variant](self.lists, batch[self.column]).items():
            batch = put(batch, name, pa.array(values))
        return batch


def _datatrove(lists: UrlLists, urls: pa.Array) -> dict[str, np.ndarray]:
    suffixes, found = nodes(lists.suffixes), _automaton(lists.substrings)
    hashes = [numbers(each) for each in (lists.domains, lists.urls, lists.allow, lists.words, lists.soft_words)]
    counts = kernel.judge(*utf8(urls), *suffixes, *hashes, found.columns, found.moves, found.ends, found.shorter)
    return {
        "url_domain_listed": counts[:, kernel.DOMAIN] > 0,
        "url_subdomain_listed": counts[:, kernel.SUBDOMAIN] > 0,
        "url_listed": counts[:, kernel.URL] > 0,
        "url_banned_words": counts[:, kernel.WORDS],
        "url_soft_words": counts[:, kernel.SOFT_WORDS],
        "url_banned_substring": counts[:, kernel.SUBSTRING] > 0,
        "url_allowed": counts[:, kernel.ALLOWED] > 0,
    }


@functools.lru_cache(4)
def _automaton(substrings: bytes) -> Automaton:
    return automaton(substrings.split(b"\n") if substrings else [])


def _plain(entries: Entries) -> list[str]:
    """Return a list's words as datatrove reads them: comments out, ASCII letters and digits only, lower-case."""
    plain = {_SEPARATORS.sub("", line).lower() for line in lines(entries) if not line.startswith("#")}
    return sorted(plain - {""})


def _datatrove_lists(
    domains: Entries, urls: Entries, allow: Entries, words: Entries, soft_words: Entries, substrings: Entries
) -> UrlLists:
    return UrlLists(
        hashed(domains, "domains"), hashed(urls, "urls"), hashed(allow, "domains"), hashed(_plain(words)), hashed(_plain(soft_words)),
        "\n".join(_plain(substrings)).encode(), packaged(),
    )


def _dclm_lists(domains: Entries, urls: Entries, allow: Entries, words: Entries, soft_words: Entries, substrings: Entries) -> UrlLists:
    _refuse("dclm", urls=urls, allow=allow)
    lower = ["\n".join(sorted({line.lower() for line in lines(each)})).encode() for each in (words, soft_words, substrings)]
    return UrlLists(hashed([line.lower() for line in lines(domains)]), b"", b"", *lower)


def _dolma_lists(domains: Entries, urls: Entries, allow: Entries, words: Entries, soft_words: Entries, substrings: Entries) -> UrlLists:
    _refuse("dolma", words=words, soft_words=soft_words, substrings=substrings)
    hosts = [hashed(url_dolma.entries(lines(each, "domains"), url_dolma.hosts)) for each in (domains, allow)]
    return UrlLists(hosts[0], hashed(url_dolma.entries(lines(urls, "urls"), url_dolma.addresses)), hosts[1])


def _refuse(variant: str, **given: Entries) -> None:
    if extra := [name for name, entries in given.items() if entries]:
        why = f"the variant {variant!r} knows no {', '.join(extra)}"
        raise RecipeError("A list would not be used.", where="filters.urls", why=why, fix="variant='datatrove' knows all lists")


VARIANTS: dict[str, Callable[[UrlLists, pa.Array], dict[str, np.ndarray]]] = {
    "datatrove": _datatrove,
    "dclm": lambda lists, urls: url_dclm.judge(lists.domains, lists.words, lists.soft_words, lists.substrings, urls),
    "dolma": lambda lists, urls: url_dolma.judge(numbers(lists.domains), numbers(lists.urls), numbers(lists.allow), urls),
}
_LISTS = {"datatrove": _datatrove_lists, "dclm": _dclm_lists, "dolma": _dolma_lists}
_RULES = {
    "domain": "not url_domain_listed", "subdomain": "not url_subdomain_listed", "url": "not url_listed",
    "hard_blacklisted": "url_banned_words == 0", "soft_blacklisted": "url_soft_words < {soft}",
    "blacklisted_subword": "not url_banned_substring",
}
_ORDER = {
    "datatrove": tuple(_RULES),
    "dclm": ("domain", "blacklisted_subword", "hard_blacklisted", "soft_blacklisted"),
    "dolma": ("domain", "url"),
}


def urls(
    domains: Entries = (), urls: Entries = (), words: Entries = (), soft_words: Entries = (), substrings: Entries = (),
    allow: Entries = (), soft_word_threshold: int = 2, variant: str = "datatrove", column: str = "url",
) -> Sequence[Op]:
    """Return the steps that drop pages whose address is on a list, for datatrove's reasons and in the variant's order.

    Each list is a path (a text file, packed or not, or a folder: of one in UT1's form the files `domains` and `urls` are read) or the
    entries themselves. Domains in `allow` are exempt from all rules. Tilth brings no list along. Raises RecipeError where a list cannot
    be read, or would not be used.

    >>> urls(domains=("example.com",), words=("casino",))[1]
    Filter(rule='not url_domain_listed', reason='domain')
    """
    check_variant(Urls, variant, VARIANTS)
    given = {"domains": domains, "urls": urls, "allow": allow, "words": words, "soft_words": soft_words, "substrings": substrings}
    if not any(given.values()):
        raise RecipeError("There is no list of addresses.", where="filters.urls()", fix="filters.urls(domains='ut1/adult')")
    except_for = "url_allowed or " if allow else ""
    rules = {reason: _RULES[reason].format(soft=soft_word_threshold) for reason in _ORDER[variant]}
    used = {"domain": domains, "subdomain": domains, "url": urls, "hard_blacklisted": words, "soft_blacklisted": soft_words,
        "blacklisted_subword": substrings}  # fmt: skip
    filters = [Filter(except_for + rule, reason) for reason, rule in rules.items() if used[reason]]
    return [Urls(_LISTS[variant](**given), variant, column), *filters]
