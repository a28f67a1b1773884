"""Personal data and secrets found by form and check digit, and tagged, removed, or replaced by pseudonyms."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.clean import pseudonym, secrets
from tilth.clean.identifiers import ADDRESSES, NUMBERS, TOKENS, called_phones, found, ibans, ipv6
from tilth.clean.pii import emails_in, phones_in, public_ips_in
from tilth.clean.splice import splice
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.identifiers import ADDRESS, BLOCK, NUMBER, TOKEN, stretches
from tilth.kernels.pii import windows
from tilth.op import Op, put

Span = tuple[int, int, str]  # first and last byte, and the kind

GROUPS: dict[str, tuple[str, ...]] = {
    "email": ("email",), "phone": ("phone",), "ip": ("ip",), "iban": ("iban",), "card": ("card",),
    "national_id": tuple(name for name in NUMBERS if name not in ("card", "mac")),
    "mac": ("mac",), "crypto_address": tuple(TOKENS), "secret": secrets.KINDS, "url_credentials": ("url_credentials",),
}  # fmt: skip
_FIRST = ("private_key", "url_credentials", *secrets.KINDS[:-2], *TOKENS, "iban", "email", *NUMBERS, "ip", "phone", "generic_secret")
RANK = {kind: rank for rank, kind in enumerate(_FIRST)}  # of two that overlap the one before the other counts
_ZIP, _STATE = re.compile("[0-9]{5}-[0-9]{4}"), re.compile(rb"(?<![A-Za-z])[A-Z]{2}[ ,]{1,2}$")
_CONTACTS: dict[str, Callable[[str], Iterator[tuple[int, int]]]] = {"email": emails_in, "ip": public_ips_in, "phone": phones_in}


@dataclass(frozen=True)
class Redact(Op):
    """Find personal data and secrets in `text`, count them in `pii_<name>` (int64) for each of `kinds`, and put something in their place.

    `mode` "tag" puts the kind, `<EMAIL>`; "remove" nothing; "pseudonym" `<EMAIL#...>`, the same for the same value under the key in the
    environment variable `key_variable`: in every document, run and executor. `clean.redact` makes that step and its `key_check`.
    Fakes in the manner of FineWeb are `RedactPii`'s.

    `kinds` names groups (all of them by default) or single kinds: "national_id" or "us_ssn". Where two overlap the surer one counts: a
    key before a number, a number with check digits before a phone number. E-mail addresses, IPv4 addresses (but none of four single
    digits) and phone numbers are those of `RedactPii`, and more of them; docs/pii.md has all kinds, what must hold for each, and the
    measured precision and recall.

    Raises RecipeError for a kind that is unknown, and where the key is not there.

    >>> text = "Jane (jane@mail.org) paid with 4111 1111 1111 1111 to DE89 3704 0044 0532 0130 00."
    >>> Redact().apply(pa.record_batch({"text": [text]}))["text"].to_pylist()
    ['Jane (<EMAIL>) paid with <CARD> to <IBAN>.']
    """

    kinds: tuple[str, ...] = tuple(GROUPS)
    mode: str = "tag"
    key_variable: str = ""
    key_check: str = ""

    def __post_init__(self) -> None:
        pseudonym.check_mode("clean.redact", self.mode, self.key_variable, self.key_check)
        known = {*GROUPS, *RANK}
        if unknown := [kind for kind in self.kinds if kind not in known]:
            why = f"there are: {', '.join(sorted(known))}"
            raise RecipeError(f"There is no kind {unknown[0]!r} of personal data.", where="clean.redact", why=why, fix="kinds=('email',)")
        if not self.kinds:
            raise RecipeError("There is nothing to redact.", where="clean.redact(kinds=())", fix="kinds=('email', 'secret')")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        spans, kinds, values = self._found(text)
        secret = pseudonym.key(self.key_variable, self.key_check) if self.mode == "pseudonym" else b""
        replaced = [pseudonym.replacement(kind, value, self.mode, secret) for kind, value in zip(kinds, values, strict=True)]
        batch = put(batch, "text", splice(text, spans, replaced))
        for name in self.kinds:
            members = GROUPS.get(name, (name,))
            rows = spans[[kind in members for kind in kinds], 0] if len(spans) else spans[:, 0]
            counts = np.bincount(rows, minlength=len(batch)).astype(np.int64)
            batch = put(batch, f"pii_{name}", pa.array(counts, mask=np.asarray(text.is_null())))
        return batch

    def _found(self, text: pa.Array) -> tuple[np.ndarray, list[str], list[str]]:
        """Return (int64[k, 3]: row, first and last byte; kinds; values), in order."""
        offsets, data = utf8(text)
        wanted = frozenset(kind for name in self.kinds for kind in GROUPS.get(name, (name,)))
        spans, kinds, values = [], [], []
        for row, places in _by_row(offsets, data, wanted):
            start = int(offsets[row])
            whole = data[start : offsets[row + 1]].tobytes()
            for first, last, kind in apart(_candidates(whole, places, wanted)):
                spans.append((row, start + first, start + last))
                kinds.append(kind)
                values.append(whole[first:last].decode())
        return np.array(spans, np.int64).reshape(-1, 3), kinds, values


def _by_row(offsets: np.ndarray, data: np.ndarray, wanted: frozenset[str]) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """Yield (row, [(first and last byte in its text, kind of stretch)]); -1 is a window of `kernels.pii`."""
    places: dict[int, list[tuple[int, int, int]]] = {}
    if wanted & {*_CONTACTS, "url_credentials"}:
        for row, start, stop in windows(offsets, data).tolist():
            places.setdefault(row, []).append((start - int(offsets[row]), stop - int(offsets[row]), -1))
    if wanted - {"email", "url_credentials"}:
        for row, start, stop, kind in stretches(offsets, data).tolist():
            places.setdefault(row, []).append((start - int(offsets[row]), stop - int(offsets[row]), kind))
    for row in sorted(places):
        yield row, places[row]


def _candidates(whole: bytes, places: Iterable[tuple[int, int, int]], wanted: frozenset[str]) -> Iterator[Span]:
    for start, stop, place in places:
        yield from (span for span in _in_place(whole, start, stop, place, wanted) if span[2] in wanted)


def _in_place(whole: bytes, start: int, stop: int, place: int, wanted: frozenset[str]) -> Iterator[Span]:
    if place == NUMBER:
        yield from found(NUMBERS, wanted, whole, start, stop)
        yield from ((first, last, "iban") for first, last in ibans(whole, start, stop))
        yield from ((first, last, "phone") for first, last in called_phones(whole, start, stop))
    elif place == TOKEN:
        yield from secrets.tokens(whole, start, stop)
        yield from found(TOKENS, wanted, whole, start, stop)
        yield from ((start + first, start + last, "iban") for first, last in ibans(whole[start:stop].upper(), 0, stop - start))
    elif place == ADDRESS:
        yield from found(ADDRESSES, wanted, whole, start, stop)
        yield from ((first, last, "ip") for first, last in ipv6(whole, start, stop))
    elif place == BLOCK:
        yield from secrets.private_key(whole, start, len(whole))
    else:
        yield from _contacts(whole, start, stop, wanted)


def _contacts(whole: bytes, start: int, stop: int, wanted: frozenset[str]) -> Iterator[Span]:
    if "url_credentials" in wanted:
        yield from secrets.url_credentials(whole, start, stop)
    window = whole[start:stop].decode()
    plain = window.isascii()
    for kind in _CONTACTS.keys() & wanted:
        for first, last in _CONTACTS[kind](window):
            if (kind == "phone" and _is_zip(whole, start, window, first, last)) or (kind == "ip" and last - first == 7):
                continue  # four single digits are a section, a version or a public resolver, nobody's address
            if not plain:
                first, last = len(window[:first].encode()), len(window[:last].encode())
            yield start + first, start + last, kind


def _is_zip(whole: bytes, start: int, window: str, first: int, last: int) -> bool:
    """Tell `MA 02111-1307`: state and ZIP+4 of the United States look like a prefix and a number."""
    if not _ZIP.fullmatch(window, first, last):
        return False
    at = start + len(window[:first].encode())
    return _STATE.search(whole, max(0, at - 4), at) is not None


def apart(spans: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap, in order: of those that do the one of the better rank, then the longer, then the first.

    >>> apart([(0, 9, "phone"), (4, 20, "card"), (22, 25, "email")])
    [(4, 20, 'card'), (22, 25, 'email')]
    """
    taken: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (RANK[span[2]], span[0] - span[1], span)):
        at = bisect.bisect(taken, span)
        if (at == 0 or taken[at - 1][1] <= span[0]) and (at == len(taken) or span[1] <= taken[at][0]):
            taken.insert(at, span)
    return taken


def redact(kinds: tuple[str, ...] = tuple(GROUPS), mode: str = "tag", key_variable: str = "TILTH_PII_KEY") -> Sequence[Op]:
    """Return the step that finds personal data and secrets and tags or removes them, or gives them pseudonyms.

    For pseudonyms the key is read from the environment variable `key_variable`, here and by every worker; it is stored nowhere.

    >>> redact(("email",), mode="remove")
    [Redact(kinds=('email',), mode='remove', key_variable='', key_check='')]
    """
    if mode != "pseudonym":
        return [Redact(tuple(kinds), mode)]
    return [Redact(tuple(kinds), mode, key_variable, pseudonym.key_check(key_variable))]
