"""Numbers that name somebody or what is somebody's: accounts, cards, national ids, addresses of money and of machines.

Every kind is a pattern over bytes, and a check of what it matched: check digits, dates, ranges. A form that many other numbers have as
well (nine bare digits) counts only after a word that says what it is.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tilth.clean import checksums
from tilth.clean.checksums import is_date, luhn, mod97, verhoeff, weighted

CONTEXT = 48  # bytes before a number in which a word may say what it is
_EDGES = (rb"(?<![0-9A-Za-z])(?<![0-9][.,\-/])(?:", rb")(?![0-9A-Za-z])(?![.,\-/][0-9])")
_BARE = re.compile(r"[ .\-/:]")


class Kind(NamedTuple):
    """One kind: what it looks like, what must hold for the bare characters, and a word that must stand before it.

    The word is asked for where the number has no mark within that gives it away (.-/), or where `always` is set.
    """

    pattern: re.Pattern[bytes]
    holds: Callable[[str], bool]
    context: re.Pattern[bytes] | None = None
    always: bool = False


def _kind(pattern: str, holds: Callable[[str], bool], context: str = "", always: bool = False, flags: int = 0) -> Kind:
    whole = re.compile(_EDGES[0] + pattern.encode() + _EDGES[1], flags)
    return Kind(whole, holds, re.compile(rf"(?i)(?<![a-z])(?:{context})".encode()) if context else None, always)


# ISO 13616, the SWIFT registry: how many characters an IBAN of each country has
_IBAN_SIZES = {
    size: set(countries.split()) for size, countries in {
        15: "NO", 16: "BE", 18: "DK FK FO FI GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
        26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE",
        31: "MT SC", 32: "LC", 33: "RU",
    }.items()
}  # fmt: skip
_SIZE_OF = {country: size for size, countries in _IBAN_SIZES.items() for country in countries}
_IBAN = re.compile(rb"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?=[ \-]?[0-9A-Z])")
_PAN = {  # ISO/IEC 7812: issuers' ranges by their first digits, and how long their numbers are; shorter ones of Maestro are not looked for
    "visa": (re.compile("4"), (13, 16, 19)), "mastercard": (re.compile("5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), (16,)),
    "amex": (re.compile("3[47]"), (15,)), "discover": (re.compile("6011|64[4-9]|65"), (16, 19)),
    "jcb": (re.compile("35(?:2[89]|[3-8])|2131|1800"), (15, 16)), "diners": (re.compile("3(?:0[0-5]|[689])"), (14,)),
    "unionpay": (re.compile("62"), (16, 17, 18, 19)), "maestro": (re.compile("50|5[6-9]|6[0379]"), (13, 14, 15, 16, 17, 18, 19)),
}  # fmt: skip


def _card(digits: str) -> bool:
    known = any(len(digits) in sizes and start.match(digits) for start, sizes in _PAN.values())
    return known and len(set(digits)) > 1 and luhn(digits)


def _ssn(digits: str) -> bool:
    """Social Security Administration, 2011: areas, groups and serials that are never given."""
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000" and len(set(digits)) > 1


def _nino(number: str) -> bool:
    """HMRC, NIM39110: prefixes that are never given."""
    return number[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def _nir(number: str) -> bool:
    """Code of INSEE; Corsica counts as 19 and 18."""
    return 97 - int(number[:13].replace("2A", "19").replace("2B", "18")) % 97 == int(number[13:])


def _steuer_id(digits: str) -> bool:
    """Bundeszentralamt: of the first ten digits one comes twice or thrice, the others once at most."""
    counts = sorted(digits[:10].count(each) for each in set(digits[:10]))
    return counts[-1] in (2, 3) and (len(counts) < 2 or counts[-2] == 1) and checksums.mod11_10(digits)


def _dni(number: str) -> bool:
    digits = str("XYZ".index(number[0])) + number[1:-1] if number[0] in "XYZ" else number[:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def _bsn(digits: str) -> bool:
    return int(digits) > 0 and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _aadhaar(digits: str) -> bool:
    """UIDAI: twelve digits; three years in a row are not one."""
    years = all(1800 <= int(digits[at : at + 4]) <= 2100 for at in (0, 4, 8))
    return not years and digits != digits[::-1] and verhoeff(digits)


def _resident(number: str) -> bool:
    return is_date(int(number[6:10]), int(number[10:12]), int(number[12:14])) and checksums.mod11_2(number)


def _pesel(digits: str) -> bool:
    month = int(digits[2:4])
    century = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}[month // 20]
    real = is_date(century + int(digits[:2]), month % 20, int(digits[4:6]))
    return real and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def _address(number: str) -> bool:
    return len(set(number)) > 2


NUMBERS: dict[str, Kind] = {
    "card": _kind(r"[1-6][0-9]{3}(?:[ \-]?[0-9]{4}){2}[ \-]?[0-9]{1,4}(?:[ \-]?[0-9]{3})?|3[0-9]{3}[ \-]?[0-9]{6}[ \-]?[0-9]{4,5}", _card),
    "us_ssn": _kind(r"[0-9]{3}([\- ]?)[0-9]{2}\1[0-9]{4}", _ssn, r"ssn|social.?security"),
    "gb_nino": _kind(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]", _nino),
    "fr_nir": _kind(
        r"[1-478] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", _nir
    ),
    "de_steuer_id": _kind(r"[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}", _steuer_id, r"steuer|tin\b|idnr|identifikationsnummer|tax"),
    "es_dni": _kind(r"(?:[0-9]{8}|[XYZ][ \-]?[0-9]{7})[ \-]?[A-HJ-NP-TV-Z]", _dni),
    "it_codice_fiscale": _kind(
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]", checksums.codice_fiscale
    ),
    "nl_bsn": _kind(r"[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{3}", _bsn, r"bsn|burgerservice|sofi", always=True),
    "br_cpf": _kind(r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}", lambda digits: checksums.cadastro(digits, 11), r"cpf|cadastro"),
    "br_cnpj": _kind(r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}/?[0-9]{4}-?[0-9]{2}", lambda digits: checksums.cadastro(digits, 9), r"cnpj|cadastro"),
    "in_aadhaar": _kind(r"[2-9][0-9]{3}([ \-]?)[0-9]{4}\1[0-9]{4}", _aadhaar, r"aadh?aa?r|uidai?"),
    "cn_resident_id": _kind(r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]", _resident),
    "pl_pesel": _kind(r"[0-9]{11}", _pesel, r"pesel", always=True),
    "ca_sin": _kind(r"[1-79][0-9]{2}([ \-]?)[0-9]{3}\1[0-9]{3}", luhn, r"sin\b|social.?insurance", always=True),
    "mac": _kind(r"[0-9A-F]{2}(?:-[0-9A-F]{2}){5}", _address),
}
ADDRESSES: dict[str, Kind] = {"mac": _kind(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?!:[0-9A-Fa-f])", _address)}
TOKENS: dict[str, Kind] = {
    "bitcoin_address": _kind(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}", checksums.base58check),
    "bitcoin_segwit_address": _kind(r"(?i:bc1[02-9ac-hj-np-z]{11,71})", checksums.bech32),
    "ethereum_address": _kind(r"0x[0-9A-Fa-f]{40}", lambda address: len(set(address)) > 6),
}


def ibans(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of IBANs in data[start:end], in groups or not.

    >>> list(ibans(b"to DE89 3704 0044 0532 0130 00.", 0, 31))
    [(3, 30)]
    """
    for match in _IBAN.finditer(data, start, end):
        size, at, bare = _SIZE_OF.get(match[0][:2].decode(), 0), match.start(), b""
        while at < end and len(bare) < size and (data[at : at + 1].isalnum() or (data[at] in b" -" and data[at + 1 : at + 2].isalnum())):
            bare += data[at : at + 1].strip(b" -")
            at += 1
        if size and len(bare) == size and not data[at : at + 1].isalnum() and bare.isascii() and bare.isupper() and mod97(bare.decode()):
            yield match.start(), at


