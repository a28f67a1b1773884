"""A streamed reply is the whole reply, token by token, and says its usage where it is asked to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.semantic.asking.prompt import block, messages

Call = Callable[..., Any]
ROWS = [{"text": f"row {n}"} for n in range(4)]
GOLD = simulate.Gold("good", "filter", {row["text"]: n % 2 == 0 for n, row in enumerate(ROWS)})
TOOLS = [{"type": "function", "function": {"name": "keep", "parameters": {"type": "object", "properties": {"good": {"type": "boolean"}}}}}]


def body(**more: Any) -> dict[str, Any]:
    told = messages("filter", "Is it good?", block("rows", ROWS))
    return {"model": "m", "messages": [{"role": role, "content": content} for role, content in told], **more}


def events(call: Call, server: simulate.Server, **more: Any) -> Iterator[dict[str, Any]]:
    status, raw, headers = call(server, "POST", "/chat/completions", body(stream=True, **more))
    assert (status, headers["Content-Type"]) == (200, "text/event-stream")
    lines = raw.decode().strip().split("\n\n")
    assert lines.pop() == "data: [DONE]"
    for line in lines:
        yield json.loads(line.removeprefix("data: "))


@pytest.mark.parametrize("more", [{}, {"logprobs": True, "top_logprobs": 3}, {"max_tokens": 5}, {"n": 2}, {"tools": TOOLS}])
@pytest.mark.parametrize("model", [simulate.Model("m"), simulate.Model("m", refusals=1.0)])
def test_the_stream_is_the_whole(call: Call, model: simulate.Model, more: dict[str, Any]) -> None:
    with simulate.serve([model], [GOLD]) as server:
        whole = call(server, "POST", "/chat/completions", body(**more))[1]
        found = list(events(call, server, **more))
    for n, choice in enumerate(whole["choices"]):
        mine = [each["choices"][0] for each in found if each["choices"][0]["index"] == n]
        said = "".join(_said(each["delta"]) for each in mine)
        assert said == _said(choice["message"])
        assert [each["finish_reason"] for each in mine] == [None] * (len(mine) - 1) + [choice["finish_reason"]]
        told = [token for each in mine if each["logprobs"] for token in each["logprobs"]["content"]]
        assert told == (choice["logprobs"]["content"] if choice["logprobs"] else [])


def _said(part: dict[str, Any]) -> str:
    calls = part.get("tool_calls")
    return calls[0]["function"]["arguments"] if calls else part.get("content") or part.get("refusal") or ""


def test_usage_is_told_last_where_it_is_asked_for(call: Call) -> None:
    with simulate.serve([simulate.Model("m", cache="none")], [GOLD]) as server:
        whole = call(server, "POST", "/chat/completions", body())[1]
        found = list(events(call, server, stream_options={"include_usage": True}))
        assert (found[-1]["choices"], found[-1]["usage"]) == ([], whole["usage"])
        assert all(each["usage"] is None for each in found[:-1])
        assert all(each["usage"] is None for each in events(call, server))
