"""Batches: files of requests, answered in the background at half the price, into a file of answers and a file of errors."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tilth.llm.simulate.chat import whole
from tilth.llm.simulate.draw import chance
from tilth.llm.simulate.files import Files
from tilth.llm.simulate.service import Service, read_body
from tilth.llm.simulate.wire import Refused, as_json

ENDPOINTS = ("/v1/chat/completions", "/v1/embeddings")
PRICE = 0.5  # of that of a single request
_TRIES = 3  # of a line that meets a fault
_DAY = 24 * 3600
_TIMES = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")


@dataclass
class Batch:
    """One batch: what it is made of, how far it is."""

    id: str
    endpoint: str
    input: str
    metadata: Any
    status: str = "validating"
    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    output: str | None = None
    errors: str | None = None
    times: dict[str, int] = field(default_factory=dict)
    created: int = field(default_factory=lambda: int(time.time()))

    def become(self, status: str) -> None:
        self.status = status
        self.times[status] = int(time.time())

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id, "object": "batch", "endpoint": self.endpoint, "input_file_id": self.input, "completion_window": "24h",
            "status": self.status, "errors": {"object": "list", "data": self.problems} if self.problems else None,
            "output_file_id": self.output, "error_file_id": self.errors, "created_at": self.created, "expires_at": self.created + _DAY,
            **{f"{name}_at": self.times.get(name) for name in _TIMES}, "metadata": self.metadata,
            "request_counts": {"total": len(self.lines), "completed": len(self.done), "failed": len(self.failed)},
        }  # fmt: skip


@dataclass
class Batches:
    """All batches of a server, and their endpoints. A batch takes at least `seconds`."""

    service: Service
    files: Files
    seconds: float = 0.0
    held: dict[str, Batch] = field(default_factory=dict)
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def create(self, request: web.Request) -> web.Response:
        """POST /v1/batches"""
        body, _ = await read_body(request)
        if body.get("endpoint") not in ENDPOINTS:
            raise Refused(400, f"'endpoint' must be one of {', '.join(ENDPOINTS)}.", code="invalid_value", param="endpoint")
        if body.get("completion_window") != "24h":
            raise Refused(400, "'completion_window' must be '24h'.", code="invalid_value", param="completion_window")
        file = self.files.get(body.get("input_file_id"))
        if file.purpose != "batch":
            raise Refused(400, f"The purpose of {file.id} is {file.purpose!r}, not 'batch'.", param="input_file_id")
        batch = Batch(f"batch_{len(self.held) + 1:08d}", body["endpoint"], file.id, body.get("metadata"))
        self.held[batch.id] = batch
        task = asyncio.create_task(self._work(batch, file.data))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return as_json(batch.told())

    async def list(self, request: web.Request) -> web.Response:
        """GET /v1/batches"""
        return as_json({"object": "list", "data": [batch.told() for batch in reversed(self.held.values())], "has_more": False})

    async def show(self, request: web.Request) -> web.Response:
        """GET /v1/batches/{id}"""
        return as_json(self._get(request).told())

    async def cancel(self, request: web.Request) -> web.Response:
        """POST /v1/batches/{id}/cancel"""
        batch = self._get(request)
        if batch.status not in ("validating", "in_progress", "cancelling"):
            raise Refused(409, f"Cannot cancel a batch with status '{batch.status}'.", kind="invalid_request_error")
        batch.become("cancelling")
        return as_json(batch.told())

    def routes(self) -> tuple[web.RouteDef, ...]:
        return (
            web.post("/v1/batches", self.create), web.get("/v1/batches", self.list), web.get("/v1/batches/{id}", self.show),
            web.post("/v1/batches/{id}/cancel", self.cancel),
        )  # fmt: skip

    def _get(self, request: web.Request) -> Batch:
        id = request.match_info["id"]
        if id not in self.held:
            raise Refused(404, f"No such batch: {id}", param="id")
        return self.held[id]

    async def _work(self, batch: Batch, data: bytes) -> None:
        batch.lines, batch.problems = _checked(data, batch.endpoint)
        if batch.problems:
            batch.become("failed")
            return
        if batch.status == "validating":
            batch.become("in_progress")
        wait = self.seconds / max(len(batch.lines), 1)
        expired = False
        for line in batch.lines:
            await asyncio.sleep(wait)  # others come in between, whatever the wait
            if batch.status == "cancelling":
                break
            answer = self._line(batch.endpoint, line)
            expired = expired or answer["error"] is not None
            good = answer["response"] is not None and answer["response"]["status_code"] == 200
            (batch.done if good else batch.failed).append(answer)
        self._finish(batch, "cancelled" if batch.status == "cancelling" else "expired" if expired else "completed")

    def _finish(self, batch: Batch, status: str) -> None:
        batch.become("finalizing")
        for name, lines in (("output", batch.done), ("errors", batch.failed)):
            if lines:
                data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
                setattr(batch, name, self.files.put(f"{batch.id}_{name}.jsonl", "batch_output", data).id)
        batch.become(status)

    def _line(self, endpoint: str, line: dict[str, Any]) -> dict[str, Any]:
        """Return what comes of one line: a reply, an error of the server, or nothing because time ran out."""
        try:
            found = self._reply(endpoint, line)
        except Refused as refused:
            found = (refused.status, refused.body)
        id = line["custom_id"]
        if found is None:
            error = {"code": "batch_expired", "message": "This request could not be executed before the completion window expired."}
            return {"id": f"batch_req_{id}", "custom_id": id, "response": None, "error": error}
        status, body = found
        return {
            "id": f"batch_req_{id}", "custom_id": id, "response": {"status_code": status, "request_id": f"req_{id}", "body": body},
            "error": None,
        }  # fmt: skip

    def _reply(self, endpoint: str, line: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        body = line["body"]
        model = self.service.model(body)
        stats = self.service.stats[model.name]
        stats.requests += 1
        raw = orjson.dumps(body)
        if model.expired and chance(model.name, model.seed, raw.decode(), "expired") < model.expired:
            stats.faults["expired"] += 1
            return None
        if not any(self.service.attempts.fault(model, raw) in (None, "slow") for _ in range(_TRIES)):
            stats.faults["errors"] += 1
            raise Refused(500, "The server had an error while processing your request.", kind="server_error")
        if endpoint == "/v1/embeddings":
            return 200, self.service.embed(body, PRICE)
        return 200, whole(model, self.service.answer(body, PRICE))


def _checked(data: bytes, endpoint: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of an input file, and what is wrong with it."""
    lines = []
    problems = []
    seen: set[str] = set()
    for number, raw in ((number, raw) for number, raw in enumerate(data.split(b"\n"), 1) if raw.strip()):
        try:
            line = orjson.loads(raw)
            if line["method"] != "POST" or line["url"] != endpoint or not isinstance(line["body"], dict):
                raise ValueError(f"its method must be POST, its url {endpoint}, its body an object")
            if not isinstance(line["custom_id"], str) or line["custom_id"] in seen:
                raise ValueError("its custom_id must be a text that no other line has")
        except (ValueError, KeyError, TypeError) as problem:
            problems.append({"code": "invalid_line", "line": number, "message": f"This line cannot be used: {problem}", "param": None})
            continue
        seen.add(line["custom_id"])
        lines.append(line)
    if not lines and not problems:
        problems.append({"code": "empty_file", "line": None, "message": "The input file has no line.", "param": None})
    return lines, problems
