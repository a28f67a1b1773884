"""Embeddings are the same every time, of length one, and close for texts that are alike."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tilth.llm import simulate
from tilth.llm.simulate.embed import vector

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Any:
    with simulate.serve([simulate.Model("e", dimensions=64, context=50)]) as running:
        yield running


def test_texts_in_order_with_usage(call: Call, server: simulate.Server) -> None:
    texts = ["Snow is white.", "Snow is white", "Prices rose."]
    reply = call(server, "POST", "/embeddings", {"model": "e", "input": texts})[1]
    vectors = np.array([each["embedding"] for each in reply["data"]], np.float32)
    assert [each["index"] for each in reply["data"]] == [0, 1, 2]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert reply["usage"] == {"prompt_tokens": 10, "total_tokens": 10}
    assert server.stats()["e"]["prompt_tokens"] == 10


def test_base64_and_dimensions(call: Call, server: simulate.Server) -> None:
    told = {"model": "e", "input": "Snow is white.", "dimensions": 16}
    plain = call(server, "POST", "/embeddings", told)[1]["data"][0]["embedding"]
    packed = call(server, "POST", "/embeddings", {**told, "encoding_format": "base64"})[1]["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(packed), np.float32).tolist() == plain
    assert len(plain) == 16


@pytest.mark.parametrize(
    "wrong", [{"input": ""}, {"input": []}, {"input": [1, 2]}, {"input": "a " * 60}, {"input": "a", "dimensions": 0}, {}]
)
def test_what_is_no_text_is_refused(call: Call, server: simulate.Server, wrong: dict[str, Any]) -> None:
    assert call(server, "POST", "/embeddings", {"model": "e", **wrong})[0] == 400


def test_alike_texts_lie_closer_than_others() -> None:
    words = [f"word{n} thing{n * 7} place{n * 13}" for n in range(40)]
    of = np.array([vector(text, 256) for text in words])
    changed = np.array([vector(f"{text} more", 256) for text in words])
    assert ((of @ changed.T).argmax(axis=1) == np.arange(40)).all()
    assert np.array_equal(vector("", 8), np.eye(8, dtype=np.float32)[0])
