"""What the wire format refuses, and how: keys, models, parameters, what a model cannot do, too long prompts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tilth.llm import simulate

Call = Callable[..., Any]
ASK = [{"role": "user", "content": "Answer in JSON."}]
LOOSE = {"type": "object", "properties": {"a": {"type": "string"}}}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": LOOSE}}]


@pytest.fixture(scope="module")
def server() -> Any:
    models = [
        simulate.Model("m", context=100), simulate.Model("plain", json_schema=False, tools=False, temperature=False, logprobs="absent"),
        simulate.Model("thinks", reasoning=20),
    ]  # fmt: skip
    with simulate.serve(models) as running:
        yield running


def schema(**told: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "a", "schema": LOOSE, **told}}


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"model": "none"}, 404, "model_not_found"),
        ({"model": None}, 404, "model_not_found"),
        ({"messages": []}, 400, None),
        ({"messages": "hello"}, 400, None),
        ({"temperature": 3}, 400, "invalid_value"),
        ({"temperature": "warm"}, 400, "invalid_value"),
        ({"max_tokens": 0}, 400, "invalid_value"),
        ({"n": 99}, 400, "invalid_value"),
        ({"top_logprobs": 5}, 400, None),
        ({"top_logprobs": 50, "logprobs": True}, 400, "invalid_value"),
        ({"response_format": {"type": "xml"}}, 400, "unsupported_value"),
        ({"response_format": {"type": "json_schema"}}, 400, None),
        ({"response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "Hello"}]}, 400, None),
        ({"response_format": schema(strict=True)}, 400, "invalid_json_schema"),
        ({"response_format": schema(), "model": "plain"}, 400, "unsupported_value"),
        ({"tools": TOOLS, "model": "plain"}, 400, "unsupported_parameter"),
        ({"tools": [{}]}, 400, None),
        ({"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "g"}}}, 400, "invalid_value"),
        ({"temperature": 0, "model": "plain"}, 400, "unsupported_value"),
        ({"temperature": 0, "model": "thinks"}, 400, "unsupported_value"),
        ({"max_tokens": 50, "model": "thinks"}, 400, "unsupported_parameter"),
        ({"max_tokens": 99}, 400, "context_length_exceeded"),
        ({"messages": [{"role": "user", "content": "word " * 200}]}, 400, "context_length_exceeded"),
    ],
)
def test_what_is_refused(call: Call, server: simulate.Server, more: dict[str, Any], status: int, code: str | None) -> None:
    got, reply, _ = call(server, "POST", "/chat/completions", {"model": "m", "messages": ASK, **more})
    assert (got, reply["error"]["code"]) == (status, code)
    assert reply["error"]["message"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff\xfe", b""])
def test_bodies_that_are_no_json(call: Call, server: simulate.Server, raw: bytes) -> None:
    assert call(server, "POST", "/chat/completions", raw)[0] == 400


def test_paths_that_there_are_not(call: Call, server: simulate.Server) -> None:
    assert call(server, "GET", "/nothing")[0] == 404
    assert call(server, "GET", "/chat/completions")[0] == 405


def test_models_are_listed(call: Call, server: simulate.Server) -> None:
    assert [each["id"] for each in call(server, "GET", "/models")[1]["data"]] == ["m", "plain", "thinks"]
    assert call(server, "GET", "/models/plain")[1]["id"] == "plain"
    assert call(server, "GET", "/models/none")[0] == 404


def test_a_key_is_asked_for(call: Call) -> None:
    with simulate.serve([simulate.Model("m")], key="sesame") as running:
        told = {"model": "m", "messages": ASK}
        for headers, status in (({}, 401), ({"Authorization": "Bearer wrong"}, 401), ({"Authorization": "Bearer sesame"}, 200)):
            assert call(running, "POST", "/chat/completions", told, headers)[0] == status
        assert call(running, "GET", "/models")[1]["error"]["code"] == "invalid_api_key"


def test_parts_of_a_message_and_null_parameters(call: Call, server: simulate.Server) -> None:
    parts = [{"type": "text", "text": "Hello"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    told = {
        "model": "m",
        "messages": [{"role": "user", "content": parts}],
        "temperature": None,
        "max_tokens": None,
        "stop": None,
        "n": None,
    }
    assert call(server, "POST", "/chat/completions", told)[0] == 200


def test_an_answer_is_cut_at_its_budget(call: Call, server: simulate.Server) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        reply = call(server, "POST", "/chat/completions", {"model": "m", "messages": ASK, name: 2})[1]
        choice = reply["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"], reply["usage"]["completion_tokens"]) == ("I do", "length", 2)


def test_hidden_thought_is_paid_from_the_budget(call: Call, server: simulate.Server) -> None:
    for room, text, finish, used in ((10, "", "length", 10), (22, "I do", "length", 22), (50, "I do not know.", "stop", 25)):
        told = {"model": "thinks", "messages": ASK, "max_completion_tokens": room}
        reply = call(server, "POST", "/chat/completions", told)[1]
        choice = reply["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"], reply["usage"]["completion_tokens"]) == (text, finish, used)
        assert reply["usage"]["completion_tokens_details"]["reasoning_tokens"] == min(room, 20)


def test_stops_and_several_choices(call: Call, server: simulate.Server) -> None:
    reply = call(server, "POST", "/chat/completions", {"model": "m", "messages": ASK, "stop": [" not"], "n": 3})[1]
    assert [choice["message"]["content"] for choice in reply["choices"]] == ["I do"] * 3
    assert reply["usage"]["completion_tokens"] == 6


def test_a_model_without_log_probabilities(call: Call, server: simulate.Server) -> None:
    reply = call(server, "POST", "/chat/completions", {"model": "plain", "messages": ASK, "logprobs": True, "top_logprobs": 5})[1]
    assert reply["choices"][0]["logprobs"] is None
