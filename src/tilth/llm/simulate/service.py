"""The endpoints of the simulator: HTTP requests to replies, with the faults, the time and the counting that belong to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tilth.llm.simulate.answer import Simulated
from tilth.llm.simulate.chat import Reply, reply, whole
from tilth.llm.simulate.embed import embeddings
from tilth.llm.simulate.faults import Attempts
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.prefix_cache import PrefixCache
from tilth.llm.simulate.stats import Stats
from tilth.llm.simulate.stream import chunks
from tilth.llm.simulate.wire import Refused, as_json

_ERRORS = {
    "rate_limited": (429, "Rate limit reached. Please try again later.", "rate_limit_exceeded", "requests"),
    "errors": (500, "The server had an error while processing your request.", None, "server_error"),
    "unavailable": (503, "The server is overloaded or not ready yet.", None, "server_error"),
}


@dataclass
class Service:
    """Models at their endpoints. `key`, if given, is what callers must show."""

    models: Mapping[str, Model]
    world: Simulated
    key: str | None = None
    caches: dict[str, PrefixCache] = field(init=False)
    stats: dict[str, Stats] = field(init=False)
    attempts: Attempts = field(default_factory=Attempts)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all that was asked: counts, prefix caches, attempts."""
        self.caches = {name: PrefixCache(model.cache, model.cache_tokens) for name, model in self.models.items()}
        self.stats = {name: Stats(model) for name, model in self.models.items()}
        self.attempts.clear()

    def told(self) -> dict[str, Any]:
        """Return the counts of all models."""
        return {name: stats.told() for name, stats in self.stats.items()}

    def model(self, body: Mapping[str, Any]) -> Model:
        """Return the model that a request names; raises Refused with 404."""
        found = self.models.get(str(body.get("model")))
        if found is None:
            message = f"The model {body.get('model')!r} does not exist or you do not have access to it."
            raise Refused(404, message, code="model_not_found", param="model")
        return found

    def answer(self, body: Mapping[str, Any], share: float = 1.0) -> Reply:
        """Return the reply to a chat request, counted; raises Refused."""
        model = self.model(body)
        found = reply(model, self.world, self.caches[model.name], body)
        stats = self.stats[model.name]
        stats.add(found.prompt, found.cached, found.completion, share)
        stats.unknown += not found.choices[0].said.known
        stats.faults.update(fault for choice in found.choices for fault in choice.said.faults)
        return found

    def embed(self, body: Mapping[str, Any], share: float = 1.0) -> dict[str, Any]:
        """Return the reply to an embeddings request, counted; raises Refused."""
        model = self.model(body)
        found = embeddings(body, model)
        self.stats[model.name].add(found["usage"]["prompt_tokens"], 0, 0, share)
        return found

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/chat/completions"""
        body, raw = await read_body(request)
        model = self.model(body)
        async with _Under(self.stats[model.name]):
            broken = await self._fault(model, raw)
            if isinstance(broken, web.Response):
                return broken
            if broken == "resets" and not body.get("stream"):
                return _broken(request)
            found = self.answer(body)
            await _sleep(model.base_seconds + model.prefill_seconds * (found.prompt - found.cached))
            if found.chat.stream:
                return await _streamed(request, model, found, breaks=broken == "resets")
            await _sleep(model.decode_seconds * found.completion)
            return as_json(whole(model, found))

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/embeddings"""
        body, raw = await read_body(request)
        model = self.model(body)
        async with _Under(self.stats[model.name]):
            broken = await self._fault(model, raw)
            if broken is not None:
                return broken if isinstance(broken, web.Response) else _broken(request)
            found = self.embed(body)
            await _sleep(model.base_seconds + model.prefill_seconds * found["usage"]["prompt_tokens"])
            return as_json(found)

    async def list_models(self, request: web.Request) -> web.Response:
        """GET /v1/models"""
        return as_json({"object": "list", "data": [_shown(model) for model in self.models.values()]})

    async def one_model(self, request: web.Request) -> web.Response:
        """GET /v1/models/{model}"""
        return as_json(_shown(self.model({"model": request.match_info["model"]})))

    async def show_stats(self, request: web.Request) -> web.Response:
        """GET /v1/simulator/stats"""
        return as_json(self.told())

    async def do_reset(self, request: web.Request) -> web.Response:
        """POST /v1/simulator/reset"""
        self.reset()
        return as_json({})

    async def _fault(self, model: Model, raw: bytes) -> web.Response | str | None:
        """Return the error that meets this attempt, "resets" where its connection is to break, None after any other wait."""
        fault = self.attempts.fault(model, raw)
        if fault is None:
            return None
        self.stats[model.name].faults[fault] += 1
        if fault in _ERRORS:
            status, message, code, kind = _ERRORS[fault]
            return _refused(Refused(status, message, code=code, kind=kind), model.retry_after if status in (429, 503) else None)
        await _sleep({"hangs": model.hang_seconds, "slow": model.slow_seconds, "resets": 0.0}[fault])
        return "resets" if fault == "resets" else None


