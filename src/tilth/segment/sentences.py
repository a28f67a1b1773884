"""Texts into sentences, right for the language that they are in."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.sentences import abbreviation_table, sentence_kinds, sentence_spans
from tilth.kernels.text_repeats import Table
from tilth.segment import libraries
from tilth.segment.languages import data_file, full_name, script
from tilth.segment.pieces import Pieces, of_lists

SPLITTERS = ("tilth", "unicode")


def sentences(text: str, language: str, splitter: str = "tilth") -> list[str]:
    """Return the sentences of one text, without the white space between them.

    Raises RecipeError for a language or splitter that does not exist, MissingExtra where a library is needed.

    >>> sentences("Dr. Müller kam am 3. Oktober. „Schön!“, rief er … und ging.", "de")
    ['Dr. Müller kam am 3. Oktober.', '„Schön!“, rief er … und ging.']
    >>> sentences("「行きますか。」と彼は言った。はい！", "ja")
    ['「行きますか。」と彼は言った。', 'はい！']
    """
    return split_sentences(pa.array([text], pa.large_string()), language, splitter).lists()[0]


def split_sentences(texts: pa.Array, language: str, splitter: str = "tilth") -> Pieces:
    """Return the sentences of many texts in one language; a null has none. Raises as `sentences` does.

    The rules are those of `kernels.sentences`, with abbreviations and ordinals of some forty languages. Thai marks no ends of sentences:
    "tilth" asks PyThaiNLP's conditional random field where they are; "unicode" needs no library, and takes spaces for no ends.

    Source: Unicode Standard Annex #29, section 5 (Unicode 16); for Thai, PyThaiNLP's crfcut (Apache-2.0).

    >>> split_sentences(pa.array(["One. Two.", None]), "en").ends.tolist()
    [0, 2, 2]
    """
    name = full_name(language)
    if splitter not in SPLITTERS:
        raise RecipeError(
            f"Sentences have no splitter {splitter!r}.", where="segment.sentences", why=f"there are: {', '.join(SPLITTERS)}",
            fix='splitter="tilth"',
        )  # fmt: skip
    if splitter == "tilth" and script(name) == "Thai":
        return of_lists(libraries.thai_sentences(text) if text else [] for text in texts.to_pylist())
    offsets, data = utf8(texts)
    marks = ";" if name.startswith("ell") else ""
    return Pieces(data, *sentence_spans(offsets, data, sentence_kinds(marks), _abbreviations(name[:3]), name[:3] in _ordinals()))


@functools.cache
def _abbreviations(language: str) -> Table:
    content = data_file("abbreviations.json")
    listed: dict[str, str] = content["abbreviations"]  # type: ignore[assignment]
    return abbreviation_table(tuple(_spellings(listed.get(language, "").split())), tuple(str(content["numbered"]).split()))


def _spellings(words: Iterable[str]) -> Iterable[str]:
    """Return each word as it is, and as it begins a sentence."""
    for word in words:
        yield from (word, word[:1].upper() + word[1:])


@functools.cache
def _ordinals() -> frozenset[str]:
    """Return the languages that write an ordinal as a number and a dot."""
    return frozenset(str(data_file("abbreviations.json")["ordinals"]).split())
