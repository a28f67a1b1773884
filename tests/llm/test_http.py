"""Connections are kept and dropped, over real sockets: what a server does wrong ends one call and reaches no other."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tilth.errors import LlmError
from tilth.llm import http
from tilth.llm.http import NoConnection, Pool

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[bytes, asyncio.StreamWriter, int], Awaitable[None]]


def over(serve: Serve, work: Callable[[Pool, str], Awaitable[Any]], timeout: float = 5.0, tls: Path | None = None) -> tuple[Any, list[int]]:
    """What `work` returns, asking a server that calls `serve(request, writer, number)`, and the requests that each connection had."""
    connections: list[int] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = len(connections)
        connections.append(0)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                connections[me] += 1
                await serve(head + await reader.readexactly(length), writer, sum(connections))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def main() -> Any:
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
        pool = Pool(timeout)
        try:
            return await work(pool, f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        finally:
            await pool.close()
            server.close()
            await server.wait_closed()

    return asyncio.run(main()), connections


async def ok(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
    writer.write(OK)


def test_what_is_sent() -> None:
    sent: list[bytes] = []

    async def serve(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
        sent.append(request)
        writer.write(OK)

    async def work(pool: Pool, url: str) -> str:
        await pool.request("POST", f"{url}/größe?limit=1", {"Authorization": "Bearer x"}, b"{}")
        await pool.request("GET", url.replace("http://", "http://me:p%40ss@"), {})
        return url[7:-3]

    host, _ = over(serve, work)
    lines = f"Host: {host}\r\nAccept-Encoding: gzip\r\nAuthorization: "
    assert sent[0].decode() == f"POST /v1/gr%C3%B6%C3%9Fe?limit=1 HTTP/1.1\r\n{lines}Bearer x\r\nContent-Length: 2\r\n\r\n{{}}"
    assert sent[1].decode() == f"GET /v1 HTTP/1.1\r\n{lines}Basic bWU6cEBzcw==\r\nContent-Length: 0\r\n\r\n"


def test_connections_are_kept_and_as_many_as_requests_under_way() -> None:
    async def work(pool: Pool, url: str) -> None:
        for _ in range(3):
            await asyncio.gather(*(pool.request("GET", url, {}) for _ in range(4)))

    assert over(ok, work)[1] == [3] * 4


def test_one_that_was_idle_for_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "IDLE", 0.05)

    async def work(pool: Pool, url: str) -> None:
        for pause in (0.0, 0.1, 0.0):
            await pool.request("GET", url, {})
            await asyncio.sleep(pause)

    assert over(ok, work)[1] == [2, 1]


def test_one_that_the_server_closed_is_not_used() -> None:
    async def serve(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(OK)
        writer.close()

    async def work(pool: Pool, url: str) -> list[int]:
        found = []
        for _ in range(3):
            found.append((await pool.request("GET", url, {})).status)
            await asyncio.sleep(0.02)
        return found

    assert over(serve, work) == ([200] * 3, [1, 1, 1])


@pytest.mark.parametrize("late", [0.0, 0.05])
def test_an_answer_to_nothing_is_no_answer(late: float) -> None:
    async def serve(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(OK)
        await asyncio.sleep(late)
        writer.write(OK.replace(b"ok", b"no"))

    async def work(pool: Pool, url: str) -> list[bytes]:
        found = []
        for _ in range(3):
            found.append((await pool.request("GET", url, {})).body)
            await asyncio.sleep(0.1)
        return found

    assert over(serve, work) == ([b"ok"] * 3, [1, 1, 1])


@pytest.mark.parametrize("sent, error", [
    (b"", ConnectionResetError), (OK[:-1], ConnectionResetError), (b"220 mail.example\r\n\r\n", ValueError), (None, TimeoutError),
])  # fmt: skip
def test_a_call_that_breaks_takes_its_connection_with_it(sent: bytes | None, error: type[Exception]) -> None:
    async def serve(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
        if number > 1:
            writer.write(OK)
        elif sent is None:
            await asyncio.sleep(0.5)
            writer.write(OK)
        else:
            writer.write(sent)
            writer.close()

    async def work(pool: Pool, url: str) -> bytes:
        with pytest.raises(error):
            await pool.request("GET", url, {})
        return (await pool.request("GET", url, {})).body

    assert over(serve, work, timeout=0.2) == (b"ok", [1, 1])


def test_one_who_is_cancelled_leaves_no_answer_behind() -> None:
    async def serve(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
        await asyncio.sleep(0.05)
        writer.write(OK.replace(b"ok", b"%02d" % number))

    async def work(pool: Pool, url: str) -> bytes:
        task = asyncio.create_task(pool.request("GET", url, {}))
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return (await pool.request("GET", url, {})).body

    assert over(serve, work) == (b"02", [1, 1])


def test_where_nobody_listens_nothing_was_sent() -> None:
    async def work(pool: Pool, url: str) -> None:
        for nowhere in ("http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"):
            with pytest.raises(NoConnection):
                await pool.request("GET", nowhere, {})

    over(ok, work)


def test_what_cannot_be_sent_is_a_clear_stop() -> None:
    async def work(pool: Pool, url: str) -> None:
        for where, headers in ((url, {"Authorization": "Bearer a\r\nX: b"}), (url, {"Authorization": "Bearer ключ"}), ("http:///v1", {})):
            with pytest.raises(LlmError, match="cannot be sent"):
                await pool.request("GET", where, headers)

    assert over(ok, work)[1] == []


def test_a_closed_pool_takes_no_requests() -> None:
    async def work(pool: Pool, url: str) -> None:
        under_way = asyncio.create_task(pool.request("GET", url, {}))
        await asyncio.sleep(0.05)
        await pool.close()
        with pytest.raises(OSError):
            await under_way
        with pytest.raises(NoConnection):
            await pool.request("GET", url, {})

    async def silent(request: bytes, writer: asyncio.StreamWriter, number: int) -> None:
        await asyncio.sleep(0.2)

    over(silent, work)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=local"
    files = "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    try:
        subprocess.run([*command.split(), *files.split()], cwd=tmp_path, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return tmp_path


@pytest.mark.parametrize("known", [True, False])
def test_a_server_must_be_who_it_says(certificate: Path, known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(pool: Pool, url: str) -> bytes:
        if known:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        return (await pool.request("POST", url, {}, b"x" * 300_000)).body

    if known:
        assert over(ok, work, tls=certificate) == (b"ok", [1])
    else:
        with pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED"):
            over(ok, work, tls=certificate)
