"""Write texts as they would stand if they spoke of the other group: words swapped pair by pair."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.bias.pairs import ENGLISH, FREE, Pair
from tilth.clean.splice import splice
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.kernels.term_matches import term_matches
from tilth.op import Op, put
from tilth.segment import split_words
from tilth.segment.pieces import Pieces

COUNT = "bias_swaps"
_APOSTROPHES = "'\u2019"
_CLITICS = ("s", "S", "d", "D", "ll", "LL", "ve", "VE", "re", "RE")
_ADDRESS = re.compile(rb"[\x21-\x7e]++")  # what stands between blanks, where something in it says that it is an address
_MARKS = ("://", "@", "www.")


@dataclass(frozen=True)
class Counterfactual(Op):
    """Rewrite a `share` of the rows, drawn by the hash of their `id` and `seed`, with the words of `pairs` swapped, all of them.

    "He met his aunt" becomes "She met her uncle". The column `bias_swaps` (int64) says how many words were swapped; null without text.
    Rows are rewritten, not added: with half of them rewritten, what a corpus says of either group evens out on average.

    Words are those of UAX #29, compared whole, in their letter case, composed or decomposed: "here" and "hé" are no "he". What follows an
    apostrophe in English stays ("she's", "mother's"). "her" becomes "him" at the end of a text and before punctuation or a word of `free`
    (words that begin no noun), and "his" elsewhere; "his" becomes "hers" or "her" by the same rule. Untouched stay e-mail and web
    addresses, and the phrases of `keep`, exactly as written: nothing else knows that "King" is a name in "Martin Luther King", or
    "His Girl Friday" a title. Nothing else in the sentence is made to agree, so that languages whose articles, adjectives or verbs have
    genders need more than pairs (Zmigrod et al., 2019).

    Source: counterfactual data augmentation of Lu et al., Gender Bias in Neural Natural Language Processing, 2018; substitution with
    probability 1/2, and pairs of names, of Hall Maudslay et al., It's All in the Name, EMNLP 2019.

    >>> rows = pa.record_batch({"id": ["a", "b"], "text": ["He gave HER his book.", "Mary's here"]})
    >>> Counterfactual((*ENGLISH, Pair("Mary", "Carl")), share=1.0).apply(rows).select(["text", "bias_swaps"]).to_pylist()
    [{'text': 'She gave HIM her book.', 'bias_swaps': 3}, {'text': "Carl's here", 'bias_swaps': 1}]
    """

    pairs: tuple[Pair, ...] = ENGLISH
    share: float = 0.5
    keep: tuple[str, ...] = ()
    free: tuple[str, ...] = FREE
    seed: int = 0

    def __post_init__(self) -> None:
        becomes: dict[str, str] = {}
        for word, by in ((a, b) for pair in self.pairs for a, b, _ in _ways(pair)):
            if becomes.setdefault(word, by) != by:
                why = f"{word!r} becomes {becomes[word]!r} and {by!r}"
                fix = "leave one out, or give it one_way=True where only the other direction is meant"
                raise RecipeError("The pairs contradict each other.", where="bias.Counterfactual", why=why, fix=fix)
        if not self.pairs or not 0 <= self.share <= 1 or not all(self.keep):
            raise RecipeError(
                "Nothing can be swapped so.", where="bias.Counterfactual",
                why=f"share={self.share}, {len(self.pairs)} pairs, keep={self.keep}",
                fix="share is between 0 and 1, there is at least one pair, and phrases to keep are not empty",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", "text")

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"].cast(pa.large_string())
        drawn = np.asarray(texts.is_valid()) & (_uniform(batch["id"], self.seed) < self.share)
        chosen = texts.filter(pa.array(drawn))
        spans, new = self._swaps(chosen)
        counts = np.zeros(len(texts), np.int64)
        counts[drawn] = np.bincount(spans[:, 0], minlength=len(chosen))
        if len(spans):
            batch = put(batch, "text", pc.replace_with_mask(texts, pa.array(drawn), splice(chosen, spans, new)))
        return put(batch, COUNT, pa.array(counts, mask=np.asarray(texts.is_null())))

    def _swaps(self, texts: pa.Array) -> tuple[np.ndarray, list[str]]:
        """Return int64[k, 3], the row, first and last byte of each word to swap, and the words that take their places."""
        table, pieces = _table(self.pairs), split_words(texts, "en", "unicode")
        found = term_matches(pieces.starts, pieces.stops, pieces.data, table.hashes)
        word, entry = found[:, 0], found[:, 1]
        row = np.searchsorted(pieces.ends, word, side="right") - 1
        whole = np.stack([row, pieces.starts[word], pieces.stops[word]], axis=1)
        fine = _outside(whole, np.array(list(self._untouched(texts)), np.int64).reshape(-1, 2))
        new, free = [], frozenset(self.free)
        for k in np.flatnonzero(fine).tolist():
            term = table.terms[int(entry[k])]
            start, stop = whole[k, 1:].tolist()
            if pieces.data[start:stop].tobytes() != term.word:  # another word of the same hash
                fine[k] = False
                continue
            new.append(term.alone if term.alone and _stands_alone(pieces, int(word[k]), int(row[k]), free) else term.by)
        return whole[fine], new

    def _untouched(self, texts: pa.Array) -> Iterator[tuple[int, int]]:
        """Yield (first byte, last byte) of addresses and of phrases to keep."""
        phrases = sorted(self.keep, key=len, reverse=True)
        marked = [np.asarray(pc.match_substring(texts, mark)) for mark in (*_MARKS, *phrases)]
        keep = re.compile(b"|".join(re.escape(phrase.encode()) for phrase in phrases)) if phrases else None
        offsets, data = utf8(texts)
        for row in np.flatnonzero(np.any(marked, axis=0)).tolist():
            first, text = int(offsets[row]), data[offsets[row] : offsets[row + 1]].tobytes()
            for token in _ADDRESS.finditer(text):
                if any(mark.encode() in token[0] for mark in _MARKS):
                    yield first + token.start(), first + token.end()
            for phrase in keep.finditer(text) if keep else ():
                yield first + phrase.start(), first + phrase.end()


class _Term(NamedTuple):
    """A word in one letter case, and what it becomes in the same; `alone` is "" where that is all one."""

    word: bytes
    by: str
    alone: str


class _Table(NamedTuple):
    hashes: np.ndarray
    terms: list[_Term]


@functools.lru_cache(16)
def _table(pairs: tuple[Pair, ...]) -> _Table:
    """Every form of every word to swap, in the order of their hashes."""
    found: dict[str, tuple[str, str]] = {}
    for pair in pairs:
        for word, by, alone in _ways(pair):
            for a, b, c in zip(_cases(word, word), _cases(word, by), _cases(word, alone), strict=True):
                whole, parts = unicodedata.normalize("NFC", a), unicodedata.normalize("NFD", a)
                for written, mark in itertools.product((whole, parts), _APOSTROPHES):
                    told = written.replace("'", mark)
                    found.setdefault(told, (b, c))
                    for end in _CLITICS:
                        found.setdefault(told + mark + end, (b + mark + end, ""))
    hashes = xxh64_each(*utf8(pa.array(list(found), pa.large_string())), np.uint64(0))
    order = np.argsort(hashes)
    terms = [_Term(word.encode(), by, alone) for word, (by, alone) in found.items()]
    return _Table(hashes[order], [terms[at] for at in order.tolist()])


def _ways(pair: Pair) -> tuple[tuple[str, str, str], ...]:
    there = (pair.a, pair.b, pair.alone)
    return (there,) if pair.one_way else (there, (pair.b, pair.a, ""))


def _cases(of: str, word: str) -> tuple[str, str, str]:
    """Return `word` as listed, with a capital, and in capitals; as listed only where `of` is as a name has it: there is no smaller.

    >>> _cases("he", "she"), _cases("Anna", "otto")
    (('she', 'She', 'SHE'), ('otto', 'otto', 'OTTO'))
    """
    named = of != of.lower()
    return word, word if named else _capital(word), word.upper()


def _capital(word: str) -> str:
    return word[:1].title() + word[1:]


def _uniform(ids: pa.Array, seed: int) -> np.ndarray:
    """Return float64[n] in [0, 1), by the hash of id and seed."""
    hashes = xxh64_each(*utf8(ids), np.uint64(seed & (2**64 - 1)))
    return np.asarray((hashes >> np.uint64(11)) / 2.0**53)


def _outside(words: np.ndarray, untouched: np.ndarray) -> np.ndarray:
    """Return bool[k]: the word (row, first byte, last byte) overlaps none of the stretches, int64[n, 2]."""
    if not len(untouched):
        return np.ones(len(words), bool)
    stretches = untouched[np.argsort(untouched[:, 0], kind="stable")]
    reach = np.maximum.accumulate(stretches[:, 1])  # stretches may overlap
    before = np.searchsorted(stretches[:, 0], words[:, 2], side="left") - 1  # the last that begins before the word ends
    return (before < 0) | (reach[np.maximum(before, 0)] <= words[:, 1])


def _stands_alone(pieces: Pieces, word: int, row: int, free: frozenset[str]) -> bool:
    """Whether no noun of its own can follow the word: the text ends, or punctuation comes, or a word that begins none.

    A mark that has a blank before it and none behind, as a quotation begins, is passed over.
    """
    last, after = pieces.ends[row + 1], word + 1
    if after + 1 < last and pieces.stops[word] < pieces.starts[after] and pieces.stops[after] == pieces.starts[after + 1]:
        after += not _text(pieces, after)[0].isalnum()
    if after >= last:
        return True
    text = _text(pieces, after)
    return text.lower() in free or not text[0].isalnum()


def _text(pieces: Pieces, at: int) -> str:
    return pieces.data[pieces.starts[at] : pieces.stops[at]].tobytes().decode()
