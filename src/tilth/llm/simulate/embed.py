"""Embeddings without a model: hashed words and letters, so that texts that share many of them lie close."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from tilth.llm.simulate.model import Model
from tilth.llm.simulate.wire import Refused
from tilth.llm.tokens import count_tokens

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=1 << 16)
def _features(word: str) -> tuple[int, ...]:
    """The hashes of a word: of the word, which counts twice, and of its runs of three letters."""
    framed = f"^{word}$"
    return (crc32(word.encode()), crc32(b"2" + word.encode()), *(crc32(framed[n : n + 3].encode()) for n in range(len(framed) - 2)))


def vector(text: str, dimensions: int) -> np.ndarray:
    """Return float32[dimensions], of length one; the first axis where the text has no word.

    Each feature adds or takes 1 at a place that its hash names (Weinberger et al., Feature Hashing, ICML 2009).

    >>> one, like, other = (vector(text, 256) for text in ("the cat sat", "the cats sat", "prices rose again"))
    >>> bool(one @ like > one @ other)
    True
    """
    hashes = np.array([each for word in _WORD.findall(text.lower()) for each in _features(word)], np.uint32)
    counts = np.bincount(hashes % dimensions, np.where(hashes >> 31, 1.0, -1.0), dimensions)
    length = float(np.linalg.norm(counts))
    if length == 0:
        counts[0] = length = 1.0
    return (counts / length).astype(np.float32)


def embeddings(body: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Return the reply to an embeddings request; raises Refused for an input that is no text."""
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(each, str) and each for each in texts) or len(texts) > 2048:
        raise Refused(400, "'input' must be a text or up to 2048 texts, none of them empty.", param="input")
    dimensions = model.dimensions if body.get("dimensions") is None else body["dimensions"]
    if not isinstance(dimensions, int) or not 1 <= dimensions <= 65_536:
        raise Refused(400, "'dimensions' must be a whole number.", param="dimensions")
    sizes = [count_tokens(each) for each in texts]
    if max(sizes) > model.context:
        raise Refused(400, f"{model.name} has a context of {model.context} tokens.", code="context_length_exceeded", param="input")
    vectors = [vector(each, dimensions) for each in texts]
    as_text = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": n, "embedding": base64.b64encode(each.tobytes()).decode() if as_text else each.tolist()}
        for n, each in enumerate(vectors)
    ]
    used = {"prompt_tokens": sum(sizes), "total_tokens": sum(sizes)}
    return {"object": "list", "data": data, "model": model.name, "usage": used}
