"""Test items in other words: near by embedding, then held against the item by the rare words and numbers that it cannot do without."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tilth.decontaminate.exposure import Exposure
from tilth.decontaminate.items import merged, observed, pack, unpack
from tilth.decontaminate.overlap import hits_of, told
from tilth.decontaminate.remove import Remove
from tilth.dedup.normalise import Normalise
from tilth.embed.hashed_svd import HashedSvd
from tilth.embed.vectors import COLUMN, vectors
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import cosine
from tilth.kernels.arrow import utf8
from tilth.kernels.contained import contained, windows
from tilth.kernels.features import features
from tilth.kernels.nearest_above import nearest_above
from tilth.op import Fold, Op

_EXACT = Normalise(numbers=False)  # of a paraphrase the numbers stay
_BUCKETS, _LETTERS = 1 << 20, 4
_EXCERPT = 200
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Paraphrases(Fold):
    """Learn test items, and take out of the corpus what says the same in other words: `learn_from(evaluation_set, Paraphrases())`.

    `embedding` is a step that adds vectors, `embed.SentenceEmbedding("...")` say, or a Fold that learns one from the items themselves:
    the default needs no model, knows the languages of the items, and sees words and parts of words. Only a model of several languages
    finds translations. It finishes into `Paraphrased`, an `Exposure` unless `report` is false, and a `Remove`; `least`, `alike`,
    `numbers`, `window` and `near` are those of `Paraphrased`. `answer` names a column of answers, which count as part of the item.

    Raises RecipeError on what cannot be, CorpusError where the evaluation set has no item.

    Source: Yang et al. 2023 (arXiv 2311.04850), LLM decontaminator: the nearest items by embedding, then a judge; here the judge is
    what both share. To ask a model, mark (`action="mark"`) and put a `semantic.Filter` after it.

    >>> rows = pa.record_batch({"row": pa.array([0], pa.uint64()), "source": ["exam"], "id": ["1"],
    ...                         "text": ["How many eggs do 16 ducks lay in 12 days?"]})
    >>> fold = Paraphrases(report=False)
    >>> look, remove = fold.finish(fold.observe(rows))
    >>> rows = pa.record_batch({"text": ["In 12 days, 16 ducks lay how many eggs?", "A dog."]})
    >>> remove.apply(look.apply(rows))["drop"].to_pylist()
    ['contaminated by exam', None]
    """

    embedding: Any = field(default_factory=HashedSvd)
    least: float = 0.5
    alike: float = 0.35
    numbers: float = 0.5
    window: int = 80
    near: int = 3
    action: str = "drop"
    answer: str = ""
    report: bool = True

    def __post_init__(self) -> None:
        Paraphrased(b"", self.embedding, self.least, self.alike, self.numbers, self.window, self.near)
        Remove(self.action)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", "source", "text", *([self.answer] if self.answer else []))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        return observed(batch, self.answer, "decontaminate.Paraphrases")

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return merged(a, b)

    def finish(self, state: pa.Table) -> list[Any]:
        if not len(state):
            raise CorpusError.empty("decontaminate.Paraphrases", why="the evaluation set has no item")
        items, embedding = pack(state), self.embedding
        if isinstance(embedding, Fold):
            rows = pa.record_batch({"row": state["row"].combine_chunks(), "text": unpack(items).text})
            (embedding,) = embedding.finish(embedding.observe(rows))
        remove = Remove(self.action)
        look = Paraphrased(items, embedding, self.least, self.alike, self.numbers, self.window, self.near)
        return [look, Exposure(items, remove) if self.report else remove]


@dataclass(frozen=True)
class Paraphrased(Op):
    """Add the columns of `Overlap` for passages that say what a test item says: `kind` "paraphrase".

    A text is read in windows of `window` words, each half over the one before. Of each the `near` items whose vectors are nearest are
    candidates where the cosine is `least` or more. One is a paraphrase if window and item are `alike`, by the words and parts of words
    (4 letters) that they share, each weighed by its rarity among items (Dice's coefficient, 0 to 1), and if the window has the part
    `numbers` of the item's numbers: questions of one template differ in these. A hit's `share` is how alike they are; its place is the
    window, its words (`first`, `last`) are null. With the default embedding and bounds 85 % of the rephrased questions of GSM8K's test
    set were found, and 1.9 % of its training questions (docs/decontamination.md).

    Raises RecipeError on what cannot be.

    >>> Paraphrased(b"", HashedSvd()).reads
    ('text',)
    """

    items: bytes
    embedding: Any
    least: float = 0.5
    alike: float = 0.35
    numbers: float = 0.5
    window: int = 80
    near: int = 3

    def __post_init__(self) -> None:
        inside = all(0 <= each <= 1 for each in (self.least, self.alike, self.numbers))
        if not isinstance(self.embedding, (Op, Fold)) or not inside or min(self.window, self.near) < 1:
            raise RecipeError(
                "Paraphrases cannot be found so.", where="decontaminate.Paraphrases",
                why="embedding is a step, least, alike and numbers lie between 0 and 1, window and near are at least 1",
                fix='decontaminate.Paraphrases(embed.SentenceEmbedding("minishlab/potion-base-8M"))',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        offsets, data = utf8(batch["text"])
        row, start, end = windows(offsets, data, self.window, max(1, self.window // 2))
        texts = pa.array([data[a:b].tobytes().decode() for a, b in zip(start.tolist(), end.tolist(), strict=True)], pa.large_string())
        window, item, share = self._pairs(texts)
        shown = [texts[at].as_py()[:_EXCERPT] for at in window.tolist()]
        none, row, start, end = np.full(len(item), -1), row[window], start[window], end[window]
        hits = hits_of(unpack(self.items), item, "paraphrase", share, start - offsets[row], end - offsets[row], none, none, shown)
        return told(batch, row, hits, item, share, np.zeros(len(batch)))

    def _pairs(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the windows, the items that they paraphrase, and how much of them they hold, by window and nearness."""
        known = _learned(self.items, self.embedding)
        embedded = self.embedding.apply(pa.record_batch({"text": texts}))
        if not len(known.which) or not len(texts):
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        found, some = vectors(embedded, _column(self.embedding))
        least = math.ceil(self.least * cosine.ONE)
        numbers, dots = nearest_above(cosine.units(found), known.units, known.wide, min(self.near, len(known.which)), least)
        at, rank = np.nonzero(dots >= least)
        window, item = np.flatnonzero(some)[at], known.which[numbers[at, rank]]
        each, place = np.unique(window, return_inverse=True)  # few windows are near any item
        said = _features(texts.take(pa.array(each)))
        share = contained(*said, place, *known.features, item, known.weights)
        whole = contained(*known.features, item, *said, place, known.weights)
        alike = 2 * share * whole / np.maximum(share + whole, 1e-9)
        good = np.flatnonzero(alike >= self.alike)
        asked = unpack(self.items).text
        agree = [_numbers_held(asked[item[at]].as_py(), texts[window[at]].as_py()) >= self.numbers for at in good]
        good = good[np.array(agree, np.bool_)]
        return window[good], item[good], alike[good]

    def __repr__(self) -> str:
        return f"Paraphrased({len(self.items)} bytes, {self.embedding!r}, least={self.least}, alike={self.alike})"


def _numbers_held(item: str, text: str) -> float:
    """Return which part of the item's numbers, each as often as it stands there, the text has; 1 where it has none.

    >>> _numbers_held("2 of 2.5 kg and 2", "2.5 and 2")
    0.6666666666666666
    """
    wanted, have = Counter(_NUMBER.findall(item)), Counter(_NUMBER.findall(text))
    return (wanted & have).total() / wanted.total() if wanted else 1.0


def _features(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return features(*_EXACT.words(texts), _BUCKETS, 1, _LETTERS)


class _Items(NamedTuple):
    """Items that have a vector: `which` int64[m], `units` int16[m, dim] and the same as float32 in `wide`; `features` of all items."""

    which: np.ndarray
    units: np.ndarray
    wide: np.ndarray
    features: tuple[np.ndarray, np.ndarray, np.ndarray]
    weights: np.ndarray


@functools.lru_cache(maxsize=2)
def _learned(items: bytes, embedding: Any) -> _Items:
    texts = unpack(items).text
    found, some = vectors(embedding.apply(pa.record_batch({"text": texts})), _column(embedding))
    known = _features(texts)
    weights = np.log((1 + len(texts)) / (1 + np.bincount(known[1], minlength=_BUCKETS))) + 1.0
    units = cosine.units(found)
    return _Items(np.flatnonzero(some), units, units.astype(np.float32), known, weights)


def _column(embedding: Any) -> str:
    return str(getattr(embedding, "name", COLUMN))
