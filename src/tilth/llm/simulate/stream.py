"""A reply in pieces, as server-sent events carry it: a token each, then why it ends, then what it took."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tilth.llm.simulate.chat import Choice, Reply, chances
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.wire import chunk


def chunks(model: Model, found: Reply) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a reply; the last one holds the usage, where it was asked for."""
    for n, choice in enumerate(found.choices):
        first, wrap = _shape(found, choice)
        yield _delta(model, found, n, first)
        for token in choice.tokens:
            yield _delta(model, found, n, wrap(token[0]), chances(found.chat, [token]))
        yield _delta(model, found, n, {}, finish=choice.finish)
    if found.chat.usage_chunk:
        yield chunk(found.id, model.name, [], found.usage())


def _shape(found: Reply, choice: Choice) -> tuple[dict[str, Any], Any]:
    """Return what the first chunk says, and how a token is wrapped: as content, refusal, or arguments of a call."""
    if choice.said.refused:
        return {"role": "assistant", "content": None, "refusal": ""}, lambda piece: {"refusal": piece}
    if found.chat.tool:
        call = {"index": 0, "id": f"call_{found.id[9:]}", "type": "function", "function": {"name": found.chat.tool.name, "arguments": ""}}
        first = {"role": "assistant", "content": None, "tool_calls": [call]}
        return first, lambda piece: {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
    return {"role": "assistant", "content": ""}, lambda piece: {"content": piece}


def _delta(
    model: Model, found: Reply, n: int, delta: dict[str, Any], logprobs: dict[str, Any] | None = None, finish: str | None = None
) -> dict[str, Any]:
    return chunk(found.id, model.name, [{"index": n, "delta": delta, "logprobs": logprobs, "finish_reason": finish}])
