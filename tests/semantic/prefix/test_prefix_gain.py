"""Units of a cache, and texts as tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.llm.tokens import pieces
from tilth.semantic.prefix.prefix_gain import HOSTED, PrefixCache, Tokens, cached_tokens, usage


def test_hosted_units() -> None:
    assert HOSTED.counted(np.array([0, 1023, 1024, 1151, 1152, 2000])).tolist() == [0, 0, 1024, 1024, 1152, 1920]


def test_the_last_token_is_never_cached() -> None:
    tokens = Tokens.of(["a b c d", "a b c d e"], pieces)
    lengths, cached = cached_tokens(tokens, np.array([[0], [0], [1], [1]]), PrefixCache(2, 2, 2))
    assert (lengths.tolist(), cached.tolist()) == ([4, 4, 5, 5], [0, 2, 4, 4])
    assert usage(lengths, cached).cached == 10


def test_a_prompt_longer_than_the_cache_keeps_its_beginning() -> None:
    tokens = Tokens.of(["a b c d e f", "a b c d x"], pieces)
    cached = cached_tokens(tokens, np.array([[0], [1]]), PrefixCache(1, 1, 1, capacity=3))[1]
    assert cached.tolist() == [0, 3]


def test_in_flight() -> None:
    tokens = Tokens.of(["same words here", " a", " b", " c", " d"], pieces)
    parts = np.array([[0, n] for n in (1, 2, 3, 4)])
    assert cached_tokens(tokens, parts, PrefixCache(1, 1, 1, in_flight=3))[1].tolist() == [0, 0, 0, 3]


def test_no_prompt() -> None:
    lengths, cached = cached_tokens(Tokens.of([], pieces), np.empty((0, 1), np.int64), PrefixCache())
    assert (lengths.tolist(), cached.tolist()) == ([], [])


@pytest.mark.parametrize("wrong", [{"least": 0}, {"step": 0}, {"block": 0}, {"capacity": 0}, {"in_flight": 0}])
def test_a_cache_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(RecipeError, match="No prefix cache"):
        PrefixCache(**wrong)


@given(st.lists(st.text(), max_size=8))
def test_tokens(texts: list[str]) -> None:
    tokens = Tokens.of(texts, pieces)
    assert tokens.lengths().tolist() == [len(pieces(text)) for text in texts]
    order = tokens.ascending(np.arange(len(texts)))
    taken = tokens.take(order)
    cut = [taken.ids[taken.starts[n] : taken.starts[n + 1]].tolist() for n in range(len(texts))]
    assert cut == sorted(cut)
    for one, a in enumerate(order.tolist()):
        for other, b in enumerate(order.tolist()):
            assert (cut[one] == cut[other]) == (texts[a] == texts[b])
