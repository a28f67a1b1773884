"""Lists of words, one a language, and one pass of an automaton that counts them in the rows of that language."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.filters.lists import files, lines, read_bytes
from tilth.kernels.aho_corasick import Automaton, automaton, count
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes
from tilth.segment.languages import full_name, short_names

_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9-]+)?")
_LOWERED_BY_PYTHON = "[\u0130\u03a3]"  # capital I with a dot becomes two characters, and sigma what its place asks for

Flanks = Callable[[bytes, str], int]  # (a word, a language) -> what may stand beside it


@dataclass(frozen=True)
class WordList:
    """The words of a language, a line each; stored once, by digest."""

    lang: str
    words: bytes

    @classmethod
    def of(cls, lang: str, words: Iterable[str]) -> WordList:
        """Return the list of these words, sorted, each once.

        >>> WordList.of("en", ["the", "a", "the"]).words
        b'a\\nthe'
        """
        return cls(lang, "\n".join(sorted(set(words) - {""})).encode())


def read(lists: str | Sequence[str], lang: str | None) -> tuple[WordList, ...]:
    """Return the lists of a folder whose files are named by language (as LDNOOBW's are), of a JSON file of lists by language (as
    stopwords-iso's is), or one list, a file or words, for `lang`.

    Raises RecipeError where no file is named by a language, or nothing says which language one list is of.
    """
    if isinstance(lists, str) and re.search(r"\.json(\.\w+)?$", lists):
        found = _of_json(lists)
    elif isinstance(lists, str):
        names = [(re.split(r"\.", posixpath.basename(path))[0], path) for path in files(lists)]
        found = [WordList.of(name, lines(path)) for name, path in names if _CODE.fullmatch(name)]
    else:
        found = [WordList.of(lang or "", lines(tuple(lists)))]
    if len(found) == 1 and lang:
        found = [WordList(lang, found[0].words)]
    if not found or not found[0].lang:
        fix = "name the files by language code (`en`, `de`), or give lang='en' with one list"
        raise RecipeError("It is not said which language a list of words is of.", where=str(lists)[:80], fix=fix)
    return tuple(found)


def _of_json(path: str) -> list[WordList]:
    try:
        found = orjson.loads(read_bytes(path))
        return [WordList.of(str(lang), map(str.strip, words)) for lang, words in sorted(found.items())]
    except (ValueError, TypeError, AttributeError) as problem:
        fix = 'write it as {"en": ["the", "of"], "de": ["der"]}'
        raise RecipeError("This is no JSON file of words by language.", where=path, why=str(problem), fix=fix) from None


def lower(texts: pa.Array) -> pa.Array:
    """Return texts in lower case, as `str.lower` has it.

    >>> lower(pa.array(["\\u0130stanbul \\u03a3\\u03a3", None])).to_pylist() == ["\\u0130stanbul \\u03a3\\u03a3".lower(), None]
    True
    """
    lowered = pc.utf8_lower(texts)
    odd = pc.fill_null(pc.match_substring_regex(texts, _LOWERED_BY_PYTHON), False)
    if not pc.any(odd).as_py():
        return lowered
    by_python = [text.lower() for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(lowered, odd, pa.array(by_python, lowered.type))


def of_language(langs: Iterable[str | None], lists: tuple[WordList, ...]) -> list[WordList | None]:
    """Return for each language code its list: that of the code itself, of the same language by another name, of what stands before "-"
    in it, or none.

    >>> [found and found.lang for found in of_language(["pt-BR", "por_Latn", "xx", None], (WordList("pt", b"a"),))]
    ['pt', 'pt', None, None]
    """
    known = {_full(each.lang): each for each in lists} | {each.lang: each for each in lists}
    return [known.get(code) or known.get(_full(code)) or known.get(_full(code.partition("-")[0])) if code else None for code in langs]


def _full(code: str) -> str:
    return full_name(code) if code in short_names() else code


def counts(texts: pa.Array, langs: pa.Array, lists: tuple[WordList, ...], flanks: Flanks) -> tuple[np.ndarray, np.ndarray]:
    """Return (int64[n, 3] as `kernels.aho_corasick.count` has it, bool[n]: no list is for the text's language)."""
    found, missing = np.zeros((len(texts), 3), np.int64), np.zeros(len(texts), np.bool_)
    for rows, _, one in by_language(langs, lists):
        if one is None:
            missing[rows] = True
        else:
            found[rows] = _counted(texts if len(rows) == len(texts) else texts.take(pa.array(rows)), one, flanks)
    return found, missing


def by_language(langs: pa.Array, lists: tuple[WordList, ...]) -> Iterable[tuple[np.ndarray, str | None, WordList | None]]:
    """Yield for each language that is there its rows, its code and its list."""
    codes = langs.cast(pa.large_string()).dictionary_encode(null_encoding="encode")
    names, numbers = codes.dictionary.to_pylist(), np.asarray(codes.indices)
    for number, (name, one) in enumerate(zip(names, of_language(names, lists), strict=True)):
        rows = np.flatnonzero(numbers == number)
        if len(rows):
            yield rows, name, one


def _counted(texts: pa.Array, one: WordList, flanks: Flanks) -> np.ndarray:
    found, beside = _prepared(one, flanks)
    return np.asarray(count(*utf8(texts), found.columns, found.moves, found.ends, found.shorter, found.sizes, beside, classes()))


@functools.lru_cache(256)
def _prepared(one: WordList, flanks: Flanks) -> tuple[Automaton, np.ndarray]:
    words = one.words.split(b"\n") if one.words else []
    return automaton(words), np.array([flanks(word, one.lang) for word in words], np.int64)
