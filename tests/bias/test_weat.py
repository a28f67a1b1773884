"""The test of Caliskan et al., against its definition written out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from tilth.bias import weat
from tilth.embed.vectors import column
from tilth.errors import CorpusError
from tilth.filters import Terms
from tilth.op import Op, put


@dataclass(frozen=True)
class Known(Op):
    """Vectors of some words, by a seed."""

    seed: int
    words: tuple[str, ...]

    def vector(self, word: str) -> np.ndarray:
        return np.random.default_rng([self.seed, *word.encode()]).standard_normal(5).astype(np.float32)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"].to_pylist()
        rows = np.stack([self.vector(text) for text in texts])
        return put(batch, "embedding", column(rows, np.array([text in self.words for text in texts])))


def lists(sizes: tuple[int, ...]) -> list[Terms]:
    return [Terms(f"l{at}", tuple(f"w{at}{chr(97 + i)}" for i in range(size))) for at, size in enumerate(sizes)]


@pytest.mark.parametrize("sizes", [(4, 4, 3, 3), (3, 5, 2, 4), (11, 11, 3, 3)])
def test_effect_and_p_are_as_defined(sizes: tuple[int, ...]) -> None:
    terms = lists(sizes)
    step = Known(7, tuple(word for one in terms for word in one.words))
    x, y, a, b = ([step.vector(word) for word in sorted(one.words)] for one in terms)

    def cos(u: np.ndarray, v: np.ndarray) -> float:
        return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))

    def s(w: np.ndarray) -> float:
        return float(np.mean([cos(w, v) for v in a]) - np.mean([cos(w, v) for v in b]))

    of_x, of_y = [s(w) for w in x], [s(w) for w in y]
    found = weat(step, *terms)
    assert found.difference == pytest.approx(np.mean(of_x) - np.mean(of_y), abs=1e-5)
    assert found.effect == pytest.approx((np.mean(of_x) - np.mean(of_y)) / np.std(of_x + of_y, ddof=1), abs=1e-5)
    if sizes[0] < 11:
        dealt = [sum(some) for some in itertools.combinations(of_x + of_y, len(x))]
        assert found.p == pytest.approx(np.mean([one >= sum(of_x) - 1e-7 for one in dealt]))
    else:  # 705,432 ways: it draws
        rng = np.random.default_rng(0)
        chance = np.mean([rng.permutation(of_x + of_y)[: len(x)].sum() >= sum(of_x) for _ in range(4000)])
        assert found.p == pytest.approx(chance, abs=0.03)


def test_words_that_are_not_known_are_left_out_and_a_list_of_them_is_an_error() -> None:
    terms = lists((4, 4, 3, 3))
    known = tuple(word for one in terms for word in one.words)
    assert weat(Known(1, known[1:]), *terms).targets == (3, 4)
    with pytest.raises(CorpusError, match="knows no word of 'l0'"):
        weat(Known(1, known[4:]), *terms)
