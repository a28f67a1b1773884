"""Personal identifiers redacted: e-mail addresses, public IPv4 addresses, phone numbers."""

from __future__ import annotations

import ipaddress
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.clean.splice import splice
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.pii import windows
from tilth.op import Op, put

Span = tuple[int, int]

_ATOM = r"[!#-'*+\-/-9=?A-Z^-~]"  # RFC 5322 atext
_LABEL = r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)"
_DOMAIN = re.compile(rf"@(?:{_LABEL}(?:\.{_LABEL})+|\[(?:{_OCTET}\.){{3}}(?:{_OCTET}|[A-Za-z0-9-]*[A-Za-z0-9]:)\])")
_ATOMS = re.compile(rf"{_ATOM}(?:\.?{_ATOM})*")
_BOUNDARY = re.compile(r"\b(?=[^.])")
_IPV4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
_PHONE = re.compile(
    r"""(?<![\w+\-./=\#$%,\])])(?:
    (?: \(?\+\(? | 00[ -]? (?=[1-9][0-9]{0,2}[ \-/.(]) ) [1-9] (?: [ ().\-/]{0,3} [0-9] ){7,14}             # +49 (0)30 1234567, 0049 30 ...
    | (?: 1[ .\-] )? (?: \([2-9][0-9]{2}\)[ ]? | [2-9][0-9]{2}[ .\-] ) [2-9][0-9]{2} [ .\-] [0-9]{4}      # North America: 3-3-4
    | 0[1-9] (?P<pair>[ .\-]) [0-9]{2} (?: (?P=pair)[0-9]{2} ){3}                                         # France: five pairs
    | 06[ -] [0-9]{8}                                                                                    # Netherlands, mobile
    | (?: \(0[1-9][0-9]{0,3}\)[ ]? | 0[1-9][0-9]{1,3} (?: [ ]?/[ ]? | [ -] ) ) [0-9]{2,7} (?: [ -][0-9]{2,4} ){0,3}  # prefix, then groups
    )(?: x[0-9]{1,5} )? (?! \w | [.\-/]?[0-9] )""",
    re.VERBOSE | re.ASCII,
)
_NOT_PHONE = re.compile(r".*555[ .\-]01[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{4}")  # 555-01xx is fiction's; US social security numbers


@dataclass(frozen=True)
class RedactPii(Op):
    """Replace e-mail addresses, public IPv4 addresses and phone numbers in `text`; count them in `pii_emails`, `pii_ips`, `pii_phones`.

    Each kind has its replacements; one is chosen by a hash of what it replaces, so that equal addresses stay equal and the result does
    not depend on how the corpus is cut (datatrove rotates them by process). An empty tuple leaves that kind alone. Replacements are
    reserved names and numbers (RFC 2606, RFC 5737, NANP 555-01xx); where a text holds one already it is left and not counted.

    E-mail and IPv4 addresses are those that datatrove's `PIIFormatter` finds, in its order; private addresses are no one's and stay.
    Phone numbers are ours, and cautious: with `+` or `00`, or grouped as North Americans (3-3-4) and Europeans (prefix, groups) do.
    Bare runs of digits are left, so that identifiers survive. Source: FineWeb (Penedo et al. 2024), section 3; RFC 5322; E.164.

    >>> text = "Mail jane.doe@mail.org or call +49 30 1234567; not 10.0.0.1, not 2024-01-31, not 978-3-16-148410-0."
    >>> RedactPii().apply(pa.record_batch({"text": [text]})).to_pylist()[0]
    {'text': 'Mail firstname.lastname@example.org or call 415-555-0197; not 10.0.0.1, not 2024-01-31, not 978-3-16-148410-0.',
     'pii_emails': 1, 'pii_ips': 0, 'pii_phones': 1}
    """

    email: tuple[str, ...] = ("email@example.com", "firstname.lastname@example.org")
    ip: tuple[str, ...] = ("192.0.2.1", "192.0.2.87", "198.51.100.14", "198.51.100.203", "203.0.113.5", "203.0.113.120")
    phone: tuple[str, ...] = ("202-555-0110", "312-555-0166", "415-555-0197")

    def __post_init__(self) -> None:
        if not (self.email or self.ip or self.phone):
            raise RecipeError("There is nothing to redact.", where=str(self), fix="give replacements for one kind at least")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        offsets, data = utf8(text)
        spans = windows(offsets, data)
        redacted, counts = [], np.zeros((3, len(batch)), np.int64)
        for row, start, end in spans.tolist():
            clean, found = self._redact(data[start:end].tobytes().decode())
            redacted.append(clean)
            counts[:, row] += found
        batch = put(batch, "text", splice(text, spans, redacted))
        for name, count in zip(("pii_emails", "pii_ips", "pii_phones"), counts, strict=True):
            batch = put(batch, name, pa.array(count, mask=np.asarray(text.is_null())))
        return batch

    def _redact(self, text: str) -> tuple[str, tuple[int, int, int]]:
        text, emails = _replace(text, emails_in, self.email)
        text, ips = _replace(text, public_ips_in, self.ip)
        text, phones = _replace(text, phones_in, self.phone)
        return text, (emails, ips, phones)


