"""JSON out of answers, and what a schema says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.llm import structured

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_what_was_written_is_read_with_its_types(value: Any) -> None:
    assert structured.parse(json.dumps(value)) == value


@given(st.dictionaries(st.text(), JSON, min_size=1, max_size=3))
def test_it_is_found_in_a_fence_and_among_words(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert structured.parse(f"Here you are:\n```json\n{text}\n```\nAnything else?") == value
    assert structured.parse(f"Sure! {text} Done.") == value


@pytest.mark.parametrize("text", ["", "no", "{'a': 1}", '{"a": 1', "NaN", '{"a": 1,}', "[1, 2"])
def test_what_is_not_json_is_not_mended(text: str) -> None:
    with pytest.raises(ValueError):
        structured.parse(text)


SCHEMA = '{"type":"object","properties":{"n":{"type":"integer"},"who":{"enum":["a","b"]}},"required":["n"]}'


WRONG = [({"n": "1"}, "'n'"), ({}, "'n' is a required"), ({"n": 1, "who": "c"}, "'who'"), ([], "is not of type"), ({"n": True}, "'n'")]


@pytest.mark.parametrize("value, words", WRONG)
def test_what_does_not_meet_the_schema_is_told_with_its_place(value: Any, words: str) -> None:
    assert words in structured.complaint(value, SCHEMA)
    assert structured.complaint({"n": 1, "who": "a"}, SCHEMA) == ""


@pytest.mark.parametrize("schema", ['{"type": "objekt"}', "[]", "{", '{"$ref": "#/nowhere"}'])
def test_what_is_no_schema_is_told(schema: str) -> None:
    with pytest.raises(RecipeError, match="not a JSON Schema"):
        structured.check(schema)
        structured.complaint({}, schema)


def test_strict_is_asked_for_only_where_hosted_servers_can() -> None:
    closed = '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}'
    assert structured.parameters("json_schema", closed)["response_format"]["json_schema"]["strict"] is True
    assert structured.parameters("json_schema", SCHEMA)["response_format"]["json_schema"]["strict"] is False
