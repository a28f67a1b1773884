"""From rows as they were written to typed columns: the schema of a probe, and what does not fit it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import CorpusError
from tilth.read.columns import BINARY, BOOL, FLOAT, INT, MOST_FIELDS, STRING, Fields, base_schema, infer, places, to_batch

FIELDS = Fields("text", None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=6,
)


def batch(rows: list[dict[str, Any]], schema: pa.Schema, fields: Fields = FIELDS) -> list[dict[str, Any]]:
    found = to_batch(rows, places("f", range(len(rows))), {}, schema, fields, "s")
    found.validate(full=True)
    assert found.schema.equals(schema)
    return found.to_pylist()


@pytest.mark.parametrize(("values", "kind"), [
    ([1, None], INT), ([1, 2.5], FLOAT), ([True, False], BOOL), (["a"], STRING), ([None], STRING), ([1, "a"], STRING), ([True, 1], STRING),
    ([[1]], STRING), ([{"a": 1}], STRING), ([2**63], STRING), ([-(2**63)], INT), ([2**63, 1.5], STRING), ([b"a"], BINARY),
])
def test_the_probe_decides_the_type(values: list[Any], kind: pa.DataType) -> None:
    assert infer([{"text": "t", "x": value} for value in values], FIELDS, "here").field("x").type == kind


def test_the_order_of_columns() -> None:
    schema = infer([{"b": 1, "text": ""}, {"a": 1, "id": "x", "b": 2}], FIELDS, "here")
    assert schema.names == ["id", "source", "text", "b", "a", "rest", "error"]
    assert infer([{"b": 1, "text": "", "a": 2}], Fields("text", None, ("a",)), "here").names == ["id", "source", "text", "a", "error"]


def test_names_with_a_meaning_are_kept_apart() -> None:
    rows = [{name: f"its {name}" for name in ("row", "source", "text", "drop", "error", "rest", "id", "body")}]
    fields = Fields("body", None)
    found = batch(rows, infer(rows, fields, "here"), fields)
    assert found == [{
        "id": "its id", "source": "s", "text": "its body", "data_row": "its row", "data_source": "its source", "data_text": "its text",
        "data_drop": "its drop", "data_error": "its error", "data_rest": "its rest", "rest": None, "error": None,
    }]


def test_a_field_called_like_a_renamed_one_is_not_lost() -> None:
    rows = [{"text": "", "source": "a", "data_source": "b"}]
    assert batch(rows, infer(rows, FIELDS, "here"))[0] | {"id": ""} == {
        "id": "", "source": "s", "text": "", "data_source": "a", "rest": '{"data_source":"b"}', "error": None,
    }


def test_objects_keyed_by_data_do_not_become_columns_without_end() -> None:
    rows = [{"text": "", **{f"user{i}": i for i in range(1000)}}]
    schema = infer(rows, FIELDS, "here")
    assert len(schema) < MOST_FIELDS + 10
    assert '"user999":999' in batch(rows, schema)[0]["rest"]


@pytest.mark.parametrize(("column", "value", "message"), [
    ("score", "x", "field 'score' is a string here, int64 in this corpus"),
    ("score", 1.0, "field 'score' is a float here, int64 in this corpus"),
    ("score", True, "field 'score' is a boolean here, int64 in this corpus"),
    ("score", 2**63, "field 'score' is an integer beyond 64 bits here, int64 in this corpus"),
    ("share", [1], "field 'share' is an array here, double in this corpus"),
    ("flag", 1, "field 'flag' is an integer here, bool in this corpus"),
    ("text", 7, "field 'text' is an integer here, the text in this corpus"),
    ("text", {"a": 1}, "field 'text' is an object here, the text in this corpus"),
    ("name", "\ud800", "field 'name' is not valid UTF-8 at character 0 here, and must be in this corpus"),
])
def test_a_value_that_does_not_fit_is_an_error_of_its_row_alone(column: str, value: Any, message: str) -> None:
    schema = base_schema(*(pa.field(*pair) for pair in (("score", INT), ("share", FLOAT), ("flag", BOOL), ("name", STRING))), rest=True)
    good = {"id": "a", "text": "t", "score": 1, "share": 1, "flag": True, "name": "n"}
    first, second, third = batch([good, good | {column: value}, good], schema)
    assert first == third == good | {"source": "s", "rest": None, "error": None}
    assert second == dict.fromkeys(first) | {"id": "f:1", "source": "s", "error": message}


@pytest.mark.parametrize(("value", "kept"), [
    (7, "7"), (1.5, "1.5"), (True, "true"), ([1, None], "[1,null]"), ({"b": "é"}, '{"b":"é"}'), (None, None),
])
def test_a_string_column_takes_any_value(value: Any, kept: str | None) -> None:
    assert batch([{"text": "", "x": value}], base_schema(pa.field("x", STRING)))[0]["x"] == kept


def test_ids_may_be_numbers_missing_or_the_same() -> None:
    found = batch([{"id": 5}, {"id": None}, {}, {"id": 5}, {"id": ""}], base_schema())
    assert [row["id"] for row in found] == ["5", "f:1", "f:2", "5", "f:4"]


def test_whole_numbers_fit_float_columns() -> None:
    found = batch([{"x": 1}, {"x": 2**60 + 1}, {"x": 0.5}], base_schema(pa.field("x", FLOAT)))
    assert [row["x"] for row in found] == [1.0, float(2**60 + 1), 0.5]


def test_nested_too_deep_is_an_error() -> None:
    deep: Any = 0
    for _ in range(300):
        deep = [deep]
    assert "nested too deep" in batch([{"x": deep}], base_schema(pa.field("x", STRING)))[0]["error"]
    assert "nested too deep" in batch([{"x": deep}], base_schema(rest=True))[0]["error"]


@pytest.mark.parametrize(("fields", "flag"), [
    (Fields("body", None), 'text="'), (Fields("text", "url"), 'id="'), (Fields("text", None, ("no",)), "columns=("),
])
def test_a_missing_column_names_those_there_are(fields: Fields, flag: str) -> None:
    with pytest.raises(CorpusError, match=r"(?s)There is no column.*the columns are: text, lang") as error:
        infer([{"text": "a", "lang": "b"}], fields, "here")
    assert flag in error.value.fix


ROW = st.dictionaries(st.sampled_from(["text", "id", "a", "b", "rest", "drop"]), JSON)


@given(st.lists(ROW, min_size=1, max_size=8), st.integers(0, 8))
def test_a_row_comes_alone_as_it_comes_with_others(rows: list[dict[str, Any]], probed: int) -> None:
    schema = infer([{"text": ""}, *rows[:probed]], FIELDS, "here")
    together = batch(rows, schema)
    for i, row in enumerate(rows):
        alone = to_batch([row], places("f", [i]), {}, schema, FIELDS, "s").to_pylist()
        assert repr(alone) == repr([together[i]])


@given(st.lists(ROW, min_size=1, max_size=8))
def test_what_was_probed_fits(rows: list[dict[str, Any]]) -> None:
    texts = [row | {"text": "t"} for row in rows]
    assert [row["error"] for row in batch(texts, infer(texts, FIELDS, "here"))] == [None] * len(rows)