_PHONE = re.compile(rb"(?<![0-9A-Za-z])\+?\(?[0-9]{1,4}\)?(?:[ .\-/]{0,2}\(?[0-9]{1,4}\)?){1,6}(?:x[0-9]{1,5})?(?![0-9A-Za-z])")
_CALLED = re.compile(
    rb"(?i)(?<![a-z])(?:tel|phone|telephone|telefon[oe]?|t\xc3\xa9l\xc3\xa9phone|fax|mobile?|handy|cell|whatsapp|call|dial|answering at"
    rb"|reach (?:me|us|you))(?![a-z])[^0-9]{0,24}$"
)
_GIVEN = re.compile(rb"[23][0-9A-Fa-f]{3}:")
_CALLED_AFTER = re.compile(rb"(?i)[ \-]{1,2}(?:office|fax|mobile|desk|home|work)(?![a-z])")
_DATE = re.compile(rb"(?:19|20)[0-9]{2}([.\-/])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([.\-/])[0-9]{1,2}\2(?:19|20)[0-9]{2}")


def called_phones(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span of a number of 7 to 15 digits in or around data[start:end] that follows a word such as "phone", or "office" follows.

    >>> list(called_phones(b"Phone: (37) 788-063", 11, 19))
    [(7, 19)]
    """
    for match in _PHONE.finditer(data, max(0, start - 8), min(len(data), end + 8)):
        digits = sum(chr(each).isdigit() for each in match[0].partition(b"x")[0])
        if match.end() <= start or match.start() >= end or not 7 <= digits <= 15 or _DATE.fullmatch(match[0]):
            continue
        if _CALLED.search(data, max(0, match.start() - CONTEXT), match.start()) or _CALLED_AFTER.match(data, match.end()):
            yield match.span()


def ipv6(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span of data[start:end] if it is a global IPv6 address: all eight groups, or in 2000::/3, where all that are given lie.

    >>> list(ipv6(b"2606:4700:4700::1111", 0, 20)), list(ipv6(b"10:20:30", 0, 8))
    ([(0, 20)], [])
    """
    if 7 <= end - start <= 45 and (data.count(b":", start, end) == 7 or _GIVEN.match(data, start)):
        with contextlib.suppress(ValueError):
            if ipaddress.IPv6Address(data[start:end].decode()).is_global:
                yield start, end


def found(kinds: dict[str, Kind], wanted: frozenset[str], data: bytes, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, kind) of identifiers of the `wanted` kinds in data[start:end].

    >>> text = b"SSN: 123-45-6789"
    >>> list(found(NUMBERS, frozenset({"us_ssn"}), text, 0, len(text)))
    [(5, 16, 'us_ssn')]
    """
    for name in kinds.keys() & wanted:
        kind = kinds[name]
        for match in kind.pattern.finditer(data, start, end):
            if _is_called(kind, match, data) and kind.holds(_BARE.sub("", match[0].decode())):
                yield match.start(), match.end(), name


def _is_called(kind: Kind, match: re.Match[bytes], data: bytes) -> bool:
    if kind.context is None or (not kind.always and any(mark in match[0] for mark in (b".", b"-", b"/"))):
        return True
    return kind.context.search(data, max(0, match.start() - CONTEXT), match.start()) is not None
