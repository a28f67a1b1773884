"""Train a model of fastText's kind on texts in memory, with any number of threads to the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.fasttext_corpus import Corpus, corpus_of, rows_of_words
from tilth.kernels.fasttext_fold import fold_layers
from tilth.kernels.fasttext_output import EACH, SOFTMAX
from tilth.kernels.fasttext_train import Block, Model, Texts, count_rows, first_vectors, judge_block, read_block, write_block
from tilth.kernels.fasttext_words import Input

TOGETHER = 8  # texts in a block: as far behind as fastText is with that many threads; more seemed to cost accuracy on small corpora
_WORTH_A_THREAD = 1 << 17  # multiplications in a block, below which handing it out takes longer than doing it
_END = b"</s>"


@dataclass(frozen=True)
class Settings:
    """fastText's arguments: n-grams of up to `word_ngrams` words and of `char_ngrams` characters (least, most; 0: none), and so on."""

    word_ngrams: int
    char_ngrams: tuple[int, int]
    dim: int
    rate: float
    epochs: int
    min_count: int
    buckets: int
    each: bool  # a logistic function for each label; else one softmax for all

    @property
    def loss(self) -> int:
        return EACH if self.each else SOFTMAX

    @property
    def hashed(self) -> int:
        """How many rows n-grams have."""
        return self.buckets if self.word_ngrams > 1 or self.char_ngrams[1] > 0 else 0


@dataclass(frozen=True)
class Layers:
    """A trained model: `vectors` float32[words + buckets, dim], the end of text being word 0, and `weights` float32[labels, dim]."""

    words: tuple[bytes, ...]
    word_counts: tuple[int, ...]
    labels: tuple[str, ...]
    label_counts: tuple[int, ...]
    vectors: np.ndarray
    weights: np.ndarray
    settings: Settings

    def folded(self, scale: float = 1.0, offset: float = 0.0) -> Layers:
        """Return the same model with its scores multiplied by `scale`, in as few dimensions as it has labels to tell apart.

        Two labels need one, the difference of their scores; `offset` is added to it, in each vector and so in any mean of vectors.
        """
        apart = len(self.labels) - (0 if self.settings.each else 1)
        if apart > self.weights.shape[1]:
            return replace(self, weights=self.weights * np.float32(scale))
        toward = self.weights if self.settings.each else self.weights[1:] - self.weights[0]
        identity = np.eye(len(self.labels), dtype=np.float32)
        if len(self.labels) == 2 and not self.settings.each:
            weights = np.array([[-0.5], [0.5]], np.float32)
        else:
            weights = identity if self.settings.each else identity[:, 1:]
        vectors = fold_layers(self.vectors, np.ascontiguousarray(toward), np.float32(scale), np.float32(offset))
        return replace(self, vectors=vectors, weights=np.ascontiguousarray(weights), settings=replace(self.settings, dim=apart))


def train(
    texts: pa.Array, labels: np.ndarray, names: Sequence[str], held_out: int, settings: Settings, threads: int = 0
) -> tuple[Layers, np.ndarray]:
    """Return the model of all but the last `held_out` texts, and the scores float64[held_out, labels] that it gives those.

    `labels` int32[texts] are numbers of `names`. `threads` 0: as many as there are cores; the result does not depend on it.
    """
    ends, data = utf8(texts)
    corpus = corpus_of(ends, data, _source(settings, 0))
    count = len(labels) - held_out
    seen = np.bincount(corpus.words[: corpus.ends[count]], minlength=len(corpus.at))
    kept = np.flatnonzero(seen >= settings.min_count) if settings.min_count else np.zeros(0, np.int64)
    every = _texts(data, corpus, kept, labels, settings)
    part = every._replace(ends=every.ends[: count + 1], labels=every.labels[:count])
    model = _trained(part, len(names), settings, threads or _cores())
    raw = bytes(data)
    layers = Layers(
        (_END, *(raw[corpus.at[word] : corpus.at[word] + corpus.sizes[word]] for word in kept)), (count, *seen[kept].tolist()),
        tuple(names), tuple(np.bincount(labels[:count], minlength=len(names)).tolist()), model.vectors, model.weights, settings,
    )  # fmt: skip
    return layers, _scores(every._replace(ends=every.ends[count:], labels=every.labels[count:]), model)


