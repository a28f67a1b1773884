"""Letters and word characters as the library `regex` has them, which NeMo Curator and dolma use; white space as Python has it."""

from __future__ import annotations

import functools

import numpy as np

from tilth.kernels.text_classes import SPACE as PYTHON_SPACE
from tilth.kernels.text_classes import classes, data_file

Letters = np.ndarray[tuple[int], np.dtype[np.uint8]]

SPACE = 1  # str.isspace
LETTER = 2  # [[:alpha:]]: Unicode's Alphabetic, which has vowel signs and Roman numerals too
WORD = 4  # \w


@functools.cache
def letters() -> Letters:
    """Return the flags of every code point, uint8[0x110000].

    >>> bool(letters()[ord("a")] & LETTER), bool(letters()[ord("1")] & LETTER), bool(letters()[ord("1")] & WORD)
    (True, False, True)
    """
    table = (classes() & PYTHON_SPACE != 0).astype(np.uint8) * np.uint8(SPACE)
    named = data_file("letters.json")["classes"]
    for name, bit in (("letter", LETTER), ("word", WORD)):
        for first, last in named[name]:
            table[first : last + 1] |= bit
    table.flags.writeable = False
    return table
