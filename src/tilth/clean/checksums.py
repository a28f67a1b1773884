"""Check digits: what tells an identifier from any other run of digits. Each function takes the bare characters, without separators."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

# Verhoeff 1969: the dihedral group of order ten, and the powers of its permutation
_TIMES = [[(a + b) % 5 if a < 5 and b < 5 else (a + b - 5) % 5 + 5 if a < 5 else (a - b - 5) % 5 + 5 if b < 5 else (a - b) % 5
           for b in range(10)] for a in range(10)]  # fmt: skip
_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_SUMS = (1, 0x2BC830A3)  # BIP 173, BIP 350
_BECH32_POWERS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)  # of codice fiscale


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def mod97(characters: str) -> bool:
    """ISO/IEC 7064, MOD 97-10, as IBANs have it (ISO 13616): the first four characters count last.

    >>> mod97("GB82WEST12345698765432")
    True
    """
    return int("".join(str(int(each, 36)) for each in characters[4:] + characters[:4])) % 97 == 1


def verhoeff(digits: str) -> bool:
    """Verhoeff 1969, Error Detecting Decimal Codes.

    >>> verhoeff("2363"), verhoeff("2364")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _TURN[value]
        total = _TIMES[total][value]
    return total == 0


def mod11_10(digits: str) -> bool:
    """ISO/IEC 7064, MOD 11,10 (German tax numbers).

    >>> mod11_10("86095742719")
    True
    """
    rest = 10
    for digit in digits[:-1]:
        rest = ((int(digit) + rest) % 10 or 10) * 2 % 11
    return (11 - rest) % 10 == int(digits[-1])


def mod11_2(characters: str) -> bool:
    """ISO/IEC 7064, MOD 11-2, X for ten (resident numbers of China, GB 11643).

    >>> mod11_2("11010519491231002X")
    True
    """
    total = 0
    for each in characters:
        total = (2 * total + (10 if each == "X" else int(each))) % 11
    return total == 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of digits times weights.

    >>> weighted("123", (3, 2, 1))
    10
    """
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def cadastro(digits: str, longest: int) -> bool:
    """The two check digits of CPF (`longest` weight 11) and CNPJ (9): weights rise from 2 at the right and begin again after the longest.

    >>> cadastro("52998224725", 11), cadastro("11222333000181", 9)
    (True, True)
    """
    if len(set(digits)) == 1:
        return False
    for end in (len(digits) - 2, len(digits) - 1):
        weights = [2 + place % (longest - 1) for place in range(end)][::-1]
        rest = weighted(digits[:end], weights) % 11
        if (0 if rest < 2 else 11 - rest) != int(digits[end]):
            return False
    return True


def codice_fiscale(characters: str) -> bool:
    """Decreto ministeriale 12 marzo 1974: every other character counts by a table of its own.

    >>> codice_fiscale("MRTMTT91D08F205J")
    True
    """
    values = [int(each) if each.isdigit() else ord(each) - 65 for each in characters[:15]]
    return (sum(values[1::2]) + sum(_ODD_VALUES[value] for value in values[0::2])) % 26 == ord(characters[15]) - 65


def is_date(year: int, month: int, day: int) -> bool:
    """Tell a date of the calendar.

    >>> is_date(2000, 2, 29), is_date(1900, 2, 29)
    (True, False)
    """
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def base58check(address: str) -> bool:
    """Bitcoin's Base58Check: 21 bytes, then the first four of their double SHA-256.

    >>> base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    True
    """
    number = 0
    for each in address:
        number = number * 58 + _BASE58.index(each)
    if number >= 1 << 200:
        return False
    data = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(data[:21]).digest()).digest()[:4] == data[21:]


def bech32(address: str) -> bool:
    """Bech32 and Bech32m (BIP 173, BIP 350).

    >>> bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    True
    """
    name, _, data = address.lower().rpartition("1")
    values = [ord(each) >> 5 for each in name] + [0] + [ord(each) & 31 for each in name] + [_BECH32.index(each) for each in data]
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, power in enumerate(_BECH32_POWERS):
            total ^= power if top >> bit & 1 else 0
    return total in _BECH32_SUMS
