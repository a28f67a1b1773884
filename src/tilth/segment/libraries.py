"""Word splitters of other projects, each a function from a text to its words; a library is imported when a text first needs it."""

from __future__ import annotations

import functools
import importlib
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

from tilth.errors import MissingExtra

SUDACHI_BYTES = 40_000  # Sudachi refuses texts above 49,149 bytes
_BURMESE_SYLLABLE = re.compile("(?<=.)(?<!\u1039)(?=[\u1000-\u102A\u103F\u1050-\u1055](?!\u1037?\u103A|\u1039))")
_LONG_NUMBER = re.compile("[0-9,]{20,}")

Words = Iterable[str]


def rjieba(text: str, _: str) -> Words:
    """Chinese: a dictionary, and a hidden Markov model for words that it lacks (jieba-rs, Sun Junyi's jieba in Rust, MIT)."""
    return _library("rjieba", "rjieba").cut(text)


def jieba(text: str, _: str) -> Words:
    """Chinese, as datatrove splits it (Sun Junyi's jieba, MIT)."""
    return _jieba().cut(text)


def sudachi(text: str, _: str) -> Words:
    """Japanese: a lattice over the core dictionary, the shortest units, mode A (Works Applications' Sudachi, Apache-2.0)."""
    tokenizer = _sudachi()
    return (token.surface() for part in parts(text, SUDACHI_BYTES) for token in tokenizer.tokenize(part))


def newmm(text: str, _: str) -> Words:
    """Thai: maximal matching over a dictionary, along character clusters (PyThaiNLP, Apache-2.0)."""
    return _library("pythainlp.tokenize", "pythainlp").word_tokenize(text, keep_whitespace=False, engine="newmm-safe")


def laonlp(text: str, _: str) -> Words:
    """Lao: maximal matching over a dictionary (LaoNLP, Apache-2.0)."""
    return _library("laonlp.tokenize", "laonlp").word_tokenize(text)


def khmercut(text: str, _: str) -> Words:
    """Khmer: a conditional random field over clusters (khmercut, Apache-2.0, with the model of khmer-nltk)."""
    return _library("khmercut", "khmercut").tokenize(text)


def syllables(text: str, _: str) -> Words:
    """Burmese: syllables, for want of a kept-up library of words; a consonant begins one unless it is stacked or silenced by an asat."""
    return _BURMESE_SYLLABLE.split(text)


def khmernltk(text: str, _: str) -> Words:
    """Khmer, as datatrove splits it (khmer-nltk, Apache-2.0)."""
    return _library("khmernltk", "khmer-nltk", "datatrove").word_tokenize(text, return_tokens=True)


def pyidaungsu(text: str, _: str) -> Words:
    """Burmese, as datatrove splits it (pyidaungsu, MIT)."""
    return _library("pyidaungsu", "pyidaungsu-numpy2", "datatrove").tokenize(text, form="word")


def kiwi(text: str, _: str) -> Words:
    """Korean, as datatrove splits it: morphemes, two of which can share a syllable (Kiwi, LGPL-3.0)."""
    text = _LONG_NUMBER.sub("", text)
    return (text[token.start : token.end] for token in _kiwi().tokenize(text))


def spacy(text: str, code: str) -> Words:
    """The tokenizer of spaCy's blank pipeline for `code` (MIT)."""
    return (token.text for token in _spacy(code)(text))


TOOLS: dict[str, Callable[[str, str], Words]] = {
    tool.__name__: tool for tool in (rjieba, jieba, sudachi, newmm, laonlp, khmercut, syllables, khmernltk, pyidaungsu, kiwi, spacy)
}


def words_of(tool: str, code: str, text: str) -> list[str]:
    """Return the words of `text` as `tool` splits them for its language `code`, white space stripped off, none empty.

    Raises MissingExtra where the library is not installed.
    """
    return [word for word in map(str.strip, TOOLS[tool](text, code)) if word]


def cut_all(tool: str, stretches: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the words of stretches of one script, without white space, one after the other, and how many each stretch has.

    >>> cut_all("syllables", ["မြန်မာ", "စာ"])
    (['မြန်', 'မာ', 'စာ'], [2, 1])
    """
    if tool == "rjieba" and stretches:  # one call for all: it never joins what a newline parts
        words = list(rjieba("\n".join(stretches), ""))
        breaks = [-1, *(i for i, word in enumerate(words) if word == "\n"), len(words)]
        return [word for word in words if word != "\n"], [last - first - 1 for first, last in pairwise(breaks)]
    each = [words_of(tool, "", stretch) for stretch in stretches]
    return [word for words in each for word in words], list(map(len, each))


def thai_sentences(text: str) -> list[str]:
    """Return the sentences of a Thai text, white space stripped off (PyThaiNLP's crfcut, Apache-2.0)."""
    _library("pycrfsuite", "python-crfsuite")
    split = _library("pythainlp.tokenize", "pythainlp").sent_tokenize
    return [sentence for line in text.splitlines() for sentence in map(str.strip, split(line, engine="crfcut")) if sentence]


def parts(text: str, size: int) -> Iterator[str]:
    """Cut `text` into parts of at most `size` bytes of UTF-8, after a newline where one is in the part's second half.

    >>> list(parts("ab\\ncdé", 4))
    ['ab\\n', 'cdé']
    """
    data, at = text.encode(), 0
    while len(data) - at > size:
        end = at + size
        while data[end] & 0xC0 == 0x80:
            end -= 1
        newline = data.rfind(b"\n", at + size // 2, end)
        end = end if newline < 0 else newline + 1
        yield data[at:end].decode()
        at = end
    yield data[at:].decode()


def _library(name: str, package: str, extra: str = "segment") -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own imports, which are not ours to mend
            return importlib.import_module(name)
    except ImportError:
        raise MissingExtra.of(package, extra, f"splitting words with {package}") from None


@functools.cache
def _jieba() -> Any:
    library = _library("jieba", "jieba", "datatrove")
    tokenizer = library.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())  # its cache would be read from /tmp with marshal
    tokenizer.initialized = True
    return tokenizer


@functools.cache
def _sudachi() -> Any:
    library = _library("sudachipy", "sudachipy")
    _library("sudachidict_core", "sudachidict_core")
    return library.Dictionary(dict="core").tokenizer(mode=library.SplitMode.A)


@functools.cache
def _kiwi() -> Any:
    return _library("kiwipiepy", "kiwipiepy", "datatrove").Kiwi(model_type="sbg")


@functools.cache
def _spacy(code: str) -> Any:
    if code == "vi":
        _library("pyvi", "pyvi", "datatrove")
    blank = _library("spacy", "spacy", "datatrove").blank(code)
    blank.max_length = sys.maxsize
    return blank.tokenizer
