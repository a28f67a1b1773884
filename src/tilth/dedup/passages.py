"""What repeats inside documents: lines, paragraphs, sentences, or runs of them, and when two of them are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup.datatrove import simplified
from tilth.dedup.normalise import Normalise
from tilth.errors import RecipeError
from tilth.kernels import passages as kernels
from tilth.kernels.arrow import Bytes, Offsets, strings, utf8
from tilth.kernels.passages import Parts
from tilth.kernels.spacy_rules import language as english
from tilth.kernels.spacy_sentences import spacy_sentences
from tilth.kernels.text_classes import classes
from tilth.segment import split_sentences


class Windows(NamedTuple):
    """Every window of some texts: row in the batch, passage of its row, two hashes, and the first window of the row that is equal to it."""

    parts: Parts
    rows: np.ndarray
    places: np.ndarray
    key: np.ndarray
    check: np.ndarray
    same: np.ndarray


@dataclass(frozen=True)
class Passages:
    """What is compared: `window` passages one after the other, of at least `least` characters.

    `unit` is "line" (as `str.splitlines` has it; a blank line belongs to the break before the next), "paragraph" (lines up to a blank one)
    or "sentence" of `language`. Two are the same if their bytes are, without white space around them, or with `normalise` their words.
    `least=0` compares blank lines too. Raises RecipeError for what cannot be.

    `variant` says whose passages they are, and when they are the same: "c4" and "dolma" have lines as split("\\n") does, lower case and
    stripped, or byte for byte; "datatrove" sentences of spaCy's blank English, simplified as its MinHash texts are.

    >>> Passages("sentence").split(pa.array(["One. Two!"]))
    [['One.', 'Two!']]
    """

    unit: str = "line"
    window: int = 1
    normalise: Normalise | None = None
    least: int = 1
    language: str = "en"
    variant: str = "tilth"

    def __post_init__(self) -> None:
        if self.variant not in _VARIANTS or self.unit not in _VARIANTS[self.variant].units:
            raise RecipeError(
                f"There are no passages {self.unit!r} of {self.variant!r}.", where=repr(self),
                why="; ".join(f"{name!r} has {', '.join(variant.units)}" for name, variant in _VARIANTS.items()), fix='Passages("line")',
            )  # fmt: skip
        if self.window < 1 or self.least < 0 or (self.normalise and self.variant != "tilth"):
            raise RecipeError(
                "These passages cannot be compared.", where=repr(self),
                why="a window has at least 1, `least` is at least 0, and only the variant tilth takes `normalise`",
                fix='Passages("sentence", window=3, normalise=Normalise())',
            )  # fmt: skip

    def parts(self, texts: pa.Array) -> Parts:
        """Return the passages of texts as `kernels.passages` has them, in the buffer that `utf8(texts)` returns."""
        offsets, data = utf8(texts)
        if self.variant == "datatrove":
            return kernels.between(offsets, *spacy_sentences(offsets, data, english())[:3])
        if self.unit == "sentence":
            pieces = split_sentences(texts, self.language, "unicode")
            return kernels.between(offsets, pieces.starts, pieces.stops, pieces.ends)
        unit = kernels.PARAGRAPH if self.unit == "paragraph" else kernels.LINE if self.variant == "tilth" else kernels.NEWLINE
        return kernels.passages(offsets, data, classes(), unit)

    def windows(self, texts: pa.Array) -> Windows:
        """Return the windows of texts (large_string); a null has none."""
        parts = self.parts(texts)
        first, counts, cuts, bodies = parts
        if self.variant == "dolma":
            stops = cuts[1:].copy()
            inner = np.ones(len(bodies), bool)
            inner[first[:-1]] = False
            stops[np.flatnonzero(inner) - 1] = bodies[inner] - 1  # a line's "\r" is its own
            offsets, data = kernels.contents(bodies, stops, utf8(texts)[1], classes(), False)
        else:
            fold = self.normalise.words if self.normalise else _VARIANTS[self.variant].fold
            ends, data = fold(strings(cuts, utf8(texts)[1]))
            offsets, data = kernels.contents(ends[:-1], ends[1:], data, classes(), True)
        rows, places, key, check = kernels.windows(first, counts, offsets, data, classes(), self.window, self.least)
        return Windows(parts, rows, places - first[rows], key, check, kernels.repeats(rows, key, check))

    def going(self, windows: Windows, hit: np.ndarray, of: np.ndarray, all_go: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which passages go (uint8[m]) and who stands for each (uint64[m]).

        `hit` (sorted) are windows that go, each the first of its kind in its row, and with them all that are equal to them; `of[i]` stands
        for `hit[i]`, which stays itself without `all_go[i]`.
        """
        first, _, _, bodies = windows.parts
        gone, stands = np.zeros(len(bodies), np.uint8), np.zeros(len(bodies), np.uint64)
        places = windows.places + first[windows.rows]
        kernels.spread(windows.rows, places, windows.same, hit, of, all_go.astype(np.uint8), self.window, gone, stands)
        return gone, stands

    def cut(self, texts: pa.Array, parts: Parts, gone: np.ndarray, stands: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is to be cut where these passages go.

        (row, first and last byte in the buffer of `texts`) int64[k, 3], who stands for each uint64[k], and the passages that go of each
        row, int64[n].
        """
        before = np.append(0, np.cumsum(gone, dtype=np.int64))
        first, counts, cuts, bodies = parts
        found, of = kernels.spans(first, counts, cuts, bodies, utf8(texts)[1], gone, stands, self.unit == "sentence")
        return found, of, before[first[1:]] - before[first[:-1]]

    def split(self, texts: pa.Array) -> list[list[str]]:
        """Return the passages of each text: to see what is compared."""
        first, counts, cuts, bodies = self.parts(texts.cast(pa.large_string()))
        whole = utf8(texts.cast(pa.large_string()))[1].tobytes()
        found = [whole[a:b].decode() for a, b in zip(bodies.tolist(), cuts[1:].tolist(), strict=True)]
        return [found[a : a + n] for a, n in zip(first[:-1].tolist(), counts.tolist(), strict=True)]


def _lower(texts: pa.Array) -> tuple[Offsets, Bytes]:
    """Return texts in lower case as str.lower has it; Arrow has letters alone, not what becomes two or hangs on its neighbours."""
    own = pc.match_substring_regex(texts, "[Σİ]")
    lower = pc.utf8_lower(texts)
    if pc.any(own).as_py():
        exact = pa.array([text.lower() for text in texts.filter(own).to_pylist()], texts.type)
        lower = pc.replace_with_mask(lower, own, exact)
    return utf8(lower)


class _Variant(NamedTuple):
    units: tuple[str, ...]
    fold: Callable[[pa.Array], tuple[Offsets, Bytes]]


_VARIANTS = {
    "tilth": _Variant(("line", "paragraph", "sentence"), utf8), "c4": _Variant(("line",), _lower), "dolma": _Variant(("line",), utf8),
    "datatrove": _Variant(("sentence",), simplified),
}
