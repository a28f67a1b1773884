"""Schemas are made plain: no references, objects closed, what was optional may be null; and what holds itself is refused."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.semantic.asking.json_schema import fields_in_words, nullable, plain

LEAF = st.sampled_from([{"type": "integer"}, {"type": "string"}, {"type": "boolean"}, {"type": "string", "enum": ["a", "b"]}])
SCHEMAS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map(lambda each: {"type": "array", "items": each}),
        st.dictionaries(st.sampled_from(["a", "title", "default", "properties"]), inner, min_size=1).map(
            lambda found: {"type": "object", "properties": found, "title": "T"}
        ),
    ),
    max_leaves=6,
).filter(lambda each: each["type"] == "object")


@given(SCHEMAS)
def test_a_plain_schema_is_its_own_plain_schema_and_strict(schema: dict[str, Any]) -> None:
    made = plain(schema)
    assert plain(json.dumps(made)) == made
    _assert_strict(made)
    jsonschema.Draft202012Validator.check_schema(made)
    jsonschema.validate(dict.fromkeys(made["properties"]), made)  # nothing told is null everywhere


def _assert_strict(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("type") == "object":
            assert part["additionalProperties"] is False and part["required"] == list(part["properties"])
        for name, each in part.items():
            for inner in each.values() if name == "properties" else [each]:
                _assert_strict(inner)
    elif isinstance(part, list):
        for each in part:
            _assert_strict(each)


def test_references_are_replaced_by_what_they_name() -> None:
    schema = {
        "type": "object", "required": ["at"], "properties": {"at": {"$ref": "#/$defs/Place", "description": "where"}},
        "$defs": {"Place": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    }  # fmt: skip
    at = plain(schema)["properties"]["at"]
    assert at["description"] == "where" and at["anyOf"][0]["properties"] == {"city": {"type": "string"}}
    assert fields_in_words(plain(schema)) == "- at (object of city: string): where"


@pytest.mark.parametrize(("schema", "why"), [
    ("{", "not JSON"), ("[]", "no object"), ({"type": "integer"}, "no object with properties"), ({"type": "object"}, "with properties"),
    ({"type": "object", "properties": {"a": {"$ref": "#/$defs/no"}}}, "leads nowhere"),
    ({"type": "object", "properties": {"a": {"$ref": "elsewhere.json"}}}, "leads nowhere"),
    ({"$ref": "#/$defs/T", "$defs": {"T": {"type": "object", "properties": {"child": {"$ref": "#/$defs/T"}}}}}, "holds itself"),
])  # fmt: skip
def test_what_cannot_be_a_schema_of_rows_is_refused(schema: Any, why: str) -> None:
    with pytest.raises(RecipeError, match=why):
        plain(schema)


def test_a_description_stays_beside_what_may_be_null() -> None:
    assert nullable({"type": "integer", "description": "the year"}) == {
        "description": "the year", "anyOf": [{"type": "integer"}, {"type": "null"}]
    }  # fmt: skip
