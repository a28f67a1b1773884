"""Embeddings: texts in batches, vectors in the cache as float32, answers put back by their index."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from tilth.errors import LlmError
from tilth.llm import cache
from tilth.llm.budget import MESSAGE_TOKENS
from tilth.llm.calls import Most, Paid
from tilth.llm.endpoints import Endpoint

if TYPE_CHECKING:
    from tilth.llm.session import Session

TEXTS = 128  # in one call, at most; providers allow 100 to 2,048
BYTES = 200_000  # of them: some allow 300,000 tokens


class Embeddings:
    """The vectors of texts by one model."""

    def __init__(self, session: Session, endpoint: Endpoint, dimensions: int | None) -> None:
        self.session, self.endpoint, self.dimensions = session, endpoint, dimensions

    async def vectors(self, texts: Sequence[str]) -> list[cache.Vector]:
        """Return one vector for each text."""
        keys = {text: cache.vector_key(self.endpoint, text, self.dimensions) for text in texts}
        found = {text: vector for text, key in keys.items() if (vector := self._kept(key)) is not None}
        groups = _groups([text for text in keys if text not in found])
        tasks = [asyncio.ensure_future(self._asked(group)) for group in groups]
        try:
            for group, vectors in zip(groups, await asyncio.gather(*tasks), strict=True):
                found |= zip(group, vectors, strict=True)
        finally:
            for task in tasks:
                task.cancel()
        return [found[text] for text in texts]

    def _kept(self, key: bytes) -> cache.Vector | None:
        body = self.session.body(key)
        return cache.load_vector(body) if body else None

    async def _asked(self, texts: list[str]) -> list[cache.Vector]:
        told: dict[str, Any] = {"model": self.endpoint.name, "input": texts, "encoding_format": "float"}
        if self.dimensions is not None:
            told["dimensions"] = self.dimensions
        most = Most(sum(len(text.encode()) + MESSAGE_TOKENS for text in texts), 0)
        async with self.session.slots:
            paid = await self.session.calls.call(self.endpoint, "/embeddings", orjson.dumps(told), most)
        vectors = self._read(paid, len(texts))
        for text, vector in zip(texts, vectors, strict=True):
            self.session.keep(cache.vector_key(self.endpoint, text, self.dimensions), cache.dump_vector(vector))
        return vectors

    def _read(self, paid: Paid, count: int) -> list[cache.Vector]:
        if not paid.outcome.body:
            raise self._failed(paid.outcome.reason)
        try:
            rows = {row["index"]: np.asarray(row["embedding"], "<f4") for row in paid.outcome.body["data"]}
            vectors = [rows[at] for at in range(count)]
        except (KeyError, TypeError, ValueError):
            raise self._failed("the answer does not hold one vector for every text") from None
        if any(vector.ndim != 1 or vector.shape != vectors[0].shape or not np.isfinite(vector).all() for vector in vectors):
            raise self._failed("its vectors are not all of one length and finite")
        return vectors

    def _failed(self, why: str) -> LlmError:
        return LlmError(
            "Texts could not be embedded.", where=f"{self.endpoint.model} at {self.endpoint.base_url}", why=why,
            fix="shorten the texts, or raise the budget; those that were embedded are in the cache",
        )  # fmt: skip


def _groups(texts: list[str]) -> list[list[str]]:
    groups: list[list[str]] = []
    size = BYTES
    for text in texts:
        length = len(text.encode())
        if size + length > BYTES or len(groups[-1]) == TEXTS:
            groups.append([])
            size = 0
        groups[-1].append(text)
        size += length
    return groups
