"""Embeddings over real HTTP: batches, the cache, the budget, and answers that are not vectors."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from tilth import llm

MODEL = "openai/embed"


def run(client: llm.Client, texts: list[str], dimensions: int | None = None) -> list[np.ndarray]:
    async def main() -> list[np.ndarray]:
        async with llm.Session(client) as session:
            return await session.embed(MODEL, texts, dimensions)

    return asyncio.run(main())


def vectors(call: Any) -> Any:
    rows = [{"index": at, "embedding": [float(text), 0.1]} for at, text in enumerate(call.body["input"])]
    return {"data": rows[::-1], "usage": {"prompt_tokens": 2 * len(rows), "total_tokens": 2 * len(rows)}}


def test_many_texts_go_in_batches_and_come_back_in_order(serve: Any, client_of: Any) -> None:
    server = serve(vectors)
    client = client_of(server, budget=1.0, prices={"*": {"input": 1.0}})
    texts = [str(n % 300) for n in range(400)]
    found = run(client, texts)
    assert [vector[0] for vector in found] == [float(text) for text in texts] and found[0].dtype == np.float32
    assert sorted(len(call.body["input"]) for call in server.calls) == [44, 128, 128]
    assert llm.spending(client)[MODEL].dollars == pytest.approx(600e-6)
    run(client, [*texts, "300"])
    assert server.calls[-1].body["input"] == ["300"] and len(server.calls) == 4
    run(client, ["1"], dimensions=2)
    assert server.calls[-1].body["dimensions"] == 2 and len(server.calls) == 5


@pytest.mark.parametrize("data", [None, [], [{"index": 0}], [{"index": 1, "embedding": [1.0]}], [{"index": 0, "embedding": ["x"]}],
                                  [{"index": 0, "embedding": [float("nan")]}], [{"index": 0, "embedding": 3.0}]])  # fmt: skip
def test_what_are_no_vectors_is_told_and_not_kept(serve: Any, client_of: Any, data: Any) -> None:
    server = serve(lambda call: {"data": data, "usage": {"prompt_tokens": 1}})
    with pytest.raises(llm.LlmError, match="could not be embedded"):
        run(client_of(server, attempts=1), ["1"])
    server.answer = vectors
    assert run(client_of(server), ["1"])[0][0] == 1.0


def test_a_budget_that_is_spent_stops_and_keeps_what_there_is(serve: Any, client_of: Any) -> None:
    server = serve(vectors)
    with pytest.raises(llm.LlmError, match="budget"):
        run(client_of(server, budget=128 * 20e-6, in_flight=1), [str(n) for n in range(400)])
    calls = len(server.calls)
    run(client_of(server), [str(n) for n in range(128)])
    assert 0 < calls == len(server.calls)
