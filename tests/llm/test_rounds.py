"""What one request goes through: parameters that a server refuses, answers that do not fit, room that is not enough."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tilth import llm

SCHEMA = '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}'


def run(client: llm.Client, *requests: llm.Request) -> list[llm.Reply]:
    """One after the other, in one session."""

    async def main() -> list[llm.Reply]:
        async with llm.Session(client) as session:
            return [await session.ask(request) for request in requests]

    return asyncio.run(main())


def asked(text: str = "How many?", **more: Any) -> llm.Request:
    return llm.Request("openai/small", (("user", text),), **more)


def test_a_schema_goes_as_response_format_and_types_are_kept(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: '{"n": 3}')
    (found,) = run(client_of(server), asked(schema=SCHEMA))
    assert found.value == {"n": 3} and found.text == '{"n": 3}'
    assert server.calls[0].body["response_format"]["json_schema"]["schema"]["required"] == ["n"]
    (kept,) = run(client_of(server), asked(schema=SCHEMA))
    assert (kept.value, kept.source) == ({"n": 3}, "cache")


def test_the_ways_are_tried_in_turn_and_remembered(serve: Any, client_of: Any, api: Any) -> None:
    def answer(call: Any) -> Any:
        if "response_format" in call.body:
            return api.error(400, "response_format is not supported by this model")
        if "tools" in call.body:
            return api.error(400, "no support for function calling", param="tools")
        return '```json\n{"n": 3}\n```'

    server = serve(answer)
    first, second = run(client_of(server), asked("a", schema=SCHEMA), asked("b", schema=SCHEMA))
    assert (first.value, first.attempts, second.value, second.attempts) == ({"n": 3}, 3, {"n": 3}, 1)
    assert "JSON Schema" in server.calls[-1].prompt and '"integer"' in server.calls[-1].prompt


def test_tools_are_read(serve: Any, client_of: Any, api: Any) -> None:
    def answer(call: Any) -> Any:
        if "response_format" in call.body:
            return api.error(422, "Extra inputs are not permitted: response_format")
        assert call.body["tool_choice"]["function"]["name"] == call.body["tools"][0]["function"]["name"]
        function = {"name": "answer", "arguments": '{"n": 4}'}
        return api.completion(None, finish="tool_calls", message={"tool_calls": [{"id": "1", "type": "function", "function": function}]})

    (found,) = run(client_of(serve(answer)), asked(schema=SCHEMA))
    assert found.value == {"n": 4}


def test_a_way_that_is_taken_but_never_followed_is_left(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "three" if "response_format" in call.body or "tools" in call.body else '{"n": 3}')
    found = run(client_of(server, repairs=0), *(asked(str(n), schema=SCHEMA) for n in range(8)))
    assert [each.status for each in found] == ["invalid"] * 6 + ["ok"] * 2


def test_an_answer_is_repaired_with_what_was_wrong(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: '{"n": "three"}' if call.number == 0 else '{"n": 3}')
    (found,) = run(client_of(server), asked(schema=SCHEMA))
    assert (found.status, found.value, found.attempts, found.usage) == ("ok", {"n": 3}, 2, llm.Usage(20, 0, 4))
    assert found.cost == pytest.approx(28e-6)
    told = server.calls[1].body["messages"]
    assert [each["role"] for each in told] == ["user", "assistant", "user"] and "integer" in told[2]["content"]


@pytest.mark.parametrize("repairs", [0, 1, 3])
def test_a_schema_that_cannot_be_met_ends_with_its_reason(serve: Any, client_of: Any, repairs: int) -> None:
    server = serve(lambda call: '{"n": null}')
    (found,) = run(client_of(server, repairs=repairs), asked(schema=SCHEMA))
    assert (found.status, found.value) == ("invalid", None) and "None is not of type 'integer'" in found.reason
    assert len(server.calls) == found.attempts == 1 + repairs and found.cost == pytest.approx(14e-6 * (1 + repairs))


def test_labels_take_little_room_and_bring_scores(serve: Any, client_of: Any, api: Any) -> None:
    top = [{"token": "Yes", "logprob": -0.105}, {"token": "no", "logprob": -2.303}]
    server = serve(lambda call: api.completion("Yes", logprobs={"content": [{"token": "Yes", "logprob": -0.105, "top_logprobs": top}]}))
    (found,) = run(client_of(server), asked(labels=("yes", "no")))
    assert found.value == "yes" and found.scores is not None and found.scores["yes"] == pytest.approx(0.9, abs=0.01)
    body = server.calls[0].body
    assert (body["max_tokens"], body["logprobs"], body["temperature"]) == (7, True, 0.0)
    (kept,) = run(client_of(server), asked(labels=("yes", "no")))
    assert kept.scores == found.scores


def test_without_log_probabilities_there_are_no_scores(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.error(400, "logprobs are not supported") if "logprobs" in call.body else " no.")
    first, second = run(client_of(server), asked("a", labels=("yes", "no")), asked("b", labels=("yes", "no")))
    assert (first.value, first.scores, second.value) == ("no", None, "no") and len(server.calls) == 4  # 20, 5, none; then none


def test_an_answer_off_the_menu_is_asked_again_and_never_guessed(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "It is untrue that" if call.number == 0 else "false")
    found, wrong = run(client_of(server, repairs=1), asked(labels=("true", "false")), asked("b", labels=("true", "maybe")))
    assert (found.value, found.attempts) == ("false", 2)
    assert (wrong.status, wrong.value, wrong.attempts) == ("invalid", None, 2) and "true, maybe" in wrong.reason


def test_a_reasoning_model_is_asked_as_it_wants(serve: Any, client_of: Any, api: Any) -> None:
    def answer(call: Any) -> Any:
        if "max_tokens" in call.body:
            words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
            return api.error(400, words, param="max_tokens", code="unsupported_parameter")
        if "temperature" in call.body:
            return api.error(400, "'temperature' does not support 0 with this model.", param="temperature", code="unsupported_value")
        return api.completion("yes") if call.body["max_completion_tokens"] > 100 else api.completion("", finish="length")

    server = serve(answer)
    first, second = run(client_of(server), asked("a", labels=("yes", "no")), asked("b", labels=("yes", "no")))
    assert (first.value, first.attempts, second.value, second.attempts) == ("yes", 3, "yes", 1)
    assert server.calls[-1].body["max_completion_tokens"] == 512 and "temperature" not in server.calls[-1].body


def test_many_at_once_learn_together(serve: Any, client_of: Any, api: Any) -> None:
    async def answer(call: Any) -> Any:
        await asyncio.sleep(0.01)
        if "max_tokens" in call.body:
            return api.error(400, "Use 'max_completion_tokens' instead.", param="max_tokens")
        return api.error(400, "temperature is not supported") if "temperature" in call.body else "yes"

    server = serve(answer)

    async def main() -> list[llm.Reply]:
        async with llm.Session(client_of(server)) as session:
            return await asyncio.gather(*(session.ask(asked(str(n), labels=("yes", "no"))) for n in range(40)))

    assert {each.value for each in asyncio.run(main())} == {"yes"}


def test_a_thinking_model_gets_its_room_and_thoughts_are_no_answer(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.completion("", finish="length") if call.body["max_tokens"] < 100 else "<think>no? no.</think>\n yes")
    first, second = run(client_of(server), asked("a", labels=("yes", "no")), asked("b", labels=("yes", "no")))
    assert (first.value, first.attempts, first.scores, second.attempts) == ("yes", 2, None, 1)


def test_more_room_is_given_once_if_it_is_asked_for(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.completion("long", finish="length" if call.body["max_tokens"] < 30 else "stop"))
    (found,) = run(client_of(server, room=3.0), asked(max_tokens=10))
    assert (found.status, found.attempts) == ("ok", 2) and [call.body["max_tokens"] for call in server.calls] == [10, 30]
    (short,) = run(client_of(server, room=2.0), asked("b", max_tokens=10))
    assert (short.status, short.attempts) == ("truncated", 2)
