"""Where each token stands in its text."""

from __future__ import annotations

import functools
import json
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import utf8
from tilth.tokenize import library
from tilth.tokenize.codec import codec, encode_batch, portions


class Placed(NamedTuple):
    """Tokens of texts: those of text i are from ends[i] to ends[i + 1] (int64[n + 1]); `ids` uint32[*]; `starts` and `stops` int64[*].

    Places are bytes of the data of the array (`kernels.arrow.utf8`); of a character in several tokens each has its own bytes, or all of
    it where the tokenizer is not made of bytes.
    """

    ends: np.ndarray
    ids: np.ndarray
    starts: np.ndarray
    stops: np.ndarray


def placed(texts: pa.Array, tokenizer: bytes) -> Placed:
    """Return the tokens of texts (large_string; a null has none) by a tokenizer.json, and their places.

    A tokenizer of bytes that changes nothing (ours, GPT-2's and its like) is as fast as `Encode`: its tokens' lengths add up to the text.
    Raises RecipeError where the bytes are no tokenizer, StepError where the library gives up on a text.

    >>> from tilth.tokenize import Bpe
    >>> fold = Bpe(vocab=258)
    >>> rows = pa.record_batch({"row": pa.array([0], pa.uint64()), "text": pa.array(["aa aa"], pa.large_string())})
    >>> placed(rows["text"], fold.finish(fold.observe(rows))[0].tokenizer).starts.tolist()
    [0, 2, 3]
    """
    sizes = _sizes(tokenizer)
    offsets = utf8(texts)[0]
    if sizes is not None:
        ids, ends = codec(tokenizer).encode(texts)
        ends = np.append(0, ends)
        stops = offsets[0] + np.cumsum(sizes[ids])
        if (np.append(offsets[0], stops)[ends] == offsets).all():
            return Placed(ends, ids, stops - sizes[ids], stops)
    return _by_library(texts, tokenizer)


def _by_library(texts: pa.Array, tokenizer: bytes) -> Placed:
    """The library tells places in characters of each text."""
    (offsets, data), loaded = utf8(texts), library.load(tokenizer)
    counts, ids, places = [0], [np.zeros(0, np.uint32)], [np.zeros((0, 2), np.int64)]
    with library.threads(many=False):
        for some in portions(texts):
            for encoding in encode_batch(loaded.encode_batch, some):
                row = len(counts) - 1
                text = data[offsets[row] : offsets[row + 1]]
                bytes_of = np.append(np.flatnonzero(text & 0xC0 != 0x80), len(text)) + offsets[row]
                counts.append(len(encoding.ids))
                ids.append(np.array(encoding.ids, np.uint32))
                places.append(bytes_of[np.array(encoding.offsets, np.int64).reshape(-1, 2)])
    starts, stops = np.concatenate(places).T.copy()
    return Placed(np.cumsum(np.array(counts, np.int64)), np.concatenate(ids), starts, stops)


@functools.lru_cache(maxsize=4)
def _sizes(tokenizer: bytes) -> np.ndarray | None:
    """Return how many bytes each id stands for, int64[ids], of a tokenizer whose tokens may be the bytes of the text; None of another."""
    loaded = library.load(tokenizer)
    rules = json.loads(loaded.to_str())
    before = rules["pre_tokenizer"] or {}
    last: dict[str, Any] = before["pretokenizers"][-1] if before.get("pretokenizers") else before
    of_bytes = last.get("type") == "ByteLevel" and not last["add_prefix_space"] and rules["normalizer"] is None
    if not of_bytes or not all(token["special"] for token in rules["added_tokens"]):
        return None
    names = loaded.get_vocab(with_added_tokens=True)
    sizes = np.zeros(max(names.values(), default=-1) + 1, np.int64)
    for name, number in names.items():
        sizes[number] = len(name)  # a character stands for a byte (GPT-2)
    return sizes
