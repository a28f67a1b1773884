r"""Where text is cut before byte pairs are merged: no token ever spans two pre-tokens.

The pattern is that of GPT-4 (tiktoken's cl100k_base; Llama 3 has the same): contractions; a word with the one character before it;
at most three digits; punctuation with the newlines after it; white space up to its last newline; other white space. Three changes:

- marks (\p{M}) count as letters, as in OpenAI's later o200k_base: without that, words of Indic scripts are cut at each vowel sign;
- repeats are possessive wherever that matches the same, because ten million spaces make the regex engine give up otherwise;
- a contraction is matched in either case letter by letter: "ignore case" would also take U+017F for an s.
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files

import numpy as np

from tilth.kernels import bpe

PATTERN = (
    r"'(?:[sdmtSDMT]|[lL][lL]|[vV][eE]|[rR][eE])"
    r"|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}]++"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{M}\p{N}]++[\r\n]*+"
    r"|(?:[^\S\r\n]*+[\r\n]++)++"
    r"|\s+(?!\S)"
    r"|\s"
)


@functools.cache
def classes() -> np.ndarray:
    """Return the class of each code point, uint8[0x110000], as the kernel names them.

    >>> [int(classes()[ord(c)]) for c in "?x7 " + chr(10)] == [bpe.OTHER, bpe.LETTER, bpe.NUMBER, bpe.SPACE, bpe.NEWLINE]
    True
    """
    ranges = json.loads(files("tilth.tokenize").joinpath("classes.json").read_bytes())
    table = np.full(0x110000, bpe.OTHER, np.uint8)
    for name, kind in (("letter_or_mark", bpe.LETTER), ("number", bpe.NUMBER), ("space", bpe.SPACE)):
        for first, last in ranges[name]:
            table[first : last + 1] = kind
    table[[0x0A, 0x0D]] = bpe.NEWLINE
    table.flags.writeable = False
    return table
