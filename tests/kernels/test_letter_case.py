"""The tables against the Python that runs, wherever it knows the character as the Python did that was asked."""

from __future__ import annotations

import re
import unicodedata

import pytest

from tilth.kernels.letter_case import DIGIT, UPPER, flags, lower, same
from tilth.kernels.text_classes import data_file

CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
SAME_UNICODE = f"Unicode {unicodedata.unidata_version};" in data_file("letter_case.json")["source"]


@pytest.mark.skipif(not SAME_UNICODE, reason="this Python has another Unicode than the table")
def test_tables_say_what_python_says() -> None:
    flag, small, alike = flags(), lower(), same()
    for code in CODES:
        character = chr(code)
        assert bool(flag[code] & UPPER) == character.isupper() and bool(flag[code] & DIGIT) == character.isdigit(), hex(code)
        assert chr(small[code]) == (character.lower() if character != "İ" else "İ"), hex(code)
        if alike[code] != code:
            assert re.fullmatch(re.escape(chr(alike[code])), character, re.IGNORECASE), hex(code)


def test_letters_that_ignorecase_takes_for_one() -> None:
    alike = same()
    for one, other in ("kK", "k\u212a", "sſ", "iİ", "iı", "Σς", "µμ"):
        assert alike[ord(one)] == alike[ord(other)], (one, other)
    assert alike[ord("a")] != alike[ord("ä")]


def test_small_letters_of_ascii() -> None:
    assert [chr(lower()[ord(character)]) for character in "AZaz09_[@"] == list("azaz09_[@")
