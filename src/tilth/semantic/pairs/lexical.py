"""Texts that are alike by their words and parts of words: TF-IDF cosines and BM25, exact, without a model and without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

from tilth.dedup.normalise import Normalise
from tilth.kernels.features import features
from tilth.kernels.sparse_nearest import nearest

Weighting = Literal["tfidf", "bm25"]
_WORDS = Normalise(numbers=False)  # a year or a part number tells two things apart
_BITS = 18  # features are hashed into 2**18
_LETTERS = 3  # of n-grams inside a word; BM25 is of whole words
_K1, _B = 1.2, 0.75


class _Counts(NamedTuple):
    """How often each feature is in each text: int64[n + 1], int32[entries], int32[entries]."""

    offsets: np.ndarray
    features: np.ndarray
    counts: np.ndarray

    def text(self) -> np.ndarray:
        """Return the text of each entry."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


@dataclass(frozen=True)
class Lexical:
    """An index of texts, for looking up those most alike to others.

    "tfidf": the cosine of vectors of (1 + ln tf) * idf over words and the trigrams of letters in them: what is written almost the same.
    "bm25": Okapi BM25 over words, with k1 1.2 and b 0.75: what a query of a few words asks for.

    Source: Salton and Buckley 1988; Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.

    >>> index = Lexical(pa.array(["a red apple", "the river bank", None]))
    >>> index.nearest(pa.array(["river banks"]), k=1)[0].tolist()
    [[1]]
    """

    texts: pa.Array
    weighting: Weighting = "tfidf"

    def nearest(self, queries: pa.Array, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (int64[n, k] the texts most alike to each query, best first, -1 for none, float64[n, k] how alike)."""
        mine = self._counted(self.texts)
        asked = self._counted(queries)
        idf = self._idf(mine)
        values = self._values(mine, idf)
        order = np.argsort(mine.features, kind="stable")
        starts = np.searchsorted(mine.features[order], np.arange((1 << _BITS) + 1))
        weights = self._cosine(asked, idf) if self.weighting == "tfidf" else idf[asked.features] * asked.counts
        rows = mine.text()[order].astype(np.int32)
        count = len(self.texts)
        return nearest(asked.offsets, asked.features, weights, starts, rows, values[order], count, max(1, min(k, count)))

    def _counted(self, texts: pa.Array) -> _Counts:
        offsets, words = _WORDS.words(texts.cast(pa.large_string()))
        return _Counts(*features(offsets, words, 1 << _BITS, 1, _LETTERS if self.weighting == "tfidf" else 0))

    def _idf(self, mine: _Counts) -> np.ndarray:
        texts, within = len(mine.offsets) - 1, np.bincount(mine.features, minlength=1 << _BITS)
        return np.log1p((texts - within + 0.5) / (within + 0.5))

    def _values(self, mine: _Counts, idf: np.ndarray) -> np.ndarray:
        if self.weighting == "tfidf":
            return self._cosine(mine, idf)
        length = np.bincount(mine.text(), mine.counts, len(mine.offsets) - 1)
        norm = _K1 * (1 - _B + _B * length / max(1e-9, length.mean() if len(length) else 1))
        return mine.counts * (_K1 + 1) / (mine.counts + norm[mine.text()])

    def _cosine(self, of: _Counts, idf: np.ndarray) -> np.ndarray:
        weights = (1 + np.log(of.counts)) * idf[of.features]
        length = np.sqrt(np.bincount(of.text(), weights**2, len(of.offsets) - 1))
        return weights / np.maximum(length, 1e-12)[of.text()]
