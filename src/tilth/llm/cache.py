"""Answers as bytes: what the cache keeps of a reply, and under which key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson

from tilth.llm.endpoints import Endpoint
from tilth.llm.request import Reply, Request, Usage
from tilth.record import digest, fingerprint

VERSION = 1  # raise it when replies are read from the same answer in another way
Vector = np.ndarray  # float32, one embedding


def key(endpoint: Endpoint, request: Request) -> bytes:
    """Return the name of an answer: everything in the request, and the server that it is asked of."""
    return bytes.fromhex(digest(f"{VERSION} {endpoint.base_url} {request.key()}".encode()))


def vector_key(endpoint: Endpoint, text: str, dimensions: int | None) -> bytes:
    """Return the name of an embedding."""
    return bytes.fromhex(fingerprint(VERSION, "embedding", endpoint.base_url, endpoint.model, dimensions, text))


def dump(reply: Reply) -> bytes:
    """Return what is kept of a reply that is "ok"."""
    usage = (reply.usage.prompt, reply.usage.cached, reply.usage.completion)
    return orjson.dumps((reply.value, reply.text, reply.scores, usage, reply.cost, reply.attempts, reply.seconds))


def load(body: bytes, model: str) -> Reply | None:
    """Return the reply as it comes from the cache: it costs nothing now, its usage and seconds are those of then. None where it is damaged.

    >>> load(dump(Reply("ok", "yes", "Yes.", cost=0.01)), "openai/small").bought, load(b"{", "openai/small")
    (0.01, None)
    """
    try:
        value, text, scores, usage, cost, attempts, seconds = orjson.loads(body)
        return Reply("ok", value, text, "", scores, Usage(*usage), 0.0, seconds, attempts, model, "cache", cost)
    except (ValueError, TypeError):
        return None


def dump_vector(vector: Sequence[float] | Vector) -> bytes:
    """Return an embedding as little-endian float32."""
    return np.asarray(vector, "<f4").tobytes()


def load_vector(body: bytes) -> Vector:
    """Return the embedding in `body`, float32."""
    return np.frombuffer(body, "<f4")
