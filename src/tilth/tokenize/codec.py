"""Text to token ids, a whole Arrow array at a time: by our kernel where it knows the tokenizer's rules, by the library otherwise."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import StepError
from tilth.kernels import bpe
from tilth.kernels.arrow import utf8
from tilth.tokenize import library
from tilth.tokenize.pattern import classes
from tilth.tokenize.vocabulary import Vocabulary

Coded = tuple[np.ndarray, np.ndarray]
"""(ids uint32[*], ends int64[n]): the tokens of text i are ids[ends[i - 1] : ends[i]]; a null has none."""

REMEMBERED = 1 << 17  # pre-tokens that the kernel remembers at once, 17 MB
LIBRARY_BYTES = 1 << 20  # text that the library sees in one call: it holds some 200 bytes for each byte of it


@dataclass(frozen=True)
class Codec:
    """A loaded tokenizer: what its ids mean, and the functions from large_string array to `Coded` and from ids to text."""

    vocabulary: Vocabulary
    encode: Callable[[pa.Array], Coded]
    decode: Callable[[Sequence[int]], str]


@functools.lru_cache(maxsize=4)
def codec(tokenizer: bytes) -> Codec:
    """Return the codec of a tokenizer.json, loaded once a process; raise RecipeError where the bytes are not one."""
    loaded = library.load(tokenizer)
    rules = json.loads(loaded.to_str())
    special = {token["content"]: token["id"] for token in rules["added_tokens"] if token["special"]}
    size = max(loaded.get_vocab(with_added_tokens=True).values(), default=-1) + 1
    vocabulary = Vocabulary(size, special, hashlib.blake2b(tokenizer, digest_size=16).hexdigest())
    encode = _by_kernel(rules["model"]) if _is_ours(rules) else functools.partial(_by_library, loaded)
    return Codec(vocabulary, encode, functools.partial(loaded.decode, skip_special_tokens=False))


def _is_ours(rules: dict[str, Any]) -> bool:
    """The kernel knows the rules of `library.blank` alone; what is learned and the special tokens are free."""
    ours = json.loads(library.blank().to_str())
    learned: dict[str, Any] = {"vocab": {}, "merges": []}
    same = {**rules, "added_tokens": [], "model": rules["model"] | learned} == {**ours, "model": ours["model"] | learned}
    return same and all(token["special"] for token in rules["added_tokens"]) and _byte_names().keys() <= rules["model"]["vocab"].keys()


def _byte_names() -> dict[str, int]:
    """The character that stands for each byte in a byte-level vocabulary (GPT-2): itself where it is visible, else from U+0100 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = sorted(set(range(256)) - set(visible))
    return {chr(byte): byte for byte in visible} | {chr(0x100 + i): byte for i, byte in enumerate(hidden)}


def _by_kernel(model: dict[str, Any]) -> Callable[[pa.Array], Coded]:
    vocab, merges = model["vocab"], model["merges"]
    byte_ids = np.zeros(256, np.uint32)
    for name, byte in _byte_names().items():
        byte_ids[byte] = vocab[name]
    pairs = np.array([(vocab[a], vocab[b], vocab[a + b]) for a, b in merges], np.uint32).reshape(-1, 3).T.copy()
    keys, values = bpe.pair_table(pairs[0], pairs[1], pairs[2])
    slots, words = np.zeros((2 * REMEMBERED, 5), np.int64), np.zeros(16 * REMEMBERED, np.uint8)
    tokens, used = np.zeros(8 * REMEMBERED, np.uint32), np.zeros(3, np.int64)
    lock = threading.Lock()  # the kernel lets go of the GIL, and what it remembers is shared

    def encode(texts: pa.Array) -> Coded:
        offsets, data = utf8(texts)
        out = np.empty(int(offsets[-1] - offsets[0]), np.uint32)
        ends = np.empty(len(texts), np.int64)
        with lock:
            n = bpe.encode(offsets, data, classes(), byte_ids, keys, values, slots, words, tokens, used, out, ends)
        return out[:n], ends

    return encode


def _by_library(loaded: Any, texts: pa.Array) -> Coded:
    """Encode through the library, on one thread: an executor already runs one worker a core."""
    coded: list[np.ndarray] = []
    counts: list[int] = []
    with library.threads(many=False):
        for some in portions(texts):
            ids = [encoding.ids for encoding in encode_batch(loaded.encode_batch_fast, some)]
            counts += map(len, ids)
            coded.append(np.fromiter(chain.from_iterable(ids), np.uint32))
    return np.concatenate(coded) if coded else np.zeros(0, np.uint32), np.cumsum(np.array(counts, np.int64))


def portions(texts: pa.Array) -> Iterator[list[str]]:
    """Yield the texts in lists of about LIBRARY_BYTES; a null reads as empty."""
    starts = utf8(texts)[0]
    first = 0
    while first < len(texts):
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + LIBRARY_BYTES, "right")) - 1)
        yield [text or "" for text in texts[first:last].to_pylist()]
        first = last


def encode_batch(encode: Callable[..., list[Any]], texts: list[str]) -> list[Any]:
    """Return what `encode`, a method of the library's object, makes of texts; raise StepError where the library gives up on one."""
    try:
        return list(encode(texts, add_special_tokens=False))
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # Rust's panics are no Exception, and would end the worker
            raise
        raise StepError(
            "The tokenizer library gave up on a text.", where="tokenize.Encode", why=str(panic),
            fix="drop texts with endless runs of one kind of character, or use a tokenizer that tokenize.Bpe trained",
        ) from panic
