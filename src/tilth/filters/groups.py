"""Who a text speaks of, and in which contexts: mentions of groups of people, counted from lists of words."""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.filters.signals import add
from tilth.filters.word_lists import lower
from tilth.kernels.arrow import utf8
from tilth.kernels.group_counts import group_counts
from tilth.kernels.hash import xxh64_each
from tilth.op import Op
from tilth.segment import split_words
from tilth.segment import words as words_of

_MOST = 62  # lists: a bit each


@dataclass(frozen=True)
class Terms:
    """A group or a context: its name, as signals have it, and its words in any letter case."""

    name: str
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise RecipeError(f"{self.name!r} is no name of a signal.", where="filters.Terms", fix="small letters, digits and _: 'women'")
        odd = [word for word in self.words if len(words_of(word, "en", "unicode")) != 1]
        if odd or not self.words:
            why = f"{odd[0]!r} is not one word" if odd else "there are no words"
            raise RecipeError(f"The terms of {self.name!r} cannot be counted.", where="filters.Terms", why=why, fix="give single words")


WOMEN = Terms("women", (
    "she", "her", "hers", "herself", "woman", "women", "girl", "girls", "female", "females", "mother", "mothers", "daughter", "daughters",
    "sister", "sisters", "wife", "wives", "aunt", "aunts", "grandmother", "lady", "ladies", "queen", "mrs", "ms",
))  # fmt: skip
MEN = Terms("men", (
    "he", "him", "his", "himself", "man", "men", "boy", "boys", "male", "males", "father", "fathers", "son", "sons",
    "brother", "brothers", "husband", "husbands", "uncle", "uncles", "grandfather", "gentleman", "gentlemen", "king", "mr",
))  # fmt: skip
CAREER = Terms("career", ("executive", "management", "professional", "corporation", "salary", "office", "business", "career"))
FAMILY = Terms("family", ("home", "parents", "children", "family", "cousins", "marriage", "wedding", "relatives"))


@dataclass(frozen=True)
class Mentions(Op):
    """Count mentions of `groups` in `text`: `group_<group>` (int64), and `group_<group>_near_<context>`, those of them that have a word of
    the context at most `window` words away.

    Words are those of Unicode's rules (UAX #29) in lower case, so "her" in "there" is none. The lists that come along are a small English
    beginning, of pronouns and nouns that say a gender; give lists of your own for other groups and languages. Measured first in a recipe,
    the counts show what every later step does to them: `tilth stats` prints it. After steps that edit texts, count again under another
    `name`, which the columns then begin with: Mentions(name="edited"). A count is not a judgement: it says who is spoken of.

    Source: contexts of career and family as in Caliskan, Bryson and Narayanan, Semantics derived automatically from language corpora
    contain human-like biases, Science 2017 (WEAT 6); counts of gendered words and of what stands beside them as in Zhao et al., Gender
    Bias in Contextualized Word Embeddings, NAACL 2019.

    >>> found = Mentions().apply(pa.record_batch({"text": ["She left the office. He stayed there, at HIS home.", None]}))
    >>> found["group_women"].to_pylist(), found["group_men"].to_pylist(), found["group_women_near_career"].to_pylist()
    ([1, None], [2, None], [1, None])
    """

    groups: tuple[Terms, ...] = (WOMEN, MEN)
    contexts: tuple[Terms, ...] = (CAREER, FAMILY)
    window: int = 10
    name: str = "group"

    def __post_init__(self) -> None:
        twice = [name for name, times in Counter(self.signals).items() if times > 1]
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            fix = "small letters, digits and _: 'edited'"
            raise RecipeError(f"{self.name!r} cannot begin a signal.", where="filters.Mentions", fix=fix)
        if twice or not self.groups or len(self.groups) + len(self.contexts) > _MOST or self.window < 1:
            raise RecipeError(
                "The mentions cannot be counted.", where="filters.Mentions",
                why=f"two counts are called {twice[0]!r}" if twice else f"it needs a group, a window, and at most {_MOST} lists",
                fix="Mentions(groups=(Terms('young', ('child', 'children')), Terms('old', ('senior', 'elderly'))))",
            )

    @property
    def signals(self) -> tuple[str, ...]:
        """The columns that it adds, in their order."""
        near = [f"{self.name}_{group.name}_near_{context.name}" for group in self.groups for context in self.contexts]
        return (*(f"{self.name}_{group.name}" for group in self.groups), *near)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        words = split_words(lower(batch["text"].cast(pa.large_string())), "en", "unicode")
        terms, lists = _table((*self.groups, *self.contexts))
        found = group_counts(
            words.starts, words.stops, words.ends, words.data, terms, lists, len(self.groups), len(self.contexts), self.window
        )
        return add(batch, {name: pa.array(found[:, at]) for at, name in enumerate(self.signals)})


@functools.lru_cache(16)
def _table(lists: tuple[Terms, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The hashes of all words, ascending, and the bits of the lists that each is in."""
    bits: Counter[str] = Counter()
    for at, one in enumerate(lists):
        for word in {word.lower() for word in one.words}:
            bits[word] |= 1 << at
    words = pa.array(list(bits), pa.large_string())
    hashes = xxh64_each(*utf8(words), np.uint64(0))
    order = np.argsort(hashes)
    return hashes[order], np.array(list(bits.values()), np.int64)[order]
