"""Entities are the classes that the pairs said to be the same make; contradictions are told."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tilth.semantic.pairs.entities import contradictions, doubtful, entities

PAIRS = st.dictionaries(st.sampled_from(list(combinations(range(7), 2))), st.booleans())


@given(PAIRS)
def test_entities_are_what_is_reached(said: dict[tuple[int, int], bool]) -> None:
    group = list(range(7))
    for _ in range(7):
        for (a, b), same in said.items():
            if same:
                group[a] = group[b] = min(group[a], group[b])
    assert entities(7, said) == group


@given(PAIRS)
def test_contradictions_and_the_pairs_beside_them(said: dict[tuple[int, int], bool]) -> None:
    group = entities(7, said)
    torn = contradictions(group, said)
    assert all(not said[pair] and group[pair[0]] == group[pair[1]] for pair in torn)
    beside = doubtful(group, said)
    assert set(torn) <= set(beside) <= set(said)
    assert {group[a] for a, _ in beside} == {group[b] for _, b in beside} == {group[a] for a, _ in torn}