def _replace(text: str, find: Callable[[str], Iterator[Span]], replacements: tuple[str, ...]) -> tuple[str, int]:
    """Return (text with each match replaced, how many)."""
    if not replacements:
        return text, 0
    parts, at, count = [], 0, 0
    for start, end in find(text):
        match = text[start:end]
        if match not in replacements:
            parts += [text[at:start], replacements[zlib.crc32(match.encode()) % len(replacements)]]
            at, count = end, count + 1
    return "".join([*parts, text[at:]]), count


def emails_in(text: str) -> Iterator[Span]:
    """Yield the spans of e-mail addresses: a dot-atom that begins at a word boundary, `@`, and two labels or a bracketed address.

    Searching from each `@` outwards takes time in proportion to the text, where a pattern that begins with the dot-atom takes the square.

    >>> list(emails_in("to: a.b@c.de."))
    [(4, 12)]
    """
    done = 0
    for domain in _DOMAIN.finditer(text):
        local = _local_part(text, max(done, text.rfind("@", done, domain.start()) + 1), domain.start())
        if local is not None:
            done = domain.end()
            yield local, done


def _local_part(text: str, start: int, end: int) -> int | None:
    """Return where the longest dot-atom in `text[start:end]` that ends there and begins at a word boundary begins."""
    backwards = _ATOMS.match(text[start:end][::-1])
    boundary = backwards and _BOUNDARY.search(text, end - backwards.end(), end)
    return boundary.start() if boundary else None


def public_ips_in(text: str) -> Iterator[Span]:
    """Yield the spans of globally routable IPv4 addresses (IANA's registries, as Python's `ipaddress` knows them).

    >>> list(public_ips_in("10.0.0.1 8.8.8.8"))
    [(9, 16)]
    """
    for match in _IPV4.finditer(text):
        try:
            if ipaddress.IPv4Address(match[0]).is_global:
                yield match.span()
        except ValueError:  # leading zeros
            pass


def phones_in(text: str) -> Iterator[Span]:
    """Yield the spans of phone numbers.

    >>> list(phones_in("(202) 456-1111 or 01 23 45 67 89, not 202-555-0143"))
    [(0, 14), (18, 32)]
    """
    for match in _PHONE.finditer(text):
        number = match[0].partition("x")[0]
        digits = sum(character.isdigit() for character in number)
        around = text[max(match.start() - 2, 0) : match.start()], text[match.end() : match.end() + 2]
        in_a_row = " " in number and "+" not in number and any(part.strip().isdigit() for part in around)
        if digits >= 9 - ("+" in number) and not in_a_row and not _NOT_PHONE.fullmatch(number):
            yield match.span()
