"""Documents of the same address."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup import survivor
from tilth.dedup.exact import first_of_equal, meet
from tilth.errors import CorpusError
from tilth.filters.signals import check_variant
from tilth.kernels.arrow import utf8
from tilth.op import Exchange, Phase, mark

_PARTS = (
    r"(?s)^(?:(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):)?//)?(?P<user>[^/?#@]*@)?(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?"
    r"(?P<fragment>#.*)?$"
)
_TRACKING = (
    r"(?i)[?&](?:utm_[^=&]*|pk_[^=&]*|mtm_[^=&]*|hsa_[^=&]*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid"
    r"|li_fat_id|mc_cid|mc_eid|_hsenc|_hsmi|_ga|_gl|vero_id|oly_anon_id|oly_enc_id|rb_clickid|s_cid|sessionid|phpsessid|jsessionid)"
    r"(?:=[^&]*)?"
)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True)
class UrlForm:
    """Which differences between two addresses do not count; all False leaves the string as it is.

    `scheme`: http, https, none, and their ports 80 and 443. `host`: upper and lower case of scheme and host, and a dot after it. `www`:
    "www." before it. `escapes`: %7e, %7E and ~ (RFC 3986, 6.2.2). `tracking`: parameters that say where a visitor came from or who it is
    (utm_*, fbclid, gclid, session ids and the like). `sort`: the order of parameters. `slash`: slashes at the end of the path. `fragment`:
    what follows "#", unless "#!" begins it, by which some sites name pages.

    >>> UrlForm()(pa.array(["HTTPS://www.A.org:443/b/?z=1&utm_source=x&c=%7e#top", "a.org/b?c=~&z=1"])).to_pylist()
    ['a.org/b?c=~&z=1', 'a.org/b?c=~&z=1']
    """

    scheme: bool = True
    host: bool = True
    www: bool = True
    escapes: bool = True
    tracking: bool = True
    sort: bool = True
    slash: bool = True
    fragment: bool = True

    def __call__(self, urls: pa.Array) -> pa.Array:
        """Return the addresses (large_string) as they are compared; null stays null."""
        if self == EXACT:
            return urls
        if self.escapes:
            urls = _where(urls, "%", _unescaped)
        parts = pc.extract_regex(urls, _PARTS)
        scheme, user, host, path, query, fragment = (parts.field(i) for i in range(6))
        if self.host:
            scheme, host = pc.utf8_lower(scheme), pc.utf8_rtrim(pc.utf8_lower(host), ".")
        if self.scheme:
            scheme = pc.replace_substring_regex(scheme, r"^(?i:https?)$", "")
            host = pc.replace_substring_regex(host, r":(80|443)?$", "")
        if self.www:
            host = pc.replace_substring_regex(host, r"^www\.(.+\.)", r"\1")
        if self.tracking:
            query = pc.replace_substring_regex(query, _TRACKING, "")
            query = pc.replace_substring_regex(query, "^&", "?")
        if self.sort:
            query = _where(query, "&", _sorted)
        if self.slash:
            path = pc.utf8_rtrim(path, "/")
        if self.tracking or self.sort:
            query = pc.replace_substring_regex(query, r"^\?$", "")
        if self.fragment:
            fragment = pc.replace_substring_regex(fragment, r"(?s)^#($|[^!].*)", "")
        scheme = pc.replace_substring_regex(scheme, "(.)$", r"\1://")
        return pc.fill_null(pc.binary_join_element_wise(scheme, user, host, path, query, fragment, pa.scalar("", urls.type)), urls)


FORM = UrlForm()
EXACT = UrlForm(*(False,) * 8)


def _where(values: pa.Array, mark: str, change: Callable[[str], str]) -> pa.Array:
    """Return `values` with those that hold `mark` changed."""
    some = pc.fill_null(pc.match_substring(values, mark), False)
    return pc.replace_with_mask(values, some, pa.array([change(value) for value in values.filter(some).to_pylist()], values.type))


def _unescaped(url: str) -> str:
    def letter(escape: re.Match[str]) -> str:
        code = chr(int(escape[0][1:], 16))
        return code if code in _UNRESERVED else escape[0].upper()

    return _ESCAPE.sub(letter, url)


def _sorted(query: str) -> str:
    return "?" + "&".join(sorted(part for part in query[1:].split("&") if part))


def _c4(urls: pa.Array) -> pa.Array:
    bare = pc.replace_substring_regex(urls, r"https?://(www\.)?", "")
    return pc.utf8_rtrim(pc.replace_substring_regex(bare, r"\?(utm_|ref|feed).*", ""), "/")


def _lower(urls: pa.Array) -> pa.Array:
    return pa.array([None if url is None else url.lower() for url in urls.to_pylist()], pa.large_string())


VARIANTS: dict[str, Callable[[UrlForm, pa.Array], pa.Array]] = {
    "tilth": lambda form, urls: form(urls), "c4": lambda form, urls: _c4(urls), "datatrove": lambda form, urls: _lower(urls),
}


def urls(form: UrlForm = FORM, *, keep: str = "first", column: str = "url", variant: str = "tilth") -> list[DuplicateUrls]:
    """Return the step that drops all but one document of an address; see `DuplicateUrls`.

    >>> urls(keep="longest")[0].keep
    'longest'
    """
    return [DuplicateUrls(form, keep, column, variant)]


@dataclass(frozen=True)
class DuplicateUrls(Exchange):
    """Drop all but one of the documents whose addresses, in `column`, are the same but for what `form` leaves out of count.

    `keep` says who stays: "first" (least address of the row), "longest", or the column whose highest value stays. Documents without an
    address are nobody's duplicates. Two addresses are the same where two XXH64 of different seeds are, as in `Exact`.

    `variant="c4"` compares as the code that made C4 does: without "http://", "https://", "www.", what follows "?utm_", "?ref" or "?feed",
    and slashes at the end; "datatrove" in lower case, as its example does. `UrlForm` has no part in these. dolma and DCLM compare the bare
    strings, `form=EXACT`. Raises CorpusError where there is no such column, RecipeError for a variant or `keep` that cannot be.

    Source: RFC 3986, section 6; tensorflow_datasets' text/c4_utils.py, `normalize_url`; datatrove's examples/url_deduplication.py.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"url": ["http://a.org/", "https://www.a.org", None], "text": ["one", "two", "three"]})
    >>> evaluate(urls(), rows).table["text"].to_pylist()
    ['one', 'three']
    """

    form: UrlForm = FORM
    keep: str = "first"
    column: str = "url"
    variant: str = "tilth"

    version: ClassVar[int] = 2
    limit: ClassVar[int] = 1

    def __post_init__(self) -> None:
        survivor.check_keep(self.keep, repr(self))
        check_variant(self, self.variant, VARIANTS)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.column, *survivor.reads(self.keep))))

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        if self.column not in batch.schema.names:
            raise CorpusError.no_column(
                self.column, batch.schema.names, where=repr(self), fix='dedup.urls(column="id") where the id is the address'
            )
        compared = VARIANTS[self.variant](self.form, batch[self.column].cast(pa.large_string()))
        return meet(*utf8(compared), batch["row"], survivor.rank(batch, self.keep))

    def phases(self) -> tuple[Phase, ...]:
        return (first_of_equal,)

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks()
        return mark(batch, of.is_valid(), "duplicate URL", of)
