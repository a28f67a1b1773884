"""The simulator as a server on this machine: a thread with a loop of its own, real HTTP over loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tilth.errors import RecipeError
from tilth.llm.simulate.answer import Simulated
from tilth.llm.simulate.batch import Batches
from tilth.llm.simulate.files import Files
from tilth.llm.simulate.gold import Gold, Golds
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.pattern import LOTUS, Pattern
from tilth.llm.simulate.service import KEY, Service, guarded, routes

_LARGEST = 512 << 20  # bytes of a request: a batch file


@dataclass(frozen=True)
class Server:
    """A running simulator: its address, and what it was asked."""

    base_url: str
    _service: Service
    _loop: asyncio.AbstractEventLoop

    def stats(self) -> dict[str, Any]:
        """Return requests, tokens, dollars and faults, of each model."""
        return self._within(self._service.told)

    def reset(self) -> None:
        """Forget all counts, cached prefixes and attempts."""
        self._within(self._service.reset)

    def _within(self, call: Any) -> Any:
        async def within() -> Any:
            return call()

        return asyncio.run_coroutine_threadsafe(within(), self._loop).result()


@contextmanager
def serve(
    models: Sequence[Model], gold: Sequence[Gold] = (), *, patterns: Sequence[Pattern] = (), key: str | None = None,
    host: str = "127.0.0.1", port: int = 0, batch_seconds: float = 0.0,
) -> Iterator[Server]:  # fmt: skip
    """Serve `models`, which know `gold`, until the block ends; on a free port if `port` is 0. `key` is what callers must show;
    a batch takes `batch_seconds`.

    Prompts are read in Tilth's own form, then by `patterns`, then as LOTUS writes them. Raises RecipeError where the port is taken or
    two models have one name.

    >>> with serve([Model("small")]) as server:
    ...     server.base_url.startswith("http://127.0.0.1:"), server.stats()["small"]["requests"]
    (True, 0)
    """
    names = [model.name for model in models]
    if len(set(names)) != len(names) or not names:
        raise RecipeError("These models cannot be told apart.", where="simulate.serve", why=f"their names: {names}", fix="name each once")
    service = Service({model.name: model for model in models}, Simulated(Golds(tuple(gold)), (*patterns, *LOTUS)), key)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tilth-llm-simulate", daemon=True)
    thread.start()
    runner = web.AppRunner(_app(service, batch_seconds), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    try:
        bound = asyncio.run_coroutine_threadsafe(_start(runner, host, port), loop).result()
        yield Server(f"http://{host}:{bound}/v1", service, loop)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(runner: web.AppRunner, host: str, port: int) -> int:
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except (OSError, OverflowError) as problem:
        raise RecipeError(f"Port {port} of {host} cannot be used.", where="simulate.serve", why=str(problem), fix="port=0") from None
    return int(runner.addresses[0][1])


def _app(service: Service, batch_seconds: float) -> web.Application:
    app = web.Application(client_max_size=_LARGEST, middlewares=[guarded])
    app[KEY] = service.key
    files = Files()
    app.add_routes([*routes(service), *files.routes(), *Batches(service, files, batch_seconds).routes()])
    return app
