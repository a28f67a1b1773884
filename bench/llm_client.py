"""Requests a second against a server that answers at once, on another processor: bare aiohttp, httpx, and the client of Tilth.

    .venv/bin/python bench/llm_client.py

The server is a process of its own that reads a request and writes a fixed completion. All ask the same prompts, 64 at a time. The ways take
turns; the median of the rounds counts, in wall time, and in processor seconds of the asking process. "cache and accounts" is the whole of
it: cache looked up and written, a budget held and settled for every call, requests and tokens a minute counted. Then rows that wait in
line: how much more memory 100,000 of them take than 10,000.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from tilth import llm

MODEL = "openai/zero"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
_BODY = json.dumps({
    "id": "c", "object": "chat.completion", "model": "zero", "usage": {"prompt_tokens": 130, "completion_tokens": 1, "total_tokens": 131},
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}],
}).encode()  # fmt: skip


class Answering(asyncio.Protocol):
    """HTTP with nothing in it: the end of a body is found by its length, and the same answer is written."""

    def __init__(self) -> None:
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head = self.held[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self.held) < end + 4 + length:
                return
            self.held = self.held[end + 4 + length :]
            self.transport.write(_HEAD % (len(_BODY), _BODY))  # type: ignore[attr-defined]


def answer_for_ever(port: Any) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def prompts(count: int, round: int) -> Iterator[str]:
    about = "A review of a film that is neither long nor short, as those that people write when they have seen something. " * 4
    return (f"{about} It is number {n} of round {round}." for n in range(count))


def requests(count: int, round: int) -> Iterator[llm.Request]:
    return (llm.Request(MODEL, (("system", "Is it praise?"), ("user", text)), labels=("yes", "no")) for text in prompts(count, round))


async def in_flight(count: int, items: Iterator[Any], work: Callable[[Any], Awaitable[Any]]) -> None:
    async def worker() -> None:
        for item in items:
            await work(item)

    await asyncio.gather(*(worker() for _ in range(count)))


def body(text: str) -> bytes:
    told = [{"role": "system", "content": "Is it praise?"}, {"role": "user", "content": text}]
    return json.dumps({"model": "zero", "messages": told, "max_tokens": 7, "temperature": 0.0, "logprobs": True}).encode()


def bare_aiohttp(url: str, count: int, round: int, _: str) -> None:
    import aiohttp

    async def main() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:

            async def ask(text: str) -> None:
                async with session.post(f"{url}/chat/completions", data=body(text), headers={"Content-Type": "application/json"}) as answer:
                    json.loads(await answer.read())

            await in_flight(64, prompts(count, round), ask)

    asyncio.run(main())


def bare_httpx(url: str, count: int, round: int, _: str) -> None:
    import httpx

    async def main() -> None:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=64, max_keepalive_connections=64)) as session:

            async def ask(text: str) -> None:
                (await session.post(f"{url}/chat/completions", content=body(text), headers={"Content-Type": "application/json"})).json()

            await in_flight(64, prompts(count, round), ask)

    asyncio.run(main())


def tilth_session(url: str, count: int, round: int, cache: str, **settings: Any) -> None:
    async def main() -> None:
        async with llm.Session(llm.Client(base_url=url, cache=cache, **settings)) as session:
            await in_flight(64, requests(count, round), session.ask)

    asyncio.run(main())


KEPT = {"prices": {"*": {"input": 0.15, "output": 0.6}}, "budget": 1e6, "requests_per_minute": 1e9, "tokens_per_minute": 1e12}


def plain(url: str, count: int, round: int, cache: str) -> None:
    tilth_session(url, count, round, ":memory:")


def kept(url: str, count: int, round: int, cache: str) -> None:
    tilth_session(url, count, round, cache, **KEPT)


async def _ask(session: llm.Session, request: llm.Request) -> str:
    return str((await session.ask(request)).value)


def steps(url: str, count: int, round: int, cache: str) -> None:
    with llm.using(llm.Client(base_url=url, cache=cache, **KEPT)):
        assert sum(value == "yes" for value in llm.in_order(_ask, requests(count, round))) == count


WAYS = {
    "aiohttp, nothing else": bare_aiohttp,
    "httpx, nothing else": bare_httpx,
    "Tilth, cache in memory, no limits": plain,
    "Tilth, cache and accounts on": kept,
    "Tilth, the same again, from the cache": lambda *given: kept(*given),
    "Tilth, cache and accounts on, `in_order`": steps,
}


def rows_in_line(url: str, count: int) -> None:
    """In a process of its own: pull `count` rows through, and print the most memory it had, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        steps(url, count, 10_000, str(Path(folder, "llm.sqlite")))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def table(url: str, count: int, rounds: int, folder: str) -> None:
    wall: dict[str, list[float]] = {name: [] for name in WAYS}
    used: dict[str, list[float]] = {name: [] for name in WAYS}
    for round in range(rounds):
        for name, way in WAYS.items():
            few = count // 5 if way is bare_httpx else count
            cache = str(Path(folder, "steps.sqlite" if way is steps else "llm.sqlite"))
            began, before = time.perf_counter(), time.process_time()
            try:
                way(url, few, round, cache)
            except ImportError:
                continue
            wall[name].append(few / (time.perf_counter() - began))
            used[name].append((time.process_time() - before) / few * 1e6)
    print(f"| {count} requests, 64 at a time | requests a second | of aiohttp's | processor, µs a request |\n|---|---:|---:|---:|")
    first = statistics.median(wall["aiohttp, nothing else"])
    for name in WAYS:
        if wall[name]:
            speed = statistics.median(wall[name])
            print(f"| {name} | {speed:,.0f} | {speed / first:.2f} | {statistics.median(used[name]):,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs=2, default=(10_000, 100_000), help="rows in line, few and many")
    parser.add_argument("--line", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.line:
        rows_in_line(given.line, given.rows[0])
        return
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=answer_for_ever, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/v1"
    with tempfile.TemporaryDirectory() as folder:
        table(url, given.count, given.rounds, folder)
    print("\n| rows in line | most memory, MB | rows a second |\n|---|---:|---:|")
    for rows in given.rows:
        began = time.perf_counter()
        command = [sys.executable, os.path.abspath(__file__), "--line", url, "--rows", str(rows), "0"]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        print(f"| {rows:,} | {found} | {rows / (time.perf_counter() - began):,.0f} |")
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