class _Under:
    """A request under way, counted."""

    def __init__(self, stats: Stats) -> None:
        self.stats = stats

    async def __aenter__(self) -> None:
        self.stats.requests += 1
        self.stats.in_flight += 1
        self.stats.peak_in_flight = max(self.stats.peak_in_flight, self.stats.in_flight)

    async def __aexit__(self, *_: object) -> None:
        self.stats.in_flight -= 1


@web.middleware
async def guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turn what is refused into its error; ask for the key."""
    key = request.app[KEY]
    try:
        if key is not None and request.headers.get("Authorization") != f"Bearer {key}":
            raise Refused(401, "Incorrect API key provided.", code="invalid_api_key")
        return await handler(request)
    except Refused as error:
        return _refused(error)
    except web.HTTPException as error:
        return _refused(Refused(error.status, f"{error.reason}: {request.method} {request.path}"))


KEY: web.AppKey[str | None] = web.AppKey("key")


async def read_body(request: web.Request) -> tuple[dict[str, Any], bytes]:
    """Return the JSON object that a request holds, and its bytes; raises Refused with 400."""
    raw = await request.read()
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise Refused(400, f"We could not parse the JSON body of your request: {problem}.") from None
    if not isinstance(body, dict):
        raise Refused(400, "The body of a request must be a JSON object.")
    return body, raw


async def _streamed(request: web.Request, model: Model, found: Reply, breaks: bool) -> web.StreamResponse:
    """Send a reply token by token; where it `breaks`, only its first half, and then no more."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    events = list(chunks(model, found))
    for event in events[: len(events) // 2] if breaks else events:
        await response.write(b"data: " + orjson.dumps(event) + b"\n\n")
        await _sleep(model.decode_seconds)
    if breaks:
        return _broken(request, response)
    await response.write(b"data: [DONE]\n\n")
    return response


def _broken(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    """Break the connection: nothing more is sent on it."""
    if request.transport is not None:
        request.transport.abort()
    return response or web.Response()


async def _sleep(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


def _refused(error: Refused, retry_after: float | None = None) -> web.Response:
    told = None if retry_after is None else {"Retry-After": f"{retry_after:g}", "retry-after-ms": f"{retry_after * 1000:g}"}
    return as_json(error.body, error.status, told)


def _shown(model: Model) -> dict[str, Any]:
    return {"id": model.name, "object": "model", "created": 0, "owned_by": "tilth-simulator"}


def routes(service: Service) -> Sequence[web.RouteDef]:
    """Return all endpoints of a service but those of files and batches."""
    return [
        web.post("/v1/chat/completions", service.chat), web.post("/v1/embeddings", service.embeddings),
        web.get("/v1/models", service.list_models), web.get("/v1/models/{model:.+}", service.one_model),
        web.get("/v1/simulator/stats", service.show_stats), web.post("/v1/simulator/reset", service.do_reset),
    ]  # fmt: skip
