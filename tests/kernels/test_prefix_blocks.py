"""Hashes of blocks, against the beginnings that they stand for."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.prefix_blocks import chains, replay


@given(st.lists(st.lists(st.integers(0, 2), max_size=9), min_size=1, max_size=8), st.integers(1, 4))
def test_equal_hash_equal_beginning(texts: list[list[int]], block: int) -> None:
    tokens = np.array([token for text in texts for token in text], np.int64)
    starts = np.cumsum([0, *map(len, texts)])
    lengths, bounds, hashes = chains(tokens, starts, np.arange(len(texts)), 1, block)
    assert lengths.tolist() == list(map(len, texts))
    beginnings = [tuple(text[:end]) for text in texts for end in range(block, len(text) + 1, block)]
    assert np.diff(bounds).tolist() == [len(text) // block for text in texts]
    pairs = set(zip(beginnings, hashes.tolist(), strict=True))
    assert len(pairs) == len(set(beginnings)) == len(set(hashes.tolist()))


def test_the_least_recently_used_goes_first() -> None:
    found = replay(np.array([0, 1, 2, 0, 1, 2]), np.array([0, 1, 2, 3, 4, 5, 6]), 2, 1)
    assert found.tolist() == [0, 0, 0, 0, 0, 0]
    assert replay(np.array([0, 1, 0, 2, 0, 1]), np.array([0, 1, 2, 3, 4, 5, 6]), 2, 1).tolist() == [0, 0, 1, 0, 1, 0]
