"""What is left of a text when two texts are compared: its plain words."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.kernels import normalise as kernels
from tilth.kernels.arrow import Bytes, Offsets, utf8

_SEEN = (range(0x20000), range(0x2F800, 0x2FA20), range(0xE0000, 0xE0200))  # beyond lie ideographs, which fold to themselves
_UNSPACED = (  # scripts written without spaces between words: Thai and Lao, Myanmar, Khmer, kana, Han
    (0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100), (0x31F0, 0x3200), (0x3400, 0x4DC0),
    (0x4E00, 0xA000), (0xF900, 0xFB00), (0xFF66, 0xFF9E), (0x20000, 0x40000),
)  # fmt: skip


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
        ascii, entries, folded, growth = _table(self)
        offsets, data = utf8(texts)
        starts, words = kernels.normalise(offsets, data, ascii, entries, folded, growth)
        starts.flags.writeable = words.flags.writeable = False  # as every text that a kernel sees: one dtype, one compile
        return starts, words

    def __call__(self, texts: pa.Array) -> pa.Array:
        """Return the texts as large_string, words joined by one space: to see what is compared."""
        offsets, data = self.words(texts)
        spaced = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))
        return pa.compute.utf8_rtrim(spaced, " ")


PLAIN_WORDS = Normalise()


@functools.cache
def _table(normalise: Normalise) -> tuple[Bytes, np.ndarray, Bytes, int]:
    """Return (ascii uint8[256], entries uint32[0x110000], folded bytes, growth) as `kernels.normalise` reads them."""
    entries, folded, growth = np.zeros(0x110000, np.uint32), bytearray(), 1
    for low, high in _UNSPACED:
        entries[low:high] = kernels.ALONE << 29
    for code in (code for part in _SEEN for code in part):
        letter, category = chr(code), unicodedata.category(chr(code))
        if category in ("Cn", "Co", "Cs"):
            entries[code] = 0
            continue
        kind = _kind(normalise, category, int(entries[code]) >> 29)
        before = letter.encode()
        after = _fold(normalise, letter).encode() if kind in (kernels.WORD, kernels.ALONE) else b" "
        growth = max(growth, -(-(len(after) + 2) // len(before)))
        if code < 0x80:
            entries[code] = kind << 29 | after[0]
        elif after == before or kind not in (kernels.WORD, kernels.ALONE):
            entries[code] = kind << 29
        else:
            entries[code] = kind << 29 | len(after) << 24 | len(folded)
            folded += after
    ascii = np.where((np.arange(256) < 0x80) & (entries[:256] >> 29 <= kernels.SPACE), entries[:256], 0).astype(np.uint8)
    return ascii, entries, np.frombuffer(bytes(folded), np.uint8), growth


def _kind(normalise: Normalise, category: str, letter: int) -> int:
    if category in ("Cc", "Zs", "Zl", "Zp") or (normalise.punctuation and category[0] in "PS"):
        return kernels.SPACE
    if category == "Cf" or (normalise.marks and category == "Mn"):
        return kernels.DROP
    if normalise.numbers and category == "Nd":
        return kernels.DIGIT
    return letter if category[0] == "L" else kernels.WORD


def _fold(normalise: Normalise, letter: str) -> str:
    letter = letter.lower() if normalise.lower else letter
    if not normalise.marks:
        return letter
    bare = (mark for mark in unicodedata.normalize("NFD", letter) if unicodedata.category(mark) != "Mn")
    return unicodedata.normalize("NFC", "".join(bare))
