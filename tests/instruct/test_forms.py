from __future__ import annotations

import json

import pytest

from tilth.instruct.forms import FORMS, listed, spoken, turn

PARTS = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
CALL = {"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize(
    ("role", "known"),
    [("human", "user"), (" GPT ", "assistant"), ("observation", "tool"), ("developer", "system"), ("narrator", "narrator"), (None, None)],
)
def test_roles_go_by_their_common_names(role: str | None, known: str | None) -> None:
    assert turn(role, "said", 1)["role"] == known


def test_parts_of_text_are_one_text_and_other_parts_are_refused() -> None:
    assert turn("user", PARTS, 1)["content"] == "ab"
    for content in ([{"type": "image_url", "image_url": {"url": "x"}}], 7, {"a": 1}):
        with pytest.raises(ValueError, match="turn 3 is not text"):
            turn("user", content, 3)


def test_openai_calls_of_tools_are_text() -> None:
    [said] = FORMS["openai"].turns([{"role": "assistant", "content": None, "tool_calls": [CALL]}])
    head, call, tail = said["content"].split("\n")
    assert (head, json.loads(call), tail) == ("<tool_call>", {"name": "add", "arguments": {"a": 1}}, "</tool_call>")
    with pytest.raises(ValueError, match="needs a name"):
        FORMS["openai"].turns([{"role": "assistant", "tool_calls": [{"function": {}}]}])


def test_sharegpt_has_its_system_apart_or_in_the_list() -> None:
    said = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    apart = FORMS["sharegpt"].turns(json.dumps(said), "Be brief.")
    within = FORMS["sharegpt"].turns([{"from": "system", "value": "Be brief."}, *said], None)
    assert apart == within and [each["role"] for each in apart] == ["system", "user", "assistant"]


def test_alpaca_puts_input_below_instruction_and_history_before() -> None:
    found = FORMS["alpaca"].turns("Add.", "3", "1, 2", None, '[["Hello", "Hi"]]')
    assert [each["content"] for each in found] == ["Hello", "Hi", "Add.\n\n1, 2", "3"]
    assert [each["content"] for each in FORMS["alpaca"].turns("Add.", "3", "", "Be brief.", None)] == ["Be brief.", "Add.", "3"]
    with pytest.raises(ValueError, match="entry 1 of the history"):
        FORMS["alpaca"].turns("Add.", "3", "", None, [["only asked"]])
    with pytest.raises(ValueError, match="nothing else"):
        FORMS["alpaca"].values([{"role": "user", "content": "a"}])


@pytest.mark.parametrize("text", ["plain", "[1, 2]", '[{"a": 1}]', '[{"a": ', ""])
def test_a_text_that_looks_like_json_is_still_a_text(text: str) -> None:
    assert spoken(text, "user") == [{"role": "user", "content": text}]


def test_messages_in_a_prompt_are_messages() -> None:
    said = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
    assert spoken(said, "user") == spoken(json.dumps(said), "user") == said


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(ValueError, match="this is dict"):
        listed("{}")
