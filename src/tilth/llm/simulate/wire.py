"""The OpenAI wire format: what a request may hold, what replies and errors look like."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from tilth.llm.simulate.model import Model
from tilth.llm.simulate.shape import ill, loose


def as_json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a response that holds `data`."""
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json", headers=headers)


class Refused(Exception):
    """A request that gets an error instead of an answer."""

    def __init__(
        self, status: int, message: str, code: str | None = None, param: str | None = None, kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


@dataclass(frozen=True)
class Tool:
    """A function that the answer must be a call of; `forced` where the request names it."""

    name: str
    schema: dict[str, Any]
    forced: bool


@dataclass(frozen=True)
class Chat:
    """A chat request, read and checked against what its model can do."""

    messages: list[dict[str, Any]]
    schema: dict[str, Any] | None = None
    json: bool = False
    tool: Tool | None = None
    logprobs: bool = False
    top: int = 0
    max_tokens: int | None = None
    temperature: float = 0.0
    seed: int | None = None
    n: int = 1
    stop: tuple[str, ...] = ()
    stream: bool = False
    usage_chunk: bool = False


def read(body: Mapping[str, Any], model: Model) -> Chat:
    """Return the chat request in `body`; raises Refused with 400 for what is wrong, or what the model cannot do."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(each, dict) and "role" in each for each in messages):
        raise Refused(400, "'messages' must be a list of messages with a role and content.", param="messages")
    stop = [body["stop"]] if isinstance(body.get("stop"), str) else body.get("stop") or []
    if not isinstance(stop, list) or not all(isinstance(each, str) and each for each in stop):
        raise Refused(400, "'stop' must be a text or a list of texts.", code="invalid_value", param="stop")
    schema, json = _format(body.get("response_format"), model, messages)
    logprobs = body.get("logprobs") is True
    top = _number(body, "top_logprobs", 0, 20)
    if top and not logprobs:
        raise Refused(400, "'top_logprobs' needs 'logprobs' to be true.", param="top_logprobs")
    options = body.get("stream_options")
    return Chat(
        messages, schema, json, _tool(body, model), logprobs and model.logprobs != "absent", int(top or 0), _max_tokens(body, model),
        _temperature(body, model), body.get("seed"), int(_number(body, "n", 1, 16) or 1), tuple(stop),
        body.get("stream") is True, isinstance(options, dict) and options.get("include_usage") is True,
    )  # fmt: skip


def _number(body: Mapping[str, Any], name: str, least: float, most: float) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused(400, f"'{name}' must be a number from {least} to {most}, not {value!r}.", code="invalid_value", param=name)
    return value


def _max_tokens(body: Mapping[str, Any], model: Model) -> int | None:
    if model.reasoning and body.get("max_tokens") is not None:
        message = f"'max_tokens' is not supported with {model.name}. Use 'max_completion_tokens' instead."
        raise Refused(400, message, code="unsupported_parameter", param="max_tokens")
    most = [_number(body, name, 1, 10_000_000) for name in ("max_tokens", "max_completion_tokens")]
    return next((int(each) for each in reversed(most) if each is not None), None)


def _temperature(body: Mapping[str, Any], model: Model) -> float:
    given = _number(body, "temperature", 0, 2)
    if given not in (None, 1) and (model.reasoning or not model.temperature):
        message = f"'temperature' does not support {given} with {model.name}. Only the default (1) value is supported."
        raise Refused(400, message, code="unsupported_value", param="temperature")
    return given or 0.0  # none given is the likeliest answer, so that a dry run can be repeated


def _format(wanted: Any, model: Model, messages: Sequence[dict[str, Any]]) -> tuple[dict[str, Any] | None, bool]:
    kind = wanted.get("type") if isinstance(wanted, dict) else None if wanted is None else "unknown"
    if kind in (None, "text"):
        return None, False
    if kind == "json_object":
        if "json" not in str(messages).lower():
            raise Refused(400, "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'.", param="messages")
        return None, True
    if kind != "json_schema" or not model.json_schema:
        message = f"'response_format' of type {kind!r} is not supported with {model.name}."
        raise Refused(400, message, code="unsupported_value", param="response_format")
    told = wanted.get("json_schema")
    if not isinstance(told, dict) or not isinstance(told.get("name"), str) or not isinstance(told.get("schema"), dict):
        raise Refused(400, "'response_format.json_schema' needs a 'name' and a 'schema'.", param="response_format")
    why = ill(told["schema"], told["name"]) or (loose(told["schema"], told["name"]) if told.get("strict") else None)
    if why:
        message = f"Invalid schema for response_format '{told['name']}': {why}"
        raise Refused(400, message, code="invalid_json_schema", param="response_format")
    return told["schema"], True


def _tool(body: Mapping[str, Any], model: Model) -> Tool | None:
    tools, choice = body.get("tools"), body.get("tool_choice", "auto")
    if not tools:
        return None
    if not model.tools:
        raise Refused(400, f"'tools' is not supported with {model.name}.", code="unsupported_parameter", param="tools")
    try:
        known = {each["function"]["name"]: each["function"].get("parameters") or {"type": "object"} for each in tools}
        named = choice["function"]["name"] if isinstance(choice, dict) else None
    except (KeyError, TypeError):
        raise Refused(400, "'tools' must be a list of functions with names.", param="tools") from None
    for name, parameters in known.items():
        if why := ill(parameters, str(name)):
            raise Refused(400, f"Invalid schema for function '{name}': {why}", code="invalid_function_parameters", param="tools")
    if choice == "none":
        return None
    if named is not None and named not in known:
        raise Refused(400, f"'tool_choice' names {named!r}, which is not in 'tools'.", code="invalid_value", param="tool_choice")
    name = named or next(iter(known))
    return Tool(name, known[name], named is not None)


def usage(prompt: int, cached: int, completion: int, reasoning: int = 0) -> dict[str, Any]:
    """Return the usage of a call."""
    return {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": 0},
    }  # fmt: skip


def completion(id: str, model: str, choices: list[dict[str, Any]], used: dict[str, Any]) -> dict[str, Any]:
    """Return a whole reply."""
    return {
        "id": id, "object": "chat.completion", "created": int(time.time()), "model": model, "choices": choices, "usage": used,
        "system_fingerprint": "fp_simulated",
    }  # fmt: skip


def chunk(id: str, model: str, choices: list[dict[str, Any]], used: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return one piece of a streamed reply."""
    return {"id": id, "object": "chat.completion.chunk", "created": int(time.time()), "model": model, "choices": choices, "usage": used}
