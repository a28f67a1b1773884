"""What every code point is to the rules over text: one flat table of flag bits, from a data file that says where each class comes from."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

import numpy as np

Classes = np.ndarray[tuple[int], np.dtype[np.int32]]

# flags of a code point
SPACE = 1 << 0  # str.isspace
LINE_BREAK = 1 << 1  # str.splitlines cuts here
ALPHABETIC = 1 << 2  # str.isalpha
WORDLIKE = 1 << 3  # not one of datatrove's punctuation marks and control codes
PUNCTUATION = 1 << 4  # Unicode category P
SENTENCE_END = 1 << 5  # spaCy's sentencizer
TERMINAL = 1 << 6  # datatrove's line ends
PREFIX = 1 << 7  # spaCy cuts it off the front of a chunk; "+" only if no digit follows
SUFFIX = 1 << 8  # ... off the back
SUFFIX_AFTER_DIGIT = 1 << 9
INFIX = 1 << 10  # spaCy cuts at it wherever it stands
ALPHA = 1 << 11  # spaCy's letters, lower, upper: scripts without case are both
LOWER = 1 << 12
UPPER = 1 << 13
QUOTE = 1 << 14
BEFORE_DOT = 1 << 15  # a final "." after it is cut off
HOST = 1 << 16  # stands in host names
WORD = 1 << 17  # \w
DECIMAL = 1 << 18  # \d
DIGIT = 1 << 19  # 0-9
NO_DIGIT = 1 << 20  # anything else
ACTIVE = 1 << 21  # some rule of the tokenizer needs it: a chunk without one is one token
COUNTED = 1 << 22  # "#", "." and the ellipsis: the rules count them
CURLY = 1 << 23  # "{"
BRACKET = 1 << 24  # "["
LETTER_J = 1 << 25  # where "javascript" may start
BEFORE_HYPHEN = 1 << 26  # a hyphen after it, with a letter behind, is cut out; spaCy's languages differ in it

_NAMED = {
    "space": SPACE, "line_break": LINE_BREAK, "alphabetic": ALPHABETIC, "word": WORD, "decimal": DECIMAL, "punctuation": PUNCTUATION,
    "terminal": TERMINAL, "sentence_end": SENTENCE_END, "prefix": PREFIX, "suffix": SUFFIX, "suffix_after_digit": SUFFIX_AFTER_DIGIT,
    "infix": INFIX, "alpha": ALPHA, "lower": LOWER, "upper": UPPER, "quote": QUOTE, "before_dot": BEFORE_DOT, "host": HOST,
}
_LISTED = {DIGIT: "0123456789", COUNTED: "#.…", CURLY: "{", BRACKET: "[", LETTER_J: "jJ", ACTIVE: "+-*^.,:<>=/–—~"}


def data_file(name: str) -> dict[str, Any]:
    """Return the JSON data file `name` of this folder; its `source` says what it was measured on."""
    return dict(json.loads(resources.files("tilth.kernels").joinpath(name).read_text("utf-8")))


@functools.cache
def classes() -> Classes:
    """Return the flags of every code point, int32[0x110000].

    >>> bool(classes()[ord("a")] & ALPHABETIC), bool(classes()[ord("!")] & ALPHABETIC)
    (True, False)
    """
    named = data_file("text_classes.json")["classes"]
    table = np.full(0x110000, WORDLIKE | NO_DIGIT, np.int32)
    for name, bit in _NAMED.items():
        for first, last in named[name]:
            table[first : last + 1] |= bit
    for first, last in named["symbol"]:
        table[first : last + 1] &= ~WORDLIKE
    table[table & (PREFIX | SUFFIX | INFIX) != 0] |= ACTIVE
    for bit, characters in _LISTED.items():
        table[[ord(c) for c in characters]] |= bit
    table[ord("0") : ord("9") + 1] &= ~NO_DIGIT
    table[table & (ALPHA | DIGIT) != 0] |= BEFORE_HYPHEN
    table.flags.writeable = False
    return table
