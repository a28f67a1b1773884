"""Pieces in one buffer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilth.segment.pieces import of_lists


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=4), max_size=4))
def test_lists_there_and_back(lists: list[list[str]]) -> None:
    assert of_lists(lists).lists() == lists
