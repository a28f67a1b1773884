"""A session asks: from the cache if it can, once for equal requests, within limits and budget, and keeps what was answered."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

from tilth.llm import budget, cache, hearing, structured
from tilth.llm.accounts import Accounts
from tilth.llm.budget import Spending
from tilth.llm.calls import Calls
from tilth.llm.chat import Habits
from tilth.llm.client import Client
from tilth.llm.embeddings import Embeddings
from tilth.llm.endpoints import Endpoint, endpoint
from tilth.llm.ledger import Ledger, bring, reader
from tilth.llm.request import Reply, Request
from tilth.llm.rounds import Rounds
from tilth.llm.wire import Wire


class Session:
    """Connections, cache and accounts of one client on one event loop: `async with llm.Session(client) as session`.

    Raises StoreError where the client's cache cannot be opened, RecipeError for a price table that is none.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self._endpoints: dict[str, Endpoint] = {}
        self._habits: dict[tuple[str, str], Habits] = {}
        self._fresh: dict[bytes, bytes] = {}  # answers that are about to be written
        self._asked: dict[bytes, asyncio.Future[Reply | None]] = {}

    async def __aenter__(self) -> Session:
        self.ledger = Ledger(self.client.path)
        try:
            self.wire = Wire(self.client)
            self.accounts = Accounts(self.client, self.ledger)
            self.calls = Calls(self.client, self.accounts, self.wire)
        except BaseException:
            await self.close()
            raise
        self.slots = asyncio.Semaphore(self.client.in_flight)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Write down what waits to be, and close connections and file."""
        if hasattr(self, "wire"):
            await self.wire.close()
        await self.ledger.close()

    async def ask(self, request: Request) -> Reply:
        """Return the reply to `request`.

        What concerns this request alone is in the reply's `status` and `reason`. Raises LlmError for what would befall every request: no
        key or a wrong one, no such model, an endpoint that is down, no price where there is a budget; RecipeError for a schema that is
        none.
        """
        where = self.endpoint(request.model)
        if request.schema:
            structured.check(request.schema)
        key = cache.key(where, request)
        while (leader := self._asked.get(key)) is not None:
            reply = await asyncio.shield(leader)
            if reply is not None:
                hearing.note(key, reply)
                return replace(reply, source="shared", cost=0.0, bought=reply.worth)
        reply = self.kept(key, request.model) or await self._lead(where, request, key)
        hearing.note(key, reply)
        return reply

    async def embed(self, model: str, texts: Sequence[str], dimensions: int | None = None) -> list[cache.Vector]:
        """Return one float32 vector for each of `texts`, in order; equal texts are asked once. Raises LlmError where some cannot be had."""
        return await Embeddings(self, self.endpoint(model), dimensions).vectors(texts)

    async def spending(self) -> dict[str, Spending]:
        """Return what this client's account paid and saved, by model, in all processes and runs so far."""
        await self.ledger.transact(lambda _: None)
        return budget.report(self.ledger.read, self.client.account)

    def endpoint(self, model: str) -> Endpoint:
        """Return where a model is served."""
        if model not in self._endpoints:
            self._endpoints[model] = endpoint(self.client, model)
        return self._endpoints[model]

    def habits(self, where: Endpoint) -> Habits:
        """Return what is known of the ways of a model on its server."""
        return self._habits.setdefault((where.base_url, where.name), Habits())

    def kept(self, key: bytes, model: str) -> Reply | None:
        """Return the reply in the cache, and note what it saved; None where there is none."""
        body = self.body(key)
        reply = cache.load(body, model) if body else None
        if reply is not None:
            self.accounts.save(model, reply.usage, reply.bought)
        return reply

    def body(self, key: bytes) -> bytes | None:
        """Return what the cache holds under a key, the newest of which is not in the file yet."""
        fresh = self._fresh.get(key)
        if fresh is not None:
            return fresh
        found = self.ledger.read("SELECT body FROM answers WHERE key = ?", (key,))
        return found[0][0] if found else None

    def keep(self, key: bytes, body: bytes) -> None:
        """Put an answer into the cache."""
        if not self._fresh:
            self.ledger.write(self._put)
        self._fresh[key] = body

    def _put(self, db: sqlite3.Connection) -> None:
        db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", self._fresh.items())
        self._fresh = {}

    async def _lead(self, where: Endpoint, request: Request, key: bytes) -> Reply:
        """Ask, while others who ask the same wait; if this is cancelled, the next of them asks."""
        asked = self._asked[key] = asyncio.get_running_loop().create_future()
        reply = None
        try:
            async with self.slots:
                reply = await Rounds(self.calls, where, self.habits(where), request).reply()
            if reply.status == "ok":
                self.keep(key, cache.dump(reply))
            return reply
        except Exception as error:
            asked.set_exception(error)
            asked.exception()  # it is raised here, whether or not others wait for it
            raise
        finally:
            del self._asked[key]
            if not asked.done():
                asked.set_result(reply)


def spending(client: Client) -> dict[str, Spending]:
    """Return what the client's account paid and saved, by model, all that this process did with it; nothing where nothing was asked yet."""
    bring(client.path)
    with reader(client.path) as read:
        return budget.report(read, client.account)
