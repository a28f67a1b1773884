"""How much of a text is stop words of its language: text in sentences has many, lists, code and keywords have few."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.filters import word_lists
from tilth.filters.lists import hashed, numbers
from tilth.filters.signals import add
from tilth.filters.word_lists import WordList
from tilth.kernels.stop_words import count_listed
from tilth.kernels.text_classes import classes
from tilth.op import Op
from tilth.rules import Filter
from tilth.segment import split_words


@dataclass(frozen=True)
class StopWords(Op):
    """Measure stop words in lower case: `stop_word_share` of the words (float64) and `stop_words_distinct` (int64), by the list for the
    row's language; `lang` is that of all rows, or else the column `lang` says it. Null where no list is for it, or there is no word.

    Words are `segment.split_words`'s by `splitter`, right for scripts without spaces too; those that are only marks do not count.
    Lists that are learned from a corpus are `LanguageThresholds`'s, which uses them as Gopher's rule does.

    Source: Rae et al. 2021 (Gopher), appendix A1.1, for the rule; Data-Juicer's stopwords_filter for the share.

    >>> step = stop_words(("the", "of"), lang="en")[0]
    >>> found = step.apply(pa.record_batch({"text": ["The end of the road.", "Buy shoes, bags!"]}))
    >>> found["stop_word_share"].to_pylist(), found["stop_words_distinct"].to_pylist()
    ([0.6, 0.0], [2, 0])
    """

    lists: tuple[WordList, ...]
    lang: str | None = None
    splitter: str = "tilth"

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",) if self.lang else ("text", "lang")

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        langs = pa.repeat(pa.scalar(self.lang, pa.large_string()), len(batch)) if self.lang else batch["lang"]
        texts, counts = word_lists.lower(batch["text"]), np.zeros((len(batch), 3), np.int64)
        unknown = np.zeros(len(batch), np.bool_)
        for rows, _, one in word_lists.by_language(langs, self.lists):
            if one is None:
                unknown[rows] = True
            else:
                pieces = split_words(texts.take(pa.array(rows)), one.lang, self.splitter)
                counts[rows] = count_listed(*pieces, _hashes(one), classes())
        words = np.maximum(counts[:, 0], 1)
        return add(batch, {
            "stop_word_share": pa.array(counts[:, 1] / words, mask=unknown | (counts[:, 0] == 0)),
            "stop_words_distinct": pa.array(counts[:, 2], mask=unknown),
        })  # fmt: skip


@functools.lru_cache(256)
def _hashes(one: WordList) -> np.ndarray:
    return numbers(hashed(word_lists.lower(pa.array(one.words.decode().split("\n"))).to_pylist()))


def stop_words(
    lists: str | tuple[str, ...], lang: str | None = None, min_share: float | None = None, min_distinct: int | None = 2,
    splitter: str = "tilth",
) -> Sequence[Op]:
    """Return the steps that measure stop words and drop texts with too few; texts in a language without a list stay.

    `lists` is stopwords-iso's JSON file, a folder with a file a language, or one list, a file or the words, with `lang`.

    >>> stop_words(("the", "of"), lang="en", min_share=0.05)[1:]
    [Filter(rule='stop_words_distinct is null or stop_words_distinct >= 2', reason='too few stop words'),
     Filter(rule='stop_word_share is null or stop_word_share >= 0.05', reason='too small a share of stop words')]
    """
    rules = (("stop_words_distinct", min_distinct, "too few stop words"), ("stop_word_share", min_share, "too small a share of stop words"))
    filters = [Filter(f"{name} is null or {name} >= {least}", reason) for name, least, reason in rules if least is not None]
    return [StopWords(word_lists.read(lists, lang), lang, splitter), *filters]
