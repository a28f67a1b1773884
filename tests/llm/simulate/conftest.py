"""Calls over real HTTP to a simulator, and the rows that its models know."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from tilth.llm import simulate
from tilth.semantic.asking.prompt import Messages


def call(
    server: simulate.Server, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any, Mapping[str, str]]:
    """Return (status, JSON, headers) of one request; `body` is JSON data, or bytes as they are."""
    at = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=20)
    try:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, at.path + path, raw, {"Content-Type": "application/json", **(headers or {})})
        response = connection.getresponse()
        data = response.read()
        kind = response.headers.get_content_type()
        return response.status, json.loads(data) if kind == "application/json" else data, dict(response.headers)
    finally:
        connection.close()


def chat(server: simulate.Server, messages: Messages, model: str = "m", **more: Any) -> dict[str, Any]:
    """Return the whole reply to a chat request; it must be answered."""
    told = [{"role": role, "content": content} for role, content in messages]
    status, reply, _ = call(server, "POST", "/chat/completions", {"model": model, "messages": told, **more})
    assert status == 200, reply
    return reply


@pytest.fixture(name="call")
def _call() -> Callable[..., Any]:
    return call


@pytest.fixture(name="chat")
def _chat() -> Callable[..., Any]:
    return chat


@pytest.fixture
def said() -> Callable[..., Any]:
    """The content of a chat's answer, its JSON where it is JSON."""

    def content(server: simulate.Server, messages: Messages, model: str = "m", **more: Any) -> Any:
        text = chat(server, messages, model, **more)["choices"][0]["message"]["content"]
        try:
            return json.loads(text)
        except (TypeError, ValueError):
            return text

    return content
