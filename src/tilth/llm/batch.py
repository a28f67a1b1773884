"""Batch files: requests that can wait a day, at half the price; uploaded once, waited for, and collected by whichever run comes next.

What a run has uploaded stands in the ledger until its answers are in the cache. A run that was killed, or another one that wants the same
answers, finds it there and waits for it instead of paying again.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from tilth.errors import LlmError
from tilth.llm import budget, cache, chat
from tilth.llm.budget import most_prompt_tokens
from tilth.llm.calls import Most, total
from tilth.llm.endpoints import Endpoint
from tilth.llm.request import Reply, Request, Usage
from tilth.llm.session import Session
from tilth.llm.wire import Outcome

LINES, BYTES = 50_000, 90_000_000  # of one file; providers allow 50,000 and 100 MB or more
_HELD = 8 * 24 * 3600.0  # seconds; a batch that nobody collected in so long counts as paid
_ENDED = ("completed", "failed", "expired", "cancelled")
_KEY = 20  # bytes
Wanted = Mapping[bytes, Request]


@dataclass(frozen=True)
class _Batch:
    """One file on its way: our `name` for it, which it carries as metadata, the server's `id`, and the answers that are still to come."""

    name: str
    id: str | None
    hold: int
    keys: tuple[bytes, ...]


async def ask_in_batch(session: Session, requests: Sequence[Request], poll: float = 30.0) -> list[Reply]:
    """Return a reply to each of `requests`, in order, through batch files; the server is asked every `poll` seconds how far it is.

    Answers in the cache are not asked for, equal requests once. The first that is left is asked at once, at full price: a wrong key or a
    parameter that the model does not take shows now and not tomorrow. The budget is held for a whole file at the most it can cost;
    requests whose file does not fit are "capped". No answer is repaired. Raises LlmError as `Session.ask`, and where a server has no
    batch files.
    """
    replies: dict[bytes, Reply] = {}
    groups: dict[Endpoint, dict[bytes, Request]] = {}
    keys = []
    for request in requests:
        where = session.endpoint(request.model)
        keys.append(cache.key(where, request))
        groups.setdefault(where, {})[keys[-1]] = request
    for where, wanted in groups.items():
        replies |= await _Batches(session, where, poll).replies(wanted)
    return [replies[key] for key in keys]


