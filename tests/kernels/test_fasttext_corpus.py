"""How training reads texts, against the same in plain Python, and against how scoring reads them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels.training_twin import char_ngrams, fnv, words_of

from tilth.filters.fasttext_train import Settings, _source
from tilth.kernels.arrow import utf8
from tilth.kernels.fasttext_corpus import corpus_of, rows_of_words

WORDS = st.text(st.sampled_from("ab é田👩\t\n\0</s>_l"), max_size=12)
TEXTS = st.lists(st.lists(WORDS | st.sampled_from(["</s>", "__label__x", "same"]), max_size=8).map(" ".join), max_size=6)


def settings(least: int = 0, most: int = 0) -> Settings:
    return Settings(1, (least, most), 4, 0.1, 1, 1, 997, False)


def corpus(texts: list[str]) -> tuple:
    ends, data = utf8(pa.array(texts, pa.large_string()))
    return corpus_of(ends, data, _source(settings(), 0)), data


@given(TEXTS)
def test_words_are_read_as_fasttext_reads_them(texts: list[str]) -> None:
    found, data = corpus(texts)
    raw = bytes(data)
    spelled = [raw[at : at + size] for at, size in zip(found.at, found.sizes, strict=True)]
    read = [[spelled[word] for word in found.words[found.ends[i] : found.ends[i + 1]]] for i in range(len(texts))]
    assert read == [words_of(text) for text in texts]
    assert len(set(spelled)) == len(spelled)
    assert found.hashes.tolist() == [fnv(word) for word in spelled]
    assert found.counts.tolist() == [sum(words.count(word) for words in read) for word in spelled]


def test_more_words_than_the_table_first_has_room_for() -> None:
    texts = [" ".join(f"w{i}" for i in range(start, start + 5000)) for start in (0, 2500, 0)]
    found, _ = corpus(texts)
    assert len(found.at) == 7500 and found.counts.sum() == 15_000
    assert sorted(found.counts.tolist()) == [1] * 2500 + [2] * 2500 + [3] * 2500


@pytest.mark.parametrize(("least", "most"), [(1, 1), (1, 4), (3, 5), (5, 5)])
@given(word=st.text(st.sampled_from("abé田👩z"), min_size=1, max_size=9))
def test_a_word_stands_for_itself_and_its_ngrams(least: int, most: int, word: str) -> None:
    found, data = corpus([word])
    ends, rows = rows_of_words(data, found, np.array([7], np.int32), _source(settings(least, most), 10))
    assert ends.tolist() == [0, len(rows)]
    assert sorted(rows.tolist()) == sorted([7, *(10 + fnv(gram) % 997 for gram in char_ngrams(word.encode(), least, most))])
