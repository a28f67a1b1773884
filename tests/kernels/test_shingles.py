import itertools

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from kernels.texts import pages

from tilth.dedup.normalise import Normalise
from tilth.kernels.shingles import jaccard, shingles


def sets(texts: list[str], n: int) -> tuple[np.ndarray, np.ndarray]:
    return shingles(*Normalise().words(pa.array(texts, pa.large_string())), n)


def twin(texts: list[str], n: int) -> list[set]:
    plain = [text.split() for text in Normalise()(pa.array(texts, pa.large_string())).to_pylist()]
    return [{tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))} if words else set() for words in plain]


@given(st.lists(pages, min_size=2, max_size=6), st.integers(1, 6))
def test_sets_and_what_they_share_are_those_of_the_twin(texts, n):
    texts = [*texts, texts[0] + " " + texts[1], ""]
    offsets, grams = sets(texts, n)
    assert np.diff(offsets).tolist() == [len(own) for own in twin(texts, n)]
    assert all((np.diff(grams[a:b]) > 0).all() for a, b in itertools.pairwise(offsets))
    other_offsets, others = sets(texts[::-1], n)
    expected = [len(a & b) / max(1, len(a | b)) for a, b in zip(twin(texts, n), twin(texts[::-1], n), strict=True)]
    assert jaccard(offsets, grams, other_offsets, others).tolist() == expected