class _Batches:
    """All that is wanted of one model."""

    def __init__(self, session: Session, where: Endpoint, poll: float) -> None:
        self.session, self.where, self.poll = session, where, poll
        self.calls, self.ledger, self.habits = session.calls, session.ledger, session.habits(where)

    async def replies(self, wanted: Wanted) -> dict[bytes, Reply]:
        """Return a reply under each key."""
        found: dict[bytes, Reply] = {}
        for batch in self._under_way(wanted):
            found |= await self._collected(batch, wanted)
        left = {key: request for key, request in wanted.items() if key not in found and not self._take(key, request, found)}
        if left:
            first = next(iter(left))
            found[first] = await self.session.ask(left.pop(first))
        for part, lines in self._parts(left):
            found |= await self._paid(part, lines)
        return found

    def _take(self, key: bytes, request: Request, found: dict[bytes, Reply]) -> bool:
        kept = self.session.kept(key, request.model)
        if kept is not None:
            found[key] = kept
        return kept is not None

    def _under_way(self, wanted: Wanted) -> list[_Batch]:
        """Return the batches of earlier runs that hold some of what is wanted."""
        rows = self.ledger.read("SELECT name, id, hold, keys FROM batches WHERE base_url = ?", (self.where.base_url,))
        batches = [_Batch(name, id, hold, _split(keys)) for name, id, hold, keys in rows]
        return [batch for batch in batches if any(key in wanted for key in batch.keys)]

    def _parts(self, wanted: Wanted) -> Iterator[tuple[dict[bytes, Request], list[bytes]]]:
        """Yield files' worth of requests, with the lines of the file."""
        part: dict[bytes, Request] = {}
        lines: list[bytes] = []
        size = 0
        for key, request in wanted.items():
            body = chat.body(request, self.where.name, self.habits)
            line = orjson.dumps({"custom_id": key.hex(), "method": "POST", "url": "/v1/chat/completions", "body": body})
            if part and (len(part) == LINES or size + len(line) > BYTES):
                yield part, lines
                part, lines, size = {}, [], 0
            part[key] = request
            lines.append(line)
            size += len(line) + 1
        if part:
            yield part, lines

    async def _paid(self, part: Wanted, lines: list[bytes]) -> dict[bytes, Reply]:
        batch = await self._noted(part)
        if batch is None:
            return dict.fromkeys(part, Reply("capped", reason=self.calls.capped(), model=self.where.model))
        created = await self._created(batch, b"\n".join(lines) + b"\n")
        return await self._collected(created, part)

    async def _noted(self, part: Wanted) -> _Batch | None:
        """Hold the budget for a file and note it in the ledger, before anything is sent; None where it does not fit."""
        costs = [self.calls.dearest(self.where.model, self._most(request)) for request in part.values()]
        dollars, share = total(costs) or 0.0, self._share()
        batch = _Batch(f"tilth-{budget.new_hold():x}", None, budget.new_hold(), tuple(part))
        client = self.session.client

        def note(db: sqlite3.Connection) -> bool:
            now = time.time()
            if client.budget is not None:
                verdict = budget.hold(db, client.account, client.budget, batch.hold, dollars * share, now, now + _HELD)
                if verdict != "held":
                    return False
            row = (batch.name, self.where.base_url, client.account, self.where.model, None, batch.hold, b"".join(batch.keys))
            db.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            return True

        return batch if await self.ledger.transact(note) else None

    def _most(self, request: Request) -> Most:
        return Most(most_prompt_tokens(request), chat.allowed(request, self.habits))

    def _share(self) -> float:
        price = self.calls.price(self.where.model)
        return price.batch if price else 1.0

    async def _created(self, batch: _Batch, data: bytes) -> _Batch:
        """Upload the file and start the batch; whoever finds the note can find it by its name, even if this is killed in between."""
        form, kind = _form(f"{batch.name}.jsonl", data)
        try:
            file = self._told(await self.calls.free(self.where, "/files", form, kind), "id")
            asked = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
            body = orjson.dumps(asked | {"metadata": {"name": batch.name}})
            id = self._told(await self.calls.free(self.where, "/batches", body), "id")
        except LlmError:
            await self.ledger.transact(lambda db: self._forget(db, batch))
            raise
        await self.ledger.transact(lambda db: db.execute("UPDATE batches SET id = ? WHERE name = ?", (id, batch.name)))
        return replace(batch, id=id)

    async def _collected(self, batch: _Batch, wanted: Wanted) -> dict[bytes, Reply]:
        """Wait until a batch has ended; put its answers into the cache, its cost into the accounts, and return what is wanted of it."""
        id = batch.id or await self._id_of(batch.name)
        if id is None:  # killed before it was started
            await self.ledger.transact(lambda db: self._forget(db, batch))
            return {}
        told = await self._ended(id, batch)
        found: dict[bytes, Reply] = {}
        for file in (told.get("output_file_id"), told.get("error_file_id")):
            if file:
                outcome = await self.calls.free(self.where, f"/files/{file}/content", json=False)
                found |= self._read(outcome, wanted, batch)
        missing = f"the batch {told.get('status')} without it{_problems(told)}"
        mine = [key for key in batch.keys if key in wanted]
        found |= {key: Reply("failed", reason=missing, model=self.where.model, source="batch") for key in mine if key not in found}
        await self.ledger.transact(lambda db: self._settled(db, batch, found))
        return found

    async def _id_of(self, name: str) -> str | None:
        """Return the server's id of a batch that was started, but whose id was not noted any more."""
        outcome = await self.calls.free(self.where, "/batches?limit=100")
        listed = outcome.body.get("data")
        for batch in listed if isinstance(listed, list) else []:
            if isinstance(batch, dict) and (batch.get("metadata") or {}).get("name") == name:
                return str(batch["id"])
        return None

    async def _ended(self, id: str, batch: _Batch) -> dict[str, Any]:
        while True:
            outcome = await self.calls.free(self.where, f"/batches/{id}")
            if outcome.status == 404:
                await self.ledger.transact(lambda db: self._forget(db, batch))
                return {"status": "is gone"}
            self._told(outcome, "status")
            if outcome.body["status"] in _ENDED:
                return outcome.body
            await asyncio.sleep(self.poll)

    def _told(self, outcome: Outcome, name: str) -> str:
        found = outcome.body.get(name)
        if isinstance(found, str):
            return found
        raise LlmError(
            "A batch file could not be handled.", where=self.where.base_url, why=outcome.reason or f"the answer has no {name}",
            fix="use session.ask where the server has no batch files; else run again, what was uploaded is found again",
        )  # fmt: skip

    def _read(self, outcome: Outcome, wanted: Wanted, batch: _Batch) -> dict[bytes, Reply]:
        found = {}
        ours = set(batch.keys)
        for line in outcome.raw.splitlines():
            try:
                told = orjson.loads(line)
                key = bytes.fromhex(told["custom_id"])
                if key in wanted and key in ours:
                    found[key] = self._reply(told, wanted[key])
            except (ValueError, KeyError, TypeError):
                continue  # a line that cannot be read leaves its request without an answer, which is told
        return found

    def _reply(self, told: dict[str, Any], request: Request) -> Reply:
        answer = told.get("response") or {}
        body = answer.get("body") or {}
        if answer.get("status_code") != 200:
            error = body.get("error") or told.get("error") or {}
            return Reply("failed", reason=self.where.without_key(str(error.get("message") or error)), cost=0.0, **self._from())
        usage, price = Outcome(body=body).usage, self.calls.price(self.where.model)
        dollars = self.calls.dearest(self.where.model, self._most(request)) if price is None or usage is None else price.cost(usage)
        cost = None if dollars is None else dollars * self._share()
        return replace(chat.read(request, body), usage=usage or Usage(), cost=cost, attempts=1, **self._from())

    def _from(self) -> dict[str, Any]:
        return {"model": self.where.model, "source": "batch"}

    def _settled(self, db: sqlite3.Connection, batch: _Batch, found: Mapping[bytes, Reply]) -> None:
        """Account for what was read and keep it; what other requests of the batch wait for stays noted."""
        account = self.session.client.account
        for key, reply in found.items():
            if reply.attempts:
                budget.settle(db, account, self.where.model, 0, reply.usage, reply.cost)
            if reply.status == "ok":
                db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, cache.dump(reply)))
        left = b"".join(key for key in batch.keys if key not in found)
        if left:
            db.execute("UPDATE batches SET keys = ? WHERE name = ?", (left, batch.name))
        else:
            self._forget(db, batch)

    def _forget(self, db: sqlite3.Connection, batch: _Batch) -> None:
        budget.release(db, [batch.hold])
        db.execute("DELETE FROM batches WHERE name = ?", (batch.name,))


def _form(name: str, data: bytes) -> tuple[bytes, str]:
    """Return the form that uploads a file for a batch, and its kind with the line that stands between its parts (RFC 7578)."""
    line = f"tilth-{budget.new_hold():x}"
    purpose = f'--{line}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    file = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/jsonl\r\n\r\n'
    return b"".join((purpose.encode(), file.encode(), data, f"\r\n--{line}--\r\n".encode())), f"multipart/form-data; boundary={line}"


def _problems(told: Mapping[str, Any]) -> str:
    errors = told.get("errors")
    listed = errors.get("data") if isinstance(errors, dict) else None
    return f": {listed[0].get('message')}" if isinstance(listed, list) and listed and isinstance(listed[0], dict) else ""


def _split(keys: bytes) -> tuple[bytes, ...]:
    return tuple(keys[at : at + _KEY] for at in range(0, len(keys), _KEY))