def _source(settings: Settings, entries: int) -> Input:
    """Return what cuts words into n-grams, and knows no words."""
    none = np.zeros(0, np.uint8), np.zeros((0, 1), np.float32), np.zeros(0, np.uint64), np.zeros(0, np.int32)
    slots, ends = np.full(1, -1, np.int32), np.zeros(1, np.int64)
    for array in (*none, slots, ends):
        array.flags.writeable = False
    word_bytes, weights, kept, ranks = none
    shortest, longest = settings.char_ngrams
    return Input(
        entries, ends, word_bytes, slots, weights, max(1, settings.hashed), kept, ranks, max(1, shortest), longest, settings.word_ngrams
    )


def _texts(data: np.ndarray, corpus: Corpus, kept: np.ndarray, labels: np.ndarray, settings: Settings) -> Texts:
    numbers = np.full(len(corpus.at), -1, np.int32)
    numbers[kept] = np.arange(1, len(kept) + 1)
    entries = len(kept) + 1
    row_ends, rows = rows_of_words(data, corpus, numbers, _source(settings, entries))
    return Texts(
        corpus.ends, corpus.words, corpus.hashes, row_ends, rows, labels, 0, entries, max(1, settings.hashed), settings.word_ngrams
    )


def _trained(texts: Texts, labels: int, settings: Settings, threads: int) -> Model:
    counts = count_rows(texts)
    vectors = np.zeros((texts.entries + settings.hashed, settings.dim), np.float32)  # memory is taken where a row is written
    first_vectors(texts, counts, vectors, 0)
    model = Model(vectors, np.zeros((labels, settings.dim), np.float32), settings.loss)
    whole, done = max(1, settings.epochs * int(counts.sum())), 0
    with ThreadPoolExecutor(threads) as pool:
        for epoch in range(settings.epochs):
            for block in _blocks(_order(len(counts), epoch), counts, model):
                _learn(texts, model, block, settings.rate * (1 - done / whole), pool, threads)
                done += int(block.ends[-1])
    if not np.isfinite(model.weights).all():
        raise RecipeError(
            "Training diverged.", where=f"rate={settings.rate}", why="steps of that size made the model worse until its weights overflowed",
            fix=f"rate={settings.rate / 4}",
        )
    return model


def _order(count: int, epoch: int) -> np.ndarray:
    return np.random.RandomState(epoch).permutation(count)  # NumPy keeps this generator's stream from version to version (NEP 19)


def _blocks(order: np.ndarray, counts: np.ndarray, model: Model) -> Iterator[Block]:
    labels, dim = model.weights.shape
    hidden, steps, pulls = np.empty((TOGETHER, dim), np.float32), np.empty((TOGETHER, dim), np.float32), np.empty(labels, np.float32)
    for at in range(0, len(order), TOGETHER):
        ids = order[at : at + TOGETHER]
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts[ids])])
        yield Block(ids, ends, np.empty(ends[-1], np.int32), hidden, steps, pulls)


def _learn(texts: Texts, model: Model, block: Block, rate: float, pool: ThreadPoolExecutor, threads: int) -> None:
    count = len(block.texts)
    if threads == 1 or block.ends[-1] * model.weights.shape[1] < _WORTH_A_THREAD:
        read_block(texts, model, block, 0, count)
        judge_block(texts, model, block, rate)
        write_block(model, block, 0, 1)
        return
    cuts = [count * part // threads for part in range(threads + 1)]
    list(pool.map(lambda part: read_block(texts, model, block, cuts[part], cuts[part + 1]), range(threads)))
    judge_block(texts, model, block, rate)
    list(pool.map(lambda part: write_block(model, block, part, threads), range(threads)))


def _scores(texts: Texts, model: Model) -> np.ndarray:
    """Return what the output layer has for each text before any softmax, float64[texts, labels]."""
    found = [np.zeros((0, len(model.weights)))]
    for block in _blocks(np.arange(len(texts.labels)), count_rows(texts), model):
        read_block(texts, model, block, 0, len(block.texts))
        found.append(np.einsum("td,ld->tl", block.hidden[: len(block.texts)].astype(np.float64), model.weights.astype(np.float64)))
    return np.concatenate(found)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
