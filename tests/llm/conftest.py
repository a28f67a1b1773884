"""A small chat server of the tests' own: every answer is what a function of the test returns, over real HTTP on a thread."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from tilth.llm import Client

Answer = Callable[["Call"], Any]


class Call:
    """One request as the server got it, and how many it had got before."""

    def __init__(self, path: str, body: Any, headers: dict[str, str], number: int) -> None:
        self.path, self.body, self.headers, self.number = path, body, headers, number

    @property
    def prompt(self) -> str:
        return str(self.body["messages"][-1]["content"])


class Api:
    """Answers in the form that servers send."""

    @staticmethod
    def completion(text: str | None, *, finish: str = "stop", prompt: int = 10, answer: int = 2, **more: Any) -> dict[str, Any]:
        """A chat completion as servers send it; `more` goes into the choice, or with message= into the message."""
        message = {"role": "assistant", "content": text, **more.pop("message", {})}
        usage = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
        return {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": finish, **more}], "usage": usage}

    @staticmethod
    def error(status: int, message: str = "no", headers: dict[str, str] | None = None, **more: Any) -> web.Response:
        return web.json_response({"error": {"message": message, **more}}, status=status, headers=headers)


class Server:
    """Serves `answer(call)`: a dict is a body of JSON, a str the text of a completion, a Response itself; None drops the connection."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.calls: list[Call] = []
        self.most = self.now = 0  # requests at the same time
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    async def _open(self) -> int:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/v1/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(site._server.sockets[0].getsockname()[1])  # type: ignore[union-attr]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body: Any = await request.post() if request.content_type.startswith("multipart") else await request.read()
        body = json.loads(body) if isinstance(body, bytes) and body else body
        call = Call("/" + request.match_info["path"], body, dict(request.headers), len(self.calls))
        self.calls.append(call)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            told = self.answer(call)
            told = await told if isinstance(told, Awaitable) and not isinstance(told, web.Response) else told
        finally:
            self.now -= 1
        if told is None:
            assert request.transport
            request.transport.abort()
            return web.Response()
        if isinstance(told, web.StreamResponse):
            return told
        return web.json_response(Api.completion(told) if isinstance(told, str) else told)

    async def _end(self) -> None:
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    """Start servers that are stopped after the test."""
    servers: list[Server] = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def client_of(tmp_path: Any) -> Callable[..., Client]:
    """Make a client of a server: quick retries, prices of 1 and 2 dollars a million, a cache of the test's own."""

    def make(server: Server, **settings: Any) -> Client:
        known = {"base_url": server.base_url, "cache": str(tmp_path / "llm.sqlite"), "backoff": 0.01, "patience": 1.0}
        return Client(**{**known, "prices": {"*": {"input": 1.0, "output": 2.0}}, **settings})

    return make


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment's own endpoints and keys reaches a test."""
    import os

    for name in [*os.environ]:
        if name.startswith("TILTH_LLM") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)


@pytest.fixture
def api() -> type[Api]:
    return Api
