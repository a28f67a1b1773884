"""Words as datatrove splits them: which tool it gives each language, called as it calls it."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterable

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.spacy_rules import language as spacy_language
from tilth.kernels.word_spans import spacy_spans
from tilth.segment import libraries
from tilth.segment.languages import data_file
from tilth.segment.pieces import Pieces, of_lists

KERNELS = {"en": "en", "tn": "tn", "lg": "tn"} | dict.fromkeys(  # which of our arrays is spaCy's tokenizer for a code, to the word
    ("xx", "af", "az", "cs", "dsb", "et", "eu", "he", "hr", "hy", "is", "lv", "sk", "sq", "yo"), "xx"
)
REFUSED = ("stanza", "botok")  # fetch models from the network when they run
_INDIC = re.compile(f"([{re.escape(string.punctuation)}।॥꫰꫱꯫꯬꯭꯮꯯᱾᱿])")
_URDU = re.compile(f"([{re.escape(string.punctuation)}؉؊،؞٪٫٬٭۔])")
_NUMBERS = re.compile("(?:[0-9]+ [,.:/] )+[0-9]+")


@functools.cache
def tools() -> dict[str, str]:
    """Return the tool of each language by its full name; "spacy:de" is spaCy's for its code `de`.

    >>> tools()["hin_Deva"], tools()["cmn_Hani"]
    ('indic:hi', 'jieba')
    """
    listed: dict[str, str] = data_file("datatrove.json")["tools"]  # type: ignore[assignment]
    return {language: tool for tool, languages in listed.items() for language in languages.split()}


def tool_of(language: str) -> str:
    """Return the tool of a language; raises RecipeError where datatrove has none, or one that Tilth does not call."""
    tool = tools().get(language, "")
    if not tool or tool.partition(":")[0] in REFUSED:
        why = f"it uses {tool.partition(':')[0]}, which fetches a model from the network when it runs" if tool else "it gives it no tool"
        raise RecipeError(f"{language} cannot be split as datatrove does.", where='splitter="datatrove"', why=why, fix='splitter="tilth"')
    return tool


def split_words(texts: pa.Array, language: str) -> Pieces:
    """Return the words of many texts. Source: datatrove 0.10.1 (Apache-2.0), `utils/word_tokenizers.py`.

    >>> split_words(pa.array(["Mr. O'Neill doesn't."]), "eng_Latn").lists()
    [['Mr.', "O'Neill", 'does', "n't", '.']]
    """
    tool, _, code = tool_of(language).partition(":")
    if tool == "spacy" and code in KERNELS:
        offsets, data = utf8(texts)
        return Pieces(data, *spacy_spans(offsets, data, spacy_language(KERNELS[code])))
    if tool == "indic":
        return of_lists(indic(text or "", code) for text in texts.to_pylist())
    return of_lists(libraries.words_of(tool, code, text) if text else [] for text in texts.to_pylist())


def indic(text: str, code: str) -> Iterable[str]:
    """Return the words of a text in an Indic language or Urdu: cut at spaces and marks, but not at newlines; numbers stay
    together unless they come first.

    Source: indic-nlp-library 0.92 (MIT), `trivial_tokenize`.

    >>> indic("यह 3, 4 है।", "hi")
    ['यह', '3,4', 'है', '।']
    """
    spaced = re.sub(" +", " ", (_URDU if code == "ur" else _INDIC).sub(r" \1 ", text.replace("\t", " "))).strip(" ")
    if code != "ur":
        spaced = _NUMBERS.sub(lambda numbers: numbers[0].replace(" ", "") if numbers.start() else numbers[0], spaced)
    return [word for word in map(str.strip, spaced.split(" ")) if word]
