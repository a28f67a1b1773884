"""Capitals, digits and small letters as Python knows them: str.isupper, str.isdigit, str.lower, re.IGNORECASE."""

from __future__ import annotations

import functools

import numpy as np

from tilth.kernels.text_classes import data_file

Flags = np.ndarray[tuple[int], np.dtype[np.uint8]]
Letters = np.ndarray[tuple[int], np.dtype[np.int32]]

UPPER = 1  # str.isupper
DIGIT = 2  # str.isdigit: superscripts too


@functools.cache
def flags() -> Flags:
    """Return the flags of every code point, uint8[0x110000].

    >>> bool(flags()[ord("A")] & UPPER), bool(flags()[ord("²")] & DIGIT)
    (True, True)
    """
    named = data_file("letter_case.json")
    table = np.zeros(0x110000, np.uint8)
    for name, bit in (("upper", UPPER), ("digit", DIGIT)):
        for first, last in named[name]:
            table[first : last + 1] |= bit
    table.flags.writeable = False
    return table


@functools.cache
def lower() -> Letters:
    """Return the small letter of every code point, int32[0x110000]; İ, which is two characters in small letters, stays.

    >>> chr(lower()[ord("Ä")])
    'ä'
    """
    table = np.arange(0x110000, dtype=np.int32)
    for first, last, step, distance in data_file("letter_case.json")["lower"]:
        table[first : last + 1 : step] += distance
    table.flags.writeable = False
    return table


@functools.cache
def same() -> Letters:
    """Return of every code point the lowest small letter that re.IGNORECASE takes for the same, int32[0x110000].

    >>> chr(same()[ord("ſ")])
    's'
    """
    table = np.arange(0x110000, dtype=np.int32)
    for one, lowest in data_file("letter_case.json")["same"]:
        table[one] = lowest
    table = table[lower()]
    table.flags.writeable = False
    return table
