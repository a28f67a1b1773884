"""The table of code points against Python's own predicates, and its invariants."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest

from tilth.kernels import text_classes as kernel

CHARACTERS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@pytest.mark.parametrize(
    ("flag", "predicate"),
    [
        (kernel.SPACE, str.isspace), (kernel.LINE_BREAK, lambda c: len(f"a{c}b".splitlines()) == 2), (kernel.ALPHABETIC, str.isalpha),
        (kernel.PUNCTUATION, lambda c: unicodedata.category(c)[0] == "P"), (kernel.WORD, re.compile(r"\w").match),
        (kernel.DECIMAL, re.compile(r"\d").match), (kernel.DIGIT, re.compile("[0-9]").match),
        (kernel.NO_DIGIT, re.compile("[^0-9]", re.DOTALL).match),
    ],
)
def test_classes_are_pythons(flag: int, predicate: object) -> None:
    if f"Unicode {unicodedata.unidata_version};" not in kernel.data_file("text_classes.json")["source"]:
        pytest.skip("this Python has another Unicode version than the tables")
    found = kernel.classes()[[ord(c) for c in CHARACTERS]] & flag != 0
    assert found.tolist() == [bool(predicate(c)) for c in CHARACTERS]  # type: ignore[operator]


def test_every_white_space_is_nothing_else_and_line_breaks_are_white_space() -> None:
    table = kernel.classes()
    space, breaks = table & kernel.SPACE != 0, table & kernel.LINE_BREAK != 0
    assert space[breaks].all()
    assert not (table[space] & (kernel.ACTIVE | kernel.ALPHABETIC | kernel.PUNCTUATION)).any()


def test_letters_and_digits_of_ascii_touch_no_rule() -> None:
    plain = [ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
    assert not (kernel.classes()[plain] & kernel.ACTIVE).any()


def test_the_data_say_where_they_come_from_and_cannot_be_changed() -> None:
    assert "spaCy" in kernel.data_file("text_classes.json")["source"]
    with pytest.raises(ValueError, match="read-only"):
        kernel.classes()[0] = np.int32(1)
