"""Texts as the tokens of a byte-level tokenizer, and back from places among tokens to bytes of the text."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.arrow import Bytes, Offsets, utf8

ID = 4  # bytes


def encoded(encode: Any, texts: pa.Array) -> tuple[Offsets, Bytes]:
    """Return the tokens of the texts as (offsets int64[n + 1], bytes), ID bytes each; null has none. `encode` adds `tokens`."""
    tokens = encode.apply(pa.record_batch({"text": texts}))["tokens"]
    ids = np.asarray(tokens.values).astype(np.uint32)
    offsets = np.asarray(tokens.offsets).astype(np.int64) * ID
    data = ids.view(np.uint8)
    offsets.flags.writeable = data.flags.writeable = False
    return offsets, data


def in_text(encode: Any, texts: pa.Array, tokens: tuple[Offsets, Bytes], document: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return where in its text each place in the bytes of `encoded` lies (int64[n]).

    Raises RecipeError where the tokens do not spell the text out, byte for byte: then spans of them cannot be cut from it.
    """
    offsets, data = tokens
    ends = np.append(0, np.cumsum(_lengths(encode.tokenizer)[data.view(np.uint32)]))
    starts = ends[offsets // ID]
    if (np.diff(starts) != np.diff(utf8(texts)[0])).any():
        raise RecipeError(
            "The tokens of a text are not its bytes.", where="RepeatedSubstrings(unit='token')",
            why="this tokenizer changes or leaves out characters", fix='give a byte-level tokenizer, or take unit="word"',
        )  # fmt: skip
    return np.asarray(ends[(offsets[document] + place) // ID] - starts[document])


@functools.lru_cache(maxsize=4)
def _lengths(tokenizer: bytes) -> np.ndarray:
    """Return how many bytes the token of each id has, int64[ids]: in a byte-level vocabulary a character stands for a byte."""
    vocabulary = json.loads(tokenizer)["model"]["vocab"]
    found = np.zeros(max(vocabulary.values()) + 1, np.int64)
    for token, number in vocabulary.items():
        found[number] = len(token)
    return found
