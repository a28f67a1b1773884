"""Which texts are most alike: exact against plain twins, by words, by learned vectors and by an endpoint."""

from __future__ import annotations

import asyncio
import math
import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import llm
from tilth.errors import RecipeError
from tilth.kernels.sparse_nearest import nearest as sparse_nearest
from tilth.llm.simulate import Model
from tilth.semantic.pairs.lexical import Lexical
from tilth.semantic.pairs.nearest import alike, fuse, nearest

WORDS = st.lists(st.sampled_from(["apple", "bank", "river", "red", "green", "tea"]), max_size=6).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=12), st.integers(1, 14))
def test_sparse_products_are_those_of_numpy(rows: list[list[int]], k: int) -> None:
    matrix = np.array(rows, float)
    at, feature = np.nonzero(matrix)
    offsets = np.searchsorted(at, np.arange(len(rows) + 1))
    order = np.argsort(feature, kind="stable")
    starts = np.searchsorted(feature[order], np.arange(6))
    which, score = sparse_nearest(
        offsets, feature.astype(np.int32), matrix[at, feature], starts, at[order].astype(np.int32), matrix[at, feature][order], len(rows), k
    )
    for row, products in enumerate(matrix @ matrix.T):
        best = [n for n in sorted(range(len(rows)), key=lambda n: (-products[n], n)) if products[n] > 0][:k]
        assert which[row].tolist() == best + [-1] * (k - len(best)) and score[row, : len(best)].tolist() == products[best].tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8), WORDS)
def test_bm25_is_the_formula(texts: list[str], query: str) -> None:
    found = [Counter(re.findall(r"\w+", text)) for text in texts]
    mean = sum(map(Counter.total, found)) / len(found)

    def score(words: Counter) -> float:
        total = 0.0
        for word, times in Counter(query.split()).items():
            within = sum(word in other for other in found)
            idf = math.log(1 + (len(texts) - within + 0.5) / (within + 0.5))
            total += times * idf * words[word] * 2.2 / (words[word] + 1.2 * (0.25 + 0.75 * words.total() / max(mean, 1e-9)))
        return total

    which, scores = Lexical(pa.array(texts), "bm25").nearest(pa.array([query]), len(texts))
    told = {n: s for n, s in zip(which[0].tolist(), scores[0].tolist(), strict=True) if n >= 0}
    assert told == pytest.approx({n: s for n, words in enumerate(found) if (s := score(words)) > 0})


@pytest.mark.parametrize("embedding", ["words", "bm25", "svd", "hybrid"])
def test_what_is_alike_is_found_without_a_network(embedding: str) -> None:
    texts = ["the river bank in spring", "a red apple and a green apple", "tea with milk", "the river in flood"]
    which, score = alike(["green apples or an apple", "river", ""], texts, 2, embedding)
    assert which[0, 0] == 1 and set(which[1].tolist()) == {0, 3} and which[2].tolist() == [-1, -1]
    assert (np.diff(score, axis=1) <= 0).all()


def test_an_endpoint_can_embed(simulator) -> None:
    simulator(models=(Model("sim/vectors"),))

    async def found() -> np.ndarray:
        async with llm.Session(llm.current()) as session:
            return (await nearest(session, ["red apples", " "], ["the river bank", "", "red apples!", "tea"], 4, "sim/vectors"))[0]

    which = asyncio.run(found())
    assert which[0, 0] == 2 and 1 not in which[0] and set(which[1].tolist()) == {-1}


def test_ranks_are_fused() -> None:
    one = (np.array([[0, 1, 2]]), np.array([[9.0, 8, 7]]))
    two = (np.array([[2, 0, -1]]), np.array([[0.9, 0.8, 0]]))
    which, score = fuse([one, two], 4)
    assert which.tolist() == [[0, 2, 1, -1]] and score[0, 0] == pytest.approx(1 / 61 + 1 / 62)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"word{n % 7} and word{n % 11}" for n in range(50)]
    whole = alike(texts, texts, 5, "svd")
    monkeypatch.setattr("tilth.semantic.pairs.nearest._BLOCK", 7)
    assert alike(texts, texts, 5, "svd")[0].tolist() == whole[0].tolist()


def test_there_is_no_other_embedding() -> None:
    with pytest.raises(RecipeError, match="no embedding"):
        alike(["a"], ["b"], 1, "magic")
