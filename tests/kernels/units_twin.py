"""The units of a text, character by character in Python."""

from __future__ import annotations

import unicodedata

UNSPACED = [  # Thai, Lao, Myanmar, Khmer, kana, Han
    (0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100), (0x31F0, 0x3200), (0x3400, 0x4DC0), (0x4E00, 0xA000),
    (0xF900, 0xFB00), (0xFF66, 0xFF9E), (0x20000, 0x40000),
]  # fmt: skip
Units = list[tuple[object, int]]  # (what is compared, first byte)


def units_of(text: str, unit: str) -> Units:
    """A text's units, the slow way."""
    data = text.encode()
    if unit == "byte":
        return list(zip(data, range(len(data)), strict=True))
    at, found, before = 0, [], "space"
    for letter in text:
        category = unicodedata.category(letter)
        alone = any(a <= ord(letter) < b for a, b in UNSPACED) and category[0] == "L"
        kind = "letter" if category[0] in "LN" or category == "Pc" else "joins" if category[0] == "M" or category == "Cf" else "mark"
        kind = "joins" if "\U0001f3fb" <= letter <= "\U0001f3ff" else kind
        kind = "mark" if alone or unit == "character" else "space" if letter.isspace() or category == "Cc" else kind
        if (kind == "joins" and before != "space") or (kind == "letter" and before == "letter"):
            found[-1] = (found[-1][0] + letter, found[-1][1])
        elif kind != "space":
            found.append((letter, at))
            before = "mark" if kind == "joins" else kind
        else:
            before = "space"
        at += len(letter.encode())
    return found
