"""Calls over real sockets: what cannot be sent, proxies of the environment, servers that are not who they say."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tilth.errors import LlmError
from tilth.llm.client import Client
from tilth.llm.endpoints import Endpoint
from tilth.llm.wire import Outcome, Wire, _place

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\nContent-Type: application/json\r\n\r\n{"yes": true}'


@pytest.fixture(autouse=True)
def places() -> Iterator[None]:
    _place.cache_clear()  # which remembers the proxies of the environment
    yield
    _place.cache_clear()


def asked(base_url: str, key: str = "") -> Outcome:
    async def ask() -> Outcome:
        wire = Wire(Client(timeout=5))
        try:
            return await wire.call(Endpoint(base_url, "openai/small", "small", "", key), "/chat", b"{}")
        finally:
            await wire.close()

    return asyncio.run(ask())


def through(answer: bytes, ask: Callable[[int], Outcome]) -> tuple[Outcome, bytes]:
    """Ask while a server stands at a port that gives every connection this answer; return the outcome and what came first."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def run() -> Outcome:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            return await asyncio.to_thread(ask, server.sockets[0].getsockname()[1])
        finally:
            server.close()
            await server.wait_closed()

    return asyncio.run(run()), seen[0]


def test_a_call_and_its_answer() -> None:
    outcome, seen = through(OK, lambda port: asked(f"http://127.0.0.1:{port}/v1", "secret"))
    assert outcome.body == {"yes": True} and outcome.status == 200
    assert seen.startswith(b"POST /v1/chat HTTP/1.1\r\n") and b"Authorization: Bearer secret" in seen


def test_through_the_proxy_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(port: int) -> Outcome:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        return asked("http://models.test/v1")

    outcome, seen = through(OK, ask)
    assert outcome.body == {"yes": True} and seen.startswith(b"POST http://models.test/v1/chat HTTP/1.1\r\n")


def test_not_through_it_to_hosts_that_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert through(OK, lambda port: asked(f"http://127.0.0.1:{port}/v1"))[0].status == 200


@pytest.mark.parametrize("base_url", ["ftp://127.0.0.1/v1", "127.0.0.1:8000/v1", "http://:80:80/v1", "http://"])
def test_what_cannot_be_sent_is_a_clear_stop(base_url: str) -> None:
    with pytest.raises(LlmError, match=r"cannot be sent[\s\S]*fix: +correct the base URL"):
        asked(base_url)


def test_where_nobody_listens_nothing_was_sent() -> None:
    outcome = asked("http://127.0.0.1:9/v1")
    assert outcome.again and not outcome.sent and not outcome.charged and "no connection" in outcome.reason


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", b"what is this\r\n\r\n"])
def test_a_connection_that_breaks_may_have_cost_something(answer: bytes) -> None:
    outcome, _ = through(answer, lambda port: asked(f"http://127.0.0.1:{port}/v1"))
    assert outcome.again and outcome.sent and outcome.charged and "the connection broke" in outcome.reason
