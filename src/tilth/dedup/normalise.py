"""What is left of a text when two texts are compared: its plain words."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.kernels.arrow import Bytes, Offsets, utf8
from tilth.kernels.normalise import ALONE, DIGIT, DROP, SPACE, WORD, normalise

_UNSPACED = (  # scripts written without spaces between words: Thai and Lao, Myanmar, Khmer, kana, Han
    range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800), range(0x3040, 0x3100), range(0x31F0, 0x3200),
    range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0xFF66, 0xFF9E), range(0x20000, 0x40000),
)  # fmt: skip
_VARIED = (range(0x20000), range(0x2F800, 0x2FA20), range(0xE0000, 0xE0200))  # beyond it letters fold to themselves


@dataclass(frozen=True)
class Normalise:
    """Which differences between two texts do not count.

    Whitespace, control and format characters never do. `lower`: case. `numbers`: digits, with one decimal part, become 0.
    `punctuation`: punctuation and symbols only separate words. `marks`: accents and other marks fall away (NFD, drop Mn).
    Every letter of a script that is written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar) is a word.
    The steps and their order are those of datatrove's `simplify_text`, with classes of characters in place of its list of punctuation.

    >>> Normalise()(pa.array(["Déjà vu,  at 12.5%!", "我们"])).to_pylist()
    ['deja vu at 0', '我 们']
    """

    lower: bool = True
    numbers: bool = True
    punctuation: bool = True
    marks: bool = True

    def words(self, texts: pa.Array) -> tuple[Offsets, Bytes]:
        """Return the texts as (offsets int64[n + 1], bytes): words, each followed by one space; what `kernels.minhash` reads."""
        return words_of(texts, _table(self))

    def __call__(self, texts: pa.Array) -> pa.Array:
        """Return the texts as large_string, words joined by one space: to see what is compared."""
        offsets, data = self.words(texts)
        spaced = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))
        return pc.utf8_rtrim(spaced, " ")


PLAIN_WORDS = Normalise()


class Table(NamedTuple):
    """What becomes of every code point, as `kernels.normalise` reads it."""

    ascii: Bytes
    entries: np.ndarray
    folded: Bytes
    growth: int


def table_of(kind: Callable[[str, str], int], fold: Callable[[str], str]) -> Table:
    """Return the table in which `kind(letter, category)` says what a code point is, and `fold(letter)` what stands for a word's."""
    entries, folded, growth = np.zeros(0x110000, np.uint32), bytearray(), 1
    for code in (code for part in _VARIED for code in part):
        letter, category = chr(code), unicodedata.category(chr(code))
        if category in ("Cn", "Co", "Cs"):
            continue
        what = kind(letter, category)
        before, after = letter.encode(), fold(letter).encode() if what in (WORD, ALONE) else b" "
        growth = max(growth, -(-(len(after) + 2) // len(before)))
        entries[code] = what << 29
        if code < 0x80:
            entries[code] |= after[0]
        elif after != before and what in (WORD, ALONE):
            entries[code] |= len(after) << 24 | len(folded)
            folded += after
    ascii = np.where((np.arange(256) < 0x80) & (entries[:256] >> 29 <= SPACE), entries[:256], 0).astype(np.uint8)
    return Table(ascii, entries, np.frombuffer(bytes(folded), np.uint8), growth)


def words_of(texts: pa.Array, table: Table) -> tuple[Offsets, Bytes]:
    """Return the texts as (offsets int64[n + 1], bytes): words, each followed by one space."""
    starts, words = normalise(*utf8(texts), *table)
    starts.flags.writeable = words.flags.writeable = False  # as every text that a kernel sees: one dtype, one compile
    return starts, words


def bare(letter: str) -> str:
    """Return a letter decomposed and without its marks.

    >>> bare("é")
    'e'
    """
    return "".join(part for part in unicodedata.normalize("NFD", letter) if unicodedata.category(part) != "Mn")


@functools.cache
def _table(which: Normalise) -> Table:
    alone = {code for part in _UNSPACED for code in part}

    def kind(letter: str, category: str) -> int:
        if category in ("Cc", "Zs", "Zl", "Zp") or (which.punctuation and category[0] in "PS"):
            return SPACE
        if category == "Cf" or (which.marks and category == "Mn"):
            return DROP
        if which.numbers and category == "Nd":
            return DIGIT
        return ALONE if category[0] == "L" and ord(letter) in alone else WORD

    def fold(letter: str) -> str:
        letter = letter.lower() if which.lower else letter
        return unicodedata.normalize("NFC", bare(letter)) if which.marks else letter

    table = table_of(kind, fold)
    ideographs = table.entries[_UNSPACED[-1].start : _UNSPACED[-1].stop]
    ideographs[ideographs == 0] = ALONE << 29
    return table
