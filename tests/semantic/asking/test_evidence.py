"""Spans are in the text or are none, what is grounded has one, and parts merge as their whole would read."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tilth.semantic.asking.evidence import Field, located, merged

WORDS = st.sampled_from(["ann", "bo", "cy", "Ann ", "dee"])
VALUES = st.one_of(st.none(), WORDS, st.lists(WORDS, max_size=3))
QUOTES = st.one_of(st.none(), st.just(7), WORDS, st.lists(st.one_of(st.none(), WORDS), max_size=4))
TEXT = "Ann met  bo.\nANN left."


@given(VALUES, QUOTES, st.integers(0, 50), st.booleans())
def test_a_span_is_in_the_text_or_has_a_reason(value: Any, quote: Any, start: int, grounded: bool) -> None:
    field = located({"who": value}, {"who": quote}, TEXT, start, grounded)["who"]
    spans = field.span if isinstance(field.span, list) else [field.span] if field.span else []
    for span in spans:
        if span["start"] is None:
            assert span["quote"] is None and span["reason"] in ("no quote", "not in the text")
        else:
            assert TEXT[span["start"] - start : span["end"] - start] == span["quote"] and span["reason"] is None
    if isinstance(field.value, list):
        assert len(field.value) == len(spans)
    if grounded and field.value not in (None, []):
        assert all(span["start"] is not None for span in spans)
    if not grounded:
        assert field.value == value


@given(st.lists(st.one_of(st.none(), WORDS), min_size=1, max_size=4))
def test_of_parts_the_first_that_tells_a_value_counts(values: list[Any]) -> None:
    found = merged([{"who": Field(value, f"span of {value}" if value else None)} for value in values])["who"]
    first = next((value for value in values if value is not None), None)
    assert found == Field(first, f"span of {first}" if first else None)


@given(st.lists(st.one_of(st.none(), st.lists(WORDS, max_size=3)), min_size=1, max_size=4))
def test_of_lists_every_item_is_kept_once_with_its_span(parts: list[Any]) -> None:
    fields = [{"who": Field(part, None if part is None else [f"{n}:{word}" for word in part])} for n, part in enumerate(parts)]
    found = merged(fields)["who"]
    some = [part for part in parts if part is not None]
    if not some:
        assert found == Field(None)
        return
    assert set(found.value) == {word for part in some for word in part} and len(found.span) == len(found.value)
    assert [span.partition(":")[2] for span in found.span] == found.value
    assert found.value[: len(some[0])] == some[0]
