from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.kernels.hash import TOP_BIT
from tilth.kernels.ngram_counts import ngram_counts

WORDS = ["a", "b", "ab", "é", "a", ""]


@settings(max_examples=150)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=9), max_size=5), st.integers(1, 4), st.integers(1, 4))
def test_ngrams_are_counted_as_a_counter_counts_them(passages, n, least):
    flat = [word.encode() for words in passages for word in words]
    offsets = np.cumsum([0, *map(len, flat)])
    data = np.frombuffer(b"".join(flat) + bytes(8), np.uint8)
    ends = np.cumsum([0, *map(len, passages)])
    gram, passage, times, sizes = ngram_counts(offsets[:-1], offsets[1:], ends, data, n, min(n, least))
    expected = [grams(words, n, min(n, least)) for words in passages]
    assert sizes.tolist() == [sum(counter.values()) for counter in expected]
    found = [Counter[int]() for _ in passages]
    for key, at, many in zip(gram.tolist(), passage.tolist(), times.tolist(), strict=True):
        assert key >= int(TOP_BIT) and not found[at][key]
        found[at][key] = many
    for mine, theirs in zip(found, expected, strict=True):
        assert sorted(mine.values()) == sorted(theirs.values())
    distinct = {name for counter in expected for name in counter}
    assert len({key for counter in found for key in counter}) == len(distinct)


def grams(words: list[str], n: int, least: int) -> Counter[tuple[str, ...]]:
    whole = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    return Counter(whole or ([tuple(words)] if len(words) >= least else []))
