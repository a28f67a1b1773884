import itertools

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from kernels.texts import pages

from tilth.dedup.normalise import Normalise
from tilth.kernels.shingles import distinct, jaccard, shingles


def sets(texts: list[str], n: int) -> tuple[np.ndarray, np.ndarray]:
    offsets, grams = shingles(*Normalise().words(pa.array(texts, pa.large_string())), n)
    for a, b in itertools.pairwise(offsets):
        grams[a:b].sort()
    return distinct(offsets, grams)


def twin(texts: list[str], n: int) -> list[set]:
    plain = [text.split() for text in Normalise()(pa.array(texts, pa.large_string())).to_pylist()]
    return [{tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))} if words else set() for words in plain]


@given(st.lists(pages, min_size=2, max_size=6), st.integers(1, 6))
def test_sets_and_what_they_share_are_those_of_the_twin(texts, n):
    texts = [*texts, texts[0] + " " + texts[1], ""]
    offsets, grams = sets(texts, n)
    assert np.diff(offsets).tolist() == [len(own) for own in twin(texts, n)]
    assert all((np.diff(grams[a:b]) > 0).all() for a, b in itertools.pairwise(offsets))
    expected = [len(a & b) / max(1, len(a | b)) for a, b in itertools.product(twin(texts, n), repeat=2)]
    left, right = np.divmod(np.arange(len(texts) ** 2), len(texts))
    assert jaccard(offsets, grams, left, right).tolist() == expected
