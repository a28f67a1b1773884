"""Importance by hashed n-grams: which documents of a pool are like a target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.ngram_buckets import bucket_rows, sums
from tilth.kernels.text_classes import classes
from tilth.op import Fold, Op, put

_STATE = pa.schema([("bucket", pa.int64()), ("count", pa.int64())])
_EPSILON = 1e-8
_ODD = "[Σİ]"  # letters whose lower case hangs on their neighbours, or is two: Python knows, Arrow does not


@dataclass(frozen=True)
class NgramBuckets:
    """N-grams of 1 to `n` tokens in `buckets` by SHA-256. Raises RecipeError on numbers that cannot be.

    Tokens are `\\w+|[^\\w\\s]+` of the text in lower case; an n-gram's are joined by one space.

    >>> [int(bucket) for bucket in NgramBuckets().of(pa.array(["Alice went"]))[1]]
    [6720, 114, 5816]
    """

    n: int = 2
    buckets: int = 10_000

    def __post_init__(self) -> None:
        if not (1 <= self.n <= 10 and 2 <= self.buckets < 1 << 31):
            raise RecipeError("There are no such n-grams.", where=repr(self), fix="NgramBuckets(n=2, buckets=10_000)")

    def of(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the buckets of each text: (offsets int64[n + 1], int32[*], tokens int64[n])."""
        texts = texts.cast(pa.large_string())
        odd = pc.fill_null(pc.match_substring_regex(texts, _ODD), False)
        lowered = pc.utf8_lower(texts)
        if pc.any(odd).as_py():
            lowered = pc.replace_with_mask(lowered, odd, pa.array([text.lower() for text in texts.filter(odd).to_pylist()], texts.type))
        return bucket_rows(*utf8(lowered), classes(), self.n, self.buckets)

    def counted(self, texts: pa.Array) -> np.ndarray:
        """Return how many n-grams of all texts are in each bucket, int64[buckets]."""
        return np.bincount(self.of(texts)[1], minlength=self.buckets)


@dataclass(frozen=True)
class Dsir(Fold):
    """Learn a target's n-grams, then the pool's, and become `DsirWeight`: `learn_from(target, select.Dsir())`.

    `smooth` is added to each of the target's counts (Laplace); a target of a few pages needs it, or every bucket that it happens not to
    have counts fully against a document. Then draw by it (`select.gumbel`), or keep the best (`TopShare`). The state is a count a bucket.

    Raises RecipeError on numbers that cannot be, CorpusError where the target has no token.

    Source: Xie et al., Data Selection for Language Models via Importance Resampling, NeurIPS 2023; the hashing is that of their package.

    >>> rows = pa.record_batch({"text": ["the cat sat"]})
    >>> [pool] = Dsir().finish(Dsir().observe(rows))
    >>> [weigh] = pool.finish(pool.observe(pa.record_batch({"text": ["the cat", "a dog ran"]})))
    >>> near, far = weigh.apply(pa.record_batch({"text": ["the cat " * 60, "a dog " * 60]}))["dsir_weight"].to_pylist()
    >>> near > far
    True
    """

    ngrams: NgramBuckets = NgramBuckets()
    smooth: float = 0.0
    least: int = 100
    words: int = 128

    def __post_init__(self) -> None:
        if self.smooth < 0 or self.least < 0 or self.words < 0:
            raise RecipeError("This is no importance.", where=repr(self), why="no number is negative", fix="select.Dsir(smooth=0.0)")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        return _state(self.ngrams.counted(batch["text"]))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return _added(a, b)

    def finish(self, state: pa.Table) -> list[DsirPool]:
        if not len(state):
            raise CorpusError.empty("select.Dsir", why="the target has no token")
        counts = _dense(state, self.ngrams.buckets) + self.smooth
        return [DsirPool((counts / counts.sum()).astype("<f8").tobytes(), self.ngrams, self.least, self.words)]


@dataclass(frozen=True)
class DsirPool(Fold):
    """Learn the pool's n-grams, beside the `target`'s (little-endian float64 a bucket), and become `DsirWeight`.

    Every row of the pool is counted; the package stops after a billion n-grams.
    """

    target: bytes
    ngrams: NgramBuckets = NgramBuckets()
    least: int = 100
    words: int = 128

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        return _state(self.ngrams.counted(batch["text"]))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return _added(a, b)

    def finish(self, state: pa.Table) -> list[DsirWeight]:
        if not len(state):
            raise CorpusError.empty("select.DsirPool", why="the pool has no token")
        counts = _dense(state, self.ngrams.buckets).astype(np.float64)
        ratio = np.log(np.frombuffer(self.target, "<f8") + _EPSILON) - np.log(counts / counts.sum() + _EPSILON)
        return [DsirWeight(ratio.astype("<f8").tobytes(), self.ngrams, self.least, self.words)]

    def __repr__(self) -> str:
        return f"DsirPool({self.ngrams!r}, least={self.least}, words={self.words})"


@dataclass(frozen=True)
class DsirWeight(Op):
    """Measure `dsir_weight` (float64), the log importance of each text, and `dsir_words` (int64), its tokens.

    The weight is that of a chunk of `words` tokens of such text: the mean log ratio of its n-grams times the n-grams of a chunk. `words`
    0 gives the plain sum over all n-grams, as the package does. That sum grows with length, downwards for almost every document, so
    that it ranks by length and no noise of a draw reaches it (docs/mixing.md); the paper cuts its corpus into chunks of 128 words.
    A text of fewer than `least` tokens has no weight, and no draw takes it.

    >>> DsirWeight(np.zeros(10_000).tobytes(), least=1).apply(pa.record_batch({"text": ["a b", ""]}))["dsir_weight"].to_pylist()
    [0.0, None]
    """

    ratio: bytes
    ngrams: NgramBuckets = NgramBuckets()
    least: int = 100
    words: int = 128

    def __post_init__(self) -> None:
        if len(self.ratio) != 8 * self.ngrams.buckets:
            raise RecipeError("This is not a number a bucket.", where=repr(self), fix="learn it: learn_from(target, select.Dsir())")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        offsets, buckets, tokens = self.ngrams.of(batch["text"])
        weights, many = sums(offsets, buckets, np.frombuffer(self.ratio, "<f8")), np.diff(offsets)
        if self.words:
            weights = weights / np.maximum(1, many) * sum(max(0, self.words - k) for k in range(self.ngrams.n))
        short = tokens < max(1, self.least)
        return put(put(batch, "dsir_weight", pa.array(weights, mask=short)), "dsir_words", pa.array(tokens))

    def __repr__(self) -> str:
        return f"DsirWeight({self.ngrams!r}, least={self.least}, words={self.words})"


def _state(counts: np.ndarray) -> pa.Table:
    some = np.flatnonzero(counts)
    return pa.table([pa.array(some), pa.array(counts[some])], schema=_STATE)


def _added(a: pa.Table, b: pa.Table) -> pa.Table:
    both = pa.concat_tables([a, b]).group_by("bucket").aggregate([("count", "sum")]).sort_by("bucket")
    return pa.table([both["bucket"], both["count_sum"]], schema=_STATE).combine_chunks()


def _dense(state: pa.Table, buckets: int) -> np.ndarray:
    counts = np.zeros(buckets, np.int64)
    counts[state["bucket"].to_numpy()] = state["count"].to_numpy()
    return counts
