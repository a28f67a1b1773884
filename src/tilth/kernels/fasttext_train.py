"""fastText's training by stochastic gradient descent, in blocks that make it the same for any number of threads.

fastText's threads write into one model as they please ("Hogwild", Recht et al., NIPS 2011), and no two runs agree. Here the texts of a
block see the vectors as the block found them, as many texts behind as fastText's would be with that many threads: each thread sums up
some of the texts (`read_block`), one teaches the output layer, text after text (`judge_block`), and each writes some of the rows, in
the order of the texts (`write_block`). Were the output layer behind too, training would diverge at step sizes that are usual.
Otherwise it is fastText's arithmetic: Joulin et al. 2016, and the program's src/model.cc and src/loss.cc.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tilth.kernels.fasttext_output import EACH
from tilth.kernels.fasttext_sum import add_rows
from tilth.kernels.fasttext_words import Int
from tilth.kernels.hash import mix64
from tilth.kernels.jit import kernel

_TURN = np.uint64(116049371)  # what a hash of words is multiplied by before the next word's is added
_END_HASH = np.uint32(3617362777)  # of "</s>"
_STEP = np.uint64(0x9E3779B97F4A7C15)


class Texts(NamedTuple):
    """Texts to train on: their words (as in `Corpus`), the words' hashes and rows, and what each is labelled with (int32[texts]).

    `end_row` is the row of the word that ends every text, -1 for none; n-grams of 2 to `word_ngrams` words fall into one of `buckets`
    rows that follow the `entries` of the dictionary.
    """

    ends: np.ndarray
    words: np.ndarray
    hashes: np.ndarray
    row_ends: np.ndarray
    rows: np.ndarray
    labels: np.ndarray
    end_row: int
    entries: int
    buckets: int
    word_ngrams: int


class Model(NamedTuple):
    """`vectors` float32[rows, dim] of the input layer, `weights` float32[labels, dim] of the output layer, and how it is trained."""

    vectors: np.ndarray
    weights: np.ndarray
    loss: int


class Block(NamedTuple):
    """The texts of a block, `rows[ends[b] : ends[b + 1]]` of each, their mean vectors (`hidden`) and what is to be added to each row.

    `hidden`, `steps` float32[texts, dim]; `pulls` float32[labels] is room for one text: the step size times (wanted less given).
    """

    texts: np.ndarray
    ends: np.ndarray
    rows: np.ndarray
    hidden: np.ndarray
    steps: np.ndarray
    pulls: np.ndarray


@kernel
def count_rows(texts: Texts) -> np.ndarray:
    """Return how many rows each text stands for, int64[texts]."""
    counts = np.zeros(len(texts.labels), np.int64)
    for i in range(len(counts)):
        words = texts.ends[i + 1] - texts.ends[i]
        for k in range(texts.ends[i], texts.ends[i + 1]):
            counts[i] += texts.row_ends[texts.words[k] + 1] - texts.row_ends[texts.words[k]]
        counts[i] += texts.end_row >= 0
        for n in range(2, texts.word_ngrams + 1):
            counts[i] += max(0, words + 2 - n)
    return counts


@kernel(allocates=False)
def _hash_at(texts: Texts, k: Int, end: Int) -> Any:
    """Return the hash of the word at `k`, or of the end, with its sign extended as fastText does."""
    return np.uint64(np.int32(texts.hashes[texts.words[k]] if k < end else _END_HASH))


@kernel(allocates=False)
def _rows_of(texts: Texts, i: Int, rows: np.ndarray, at: Int) -> Int:
    """Write the rows that text `i` stands for into `rows[at:]`; return where they end."""
    start, end = texts.ends[i], texts.ends[i + 1]
    for k in range(start, end):
        for j in range(texts.row_ends[texts.words[k]], texts.row_ends[texts.words[k] + 1]):
            rows[at] = texts.rows[j]
            at += 1
    if texts.end_row >= 0:
        rows[at] = texts.end_row
        at += 1
    if texts.word_ngrams > 1:
        for k in range(start, end + 1):
            h = _hash_at(texts, k, end)
            for m in range(k + 1, min(k + texts.word_ngrams, end + 1)):
                h = h * _TURN + _hash_at(texts, m, end)
                rows[at] = texts.entries + np.int64(h % np.uint64(texts.buckets))
                at += 1
    return at


@kernel
def first_vectors(texts: Texts, counts: np.ndarray, vectors: np.ndarray, seed: Int) -> None:
    """Set the vectors of all rows that a text stands for to numbers between -1 / dim and 1 / dim that a hash of the place draws."""
    rows, dim = np.empty(max(1, counts.max()), np.int32), vectors.shape[1]
    for i in range(len(texts.labels)):
        for k in range(_rows_of(texts, i, rows, 0)):
            row = rows[k]
            if vectors[row, 0] == 0:
                for j in range(dim):
                    drawn = mix64(np.uint64(seed) + _STEP * np.uint64(1 + row * dim + j)) >> np.uint64(40)
                    vectors[row, j] = np.float32((np.float64(drawn) + 0.5) / 2**23 - 1) / np.float32(dim)


@kernel(allocates=False)
def _pull(model: Model, hidden: np.ndarray, label: Int, rate: Any, pulls: np.ndarray) -> None:
    """Set `pulls` to the step times (1 for the label, else 0) less the probability that the model gives."""
    top, total = np.float32(-np.inf), np.float32(0)
    for k in range(len(pulls)):
        score = np.float32(0)
        for j in range(len(hidden)):
            score += model.weights[k, j] * hidden[j]
        pulls[k] = score
        top = max(top, score)
    for k in range(len(pulls)):
        if model.loss == EACH:
            pulls[k] = np.float32(1.0 / (1.0 + math.exp(-np.float64(pulls[k]))))
        else:
            pulls[k] = np.float32(math.exp(np.float64(pulls[k] - top)))
            total += pulls[k]
    for k in range(len(pulls)):
        chance = pulls[k] if model.loss == EACH else pulls[k] / total
        pulls[k] = rate * (np.float32(k == label) - chance)


@kernel(allocates=False)
def read_block(texts: Texts, model: Model, block: Block, first: Int, last: Int) -> None:
    """Find the rows of the texts `first` to `last` of a block, and the mean of their vectors."""
    for b in range(first, last):
        at, end = block.ends[b], block.ends[b + 1]
        hidden = block.hidden[b]
        hidden[:] = 0
        _rows_of(texts, block.texts[b], block.rows, at)
        add_rows(model.vectors, block.rows, at, end, hidden)
        share = np.float32(1) / np.float32(max(1, end - at))
        for j in range(len(hidden)):
            hidden[j] *= share


@kernel(allocates=False)
def judge_block(texts: Texts, model: Model, block: Block, rate: Any) -> None:
    """Teach the output layer each text of a block in turn; set `block.steps` to what each has to say to its rows."""
    for b in range(len(block.texts)):
        hidden, steps = block.hidden[b], block.steps[b]
        steps[:] = 0
        if block.ends[b] == block.ends[b + 1]:
            continue
        _pull(model, hidden, texts.labels[block.texts[b]], np.float32(rate), block.pulls)
        share = np.float32(1) / np.float32(block.ends[b + 1] - block.ends[b])
        for k in range(len(model.weights)):
            pull, spread = block.pulls[k], block.pulls[k] * share
            for j in range(len(hidden)):
                steps[j] += spread * model.weights[k, j]
                model.weights[k, j] += pull * hidden[j]


@kernel(allocates=False)
def write_block(model: Model, block: Block, part: Int, parts: Int) -> None:
    """Add what the texts of a block say to every row whose number is `part`, modulo `parts`."""
    for b in range(len(block.texts)):
        steps = block.steps[b]
        for k in range(block.ends[b], block.ends[b + 1]):
            row = block.rows[k]
            if parts == 1 or row % parts == part:
                for j in range(len(steps)):
                    model.vectors[row, j] += steps[j]
