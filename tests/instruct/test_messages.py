from __future__ import annotations

import json

import pyarrow as pa
import pytest
from instruct_steps import BAD, GOOD, talk

from tilth.errors import CorpusError
from tilth.instruct.messages import MESSAGES, conversations, lengths, said_by


def test_json_text_and_other_lists_are_the_same_conversations() -> None:
    every = [*GOOD, *BAD]
    lists = pa.array(every, MESSAGES)
    small = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    for column in (lists, pa.array([None if each is None else json.dumps(each) for each in every]), pa.array(every, small)):
        assert conversations(pa.record_batch({"messages": column}), "messages", "").equals(lists)


@pytest.mark.parametrize("text", ["no JSON", "{}", "[1]", '[{"role": 1}]', '[{"role": "user", "content": ["a"]}]'])
def test_text_that_is_no_conversation_is_null(text: str) -> None:
    assert conversations(pa.record_batch({"messages": [text]}), "messages", "").to_pylist() == [None]


def test_keys_may_be_missing_and_others_are_left_out() -> None:
    batch = pa.record_batch({"messages": ['[{"role": "user", "weight": 1}]']})
    assert conversations(batch, "messages", "").to_pylist() == [[{"role": "user", "content": None}]]


def test_a_wrong_column_is_an_error() -> None:
    with pytest.raises(CorpusError, match="There is no column 'messages'"):
        conversations(pa.record_batch({"a": [1]}), "messages", "here")
    with pytest.raises(CorpusError, match="holds no conversations"):
        conversations(pa.record_batch({"messages": [1]}), "messages", "here")


def test_a_slice_is_read_as_itself() -> None:
    messages = pa.array([talk("a", "b"), None, [], talk("c", None, "d")], MESSAGES)
    for start in range(5):
        part = messages.slice(start)
        assert lengths(part).tolist() == [2, 0, 0, 3][start:]
        assert said_by(part, ["user"]).to_pylist() == ["a", None, None, "c\n\nd"][start:]
