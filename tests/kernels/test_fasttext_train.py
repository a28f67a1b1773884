"""Training by blocks against the same in plain Python; any number of threads gives the same bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from kernels.training_twin import fnv, learn, rows_of, words_of

from tilth.filters.fasttext_train import Settings, _blocks, _source
from tilth.kernels.arrow import utf8
from tilth.kernels.fasttext_corpus import corpus_of, rows_of_words
from tilth.kernels.fasttext_train import _END_HASH, Block, Model, Texts, count_rows, first_vectors, judge_block, read_block, write_block

TEXTS = ["one two three", "two  three</s> four\nfive", "", "Überall 田地 one", "a b a b a b a b", "</s> nothing", "one"] * 5


def texts(word_ngrams: int, chars: tuple[int, int]) -> tuple[Texts, list[list[int]]]:
    settings = Settings(word_ngrams, chars, 3, 0.5, 1, 2, 50, False)
    ends, data = utf8(pa.array(TEXTS, pa.large_string()))
    corpus = corpus_of(ends, data, _source(settings, 0))
    numbers = np.full(len(corpus.at), -1, np.int32)
    numbers[::2] = np.arange(1, len(numbers[::2]) + 1)
    entries = len(numbers[::2]) + 1
    row_ends, rows = rows_of_words(data, corpus, numbers, _source(settings, entries))
    labels = (np.arange(len(TEXTS)) % 3).astype(np.int32)
    made = Texts(corpus.ends, corpus.words, corpus.hashes, row_ends, rows, labels, 0, entries, 50, word_ngrams)
    raw = bytes(data)
    spelled = {raw[at : at + size]: int(n) for at, size, n in zip(corpus.at, corpus.sizes, numbers, strict=True) if n >= 0}
    return made, [rows_of(text, spelled, entries, 50, word_ngrams, chars) for text in TEXTS]


def test_the_hash_of_the_end_is_its_hash() -> None:
    assert fnv(b"</s>") == _END_HASH
    assert words_of("a </s> b") == [b"a"]


@pytest.mark.parametrize("word_ngrams", [1, 2, 4])
@pytest.mark.parametrize("chars", [(0, 0), (2, 3)])
@pytest.mark.parametrize("loss", [3, 4])
def test_blocks_are_those_of_the_twin(word_ngrams: int, chars: tuple[int, int], loss: int) -> None:
    made, rows = texts(word_ngrams, chars)
    assert count_rows(made).tolist() == [len(each) for each in rows]
    model = Model(np.zeros((made.entries + 50, 3), np.float32), np.zeros((3, 3), np.float32), loss)
    first_vectors(made, count_rows(made), model.vectors, 1)
    used = {row for each in rows for row in each}
    assert {row for row in range(len(model.vectors)) if model.vectors[row].any()} == used
    assert abs(model.vectors).max() <= 1 / 3
    twin = model.vectors.astype(float).tolist(), model.weights.astype(float).tolist()
    for block in _blocks(np.arange(len(TEXTS)), count_rows(made), model):
        read_block(made, model, block, 0, len(block.texts))
        judge_block(made, model, block, 0.5)
        write_block(model, block, 0, 1)
        learn(twin, [(rows[i], int(made.labels[i])) for i in block.texts], 0.5, loss == 4)
    assert np.allclose(model.vectors, twin[0], atol=1e-5) and np.allclose(model.weights, twin[1], atol=1e-5)


@pytest.mark.parametrize("parts", [2, 3, 7])
def test_any_number_of_parts_writes_the_same(parts: int) -> None:
    made, _ = texts(2, (2, 3))
    models = []
    for cut in (1, parts):
        model = Model(np.zeros((made.entries + 50, 3), np.float32), np.ones((3, 3), np.float32), 3)
        first_vectors(made, count_rows(made), model.vectors, 1)
        for block in _blocks(np.arange(len(TEXTS)), count_rows(made), model):
            size = len(block.texts)
            for part in range(cut):
                read_block(made, model, block, size * part // cut, size * (part + 1) // cut)
            judge_block(made, model, block, 0.5)
            for part in reversed(range(cut)):
                write_block(model, block, part, cut)
        models.append((model.vectors.tobytes(), model.weights.tobytes()))
    assert models[0] == models[1]


def test_a_text_of_nothing_says_nothing() -> None:
    made, _ = texts(1, (0, 0))
    made = made._replace(end_row=-1)
    model = Model(np.ones((made.entries, 3), np.float32), np.ones((3, 3), np.float32), 3)
    nothing = np.full((1, 3), np.nan, np.float32)
    block = Block(np.array([2]), np.array([0, 0]), np.zeros(0, np.int32), nothing, nothing.copy(), nothing[0].copy())
    read_block(made, model, block, 0, 1)
    judge_block(made, model, block, 0.5)
    write_block(model, block, 0, 1)
    assert (model.vectors == 1).all() and (model.weights == 1).all()
