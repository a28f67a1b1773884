"""Texts into words, right for the language that they are in.

Three splitters, chosen by name:

    tilth      UAX #29; stretches of Chinese, Japanese, Thai, Lao, Khmer and Burmese script are cut by a dictionary, a model or a rule
    datatrove  whatever datatrove 0.10.1 uses for the language, to the word: tables of `segment.datatrove`
    unicode    UAX #29 alone, for every language: no dictionary, so scripts without spaces are cut into characters

Words are all that is not white space, marks included, as the tools of the field count them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.arrow import Bytes, Offsets, utf8
from tilth.kernels.text_classes import classes
from tilth.kernels.uax29 import word_breaks
from tilth.kernels.word_spans import cut_stretches, uax29_spans
from tilth.segment import datatrove, libraries
from tilth.segment.languages import full_name, script
from tilth.segment.pieces import Pieces

_HAN = ((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
        (0x20000, 0x3FFFF))  # fmt: skip
_KANA = ((0x3041, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F))
_THAI = ((0xE01, 0xE3A), (0xE40, 0xE4E))
_LAO = ((0xE81, 0xEC6), (0xEC8, 0xECE), (0xEDC, 0xEDF))
_KHMER = ((0x1780, 0x17D3), (0x17D7, 0x17D7), (0x17DC, 0x17DD))
_BURMESE = ((0x1000, 0x103F), (0x1050, 0x109F), (0xA9E0, 0xA9FE), (0xAA60, 0xAA7F))


class Stretches(NamedTuple):
    """What cuts the stretches of a script: a tool of `libraries`, and the characters that it is for, as ranges of code points."""

    tool: str
    characters: tuple[tuple[int, int], ...]


SCRIPTS = {
    "Hani": Stretches("rjieba", _HAN), "Hans": Stretches("rjieba", _HAN), "Hant": Stretches("rjieba", _HAN),
    "Jpan": Stretches("sudachi", _HAN + _KANA), "Thai": Stretches("newmm", _THAI), "Laoo": Stretches("laonlp", _LAO),
    "Khmr": Stretches("khmercut", _KHMER), "Mymr": Stretches("syllables", _BURMESE),
}
NONE = Stretches("", ())


def words(text: str, language: str, splitter: str = "tilth") -> list[str]:
    """Return the words of one text.

    Raises RecipeError for a language or splitter that does not exist, MissingExtra where a library is needed.

    >>> words("L'été, c'est «l'île» d'Ouessant: 3,5 km.", "fr")
    ["L'été", ',', "c'est", '«', "l'île", '»', "d'Ouessant", ':', '3,5', 'km', '.']
    >>> words("我们在北京大学学习。", "zh")
    ['我们', '在', '北京大学', '学习', '。']
    """
    return split_words(pa.array([text], pa.large_string()), language, splitter).lists()[0]


def split_words(texts: pa.Array, language: str, splitter: str = "tilth") -> Pieces:
    """Return the words of many texts in one language; a null has none. Raises as `words` does.

    Source: Unicode Standard Annex #29 (Unicode 16), and the tools that `segment.libraries` names.

    >>> split_words(pa.array(["one two", None]), "en").ends.tolist()
    [0, 2, 2]
    """
    if splitter not in SPLITTERS:
        raise RecipeError(
            f"There is no splitter {splitter!r}.", where="segment.words", why=f"there are: {', '.join(SPLITTERS)}", fix='splitter="tilth"'
        )
    return SPLITTERS[splitter](texts, full_name(language))


def tool_of(language: str, splitter: str = "tilth") -> str:
    """Return the name of what serves a language: "uax29", a function of `segment.libraries`, or "spacy:de" and the like.

    >>> tool_of("de"), tool_of("ja"), tool_of("ja", "unicode"), tool_of("de", "datatrove")
    ('uax29', 'sudachi', 'uax29', 'spacy:de')
    """
    if splitter == "datatrove":
        return datatrove.tool_of(full_name(language))
    return (SCRIPTS.get(script(language), NONE).tool if splitter == "tilth" else "") or "uax29"


def serves(splitter: str, language: str) -> bool:
    """Return whether a splitter has a tool for a language.

    >>> serves("datatrove", "bo"), serves("tilth", "bo")
    (False, True)
    """
    try:
        return bool(tool_of(language, splitter))
    except RecipeError:
        return False


def _tilth(texts: pa.Array, language: str) -> Pieces:
    return _uax29(texts, SCRIPTS.get(script(language), NONE))


def _unicode(texts: pa.Array, language: str) -> Pieces:
    return _uax29(texts, NONE)


SPLITTERS: dict[str, Callable[[pa.Array, str], Pieces]] = {"tilth": _tilth, "datatrove": datatrove.split_words, "unicode": _unicode}


def _uax29(texts: pa.Array, stretches: Stretches) -> Pieces:
    offsets, data = utf8(texts)
    starts, stops, ends, whole = uax29_spans(offsets, data, word_breaks(), classes(), _members(stretches))
    return _cut(stretches.tool, data, starts, stops, ends, whole) if whole.any() else Pieces(data, starts, stops, ends)


@functools.cache
def _members(stretches: Stretches) -> np.ndarray:
    """Return which code points are cut by the tool, bool[0x110000]."""
    members = np.zeros(0x110000, np.bool_)
    for first, last in stretches.characters:
        members[first : last + 1] = True
    members.flags.writeable = False
    return members


def _cut(tool: str, data: Bytes, starts: Offsets, stops: Offsets, ends: Offsets, whole: np.ndarray) -> Pieces:
    """Return the pieces with those that are `whole` cut by `tool`."""
    places = np.flatnonzero(whole)
    each = [data[start:stop].tobytes() for start, stop in zip(starts[places].tolist(), stops[places].tolist(), strict=True)]
    number = {stretch: i for i, stretch in enumerate(dict.fromkeys(each))}
    words, counts = libraries.cut_all(tool, [stretch.decode() for stretch in number])
    offsets, held = utf8(pa.array(words, pa.large_string()))
    first = np.cumsum([0, *counts])
    if held.tobytes() != b"".join(number) or not np.array_equal(np.diff(offsets[first]), [len(stretch) for stretch in number]):
        raise ValueError(f"{tool} lost part of a text: its words, put together, are not the text again")
    which = np.array([number[stretch] for stretch in each])
    return Pieces(data, *cut_stretches(starts, stops, ends, whole, which, first, offsets, held, word_breaks()))
