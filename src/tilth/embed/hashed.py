"""Embed texts with a table of vectors of hashed features: what `HashedSvd` learns."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.dedup.normalise import PLAIN_WORDS
from tilth.embed.vectors import COLUMN, column
from tilth.errors import RecipeError
from tilth.kernels.features import embed
from tilth.op import Op, put

_FORMAT = b"tilth hashed embedding 1"


@dataclass(frozen=True)
class HashedEmbedding(Op):
    """Add the column `name`: the vector of each text by `model`, fixed_size_list<float32>, of length one; null where no word is known.

    `model` is an Arrow stream: bucket (int32), scale (float32) and vector (fixed_size_binary, int8) of each known feature; the sizes
    stand in its metadata. Nothing in it is code. Raises RecipeError where it is something else.

    >>> model = pack(np.array([5, 9]), np.ones((2, 4), np.float32), bits=8, ngram=1, letters=0)
    >>> HashedEmbedding(model).apply(pa.record_batch({"text": ["", "unknown"]}))["embedding"].type
    FixedSizeListType(fixed_size_list<item: float>[4])
    """

    model: bytes
    name: str = COLUMN

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        model = _read(self.model)
        offsets, words = PLAIN_WORDS.words(batch["text"])
        vectors = embed(offsets, words, model.ngram, model.letters, model.place, model.scales, model.table)
        return put(batch, self.name, column(vectors, vectors.any(axis=1)))

    def __repr__(self) -> str:
        return f"HashedEmbedding({len(self.model)} bytes, {self.name!r})"


class _Model(NamedTuple):
    """What the kernel wants: `place` int32[buckets] the row of a bucket or -1; `scales` float32[known]; `table` int8[known, dim]."""

    ngram: int
    letters: int
    place: np.ndarray
    scales: np.ndarray
    table: np.ndarray


def pack(buckets: np.ndarray, vectors: np.ndarray, bits: int, ngram: int, letters: int) -> bytes:
    """Return the model of these features: int[known], float32[known, dim], kept to 8 bits a number and one scale a feature."""
    scales = (np.abs(vectors).max(axis=1) / 127).astype(np.float32)
    levels = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    packed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(levels.shape[1]), len(levels), [None, pa.py_buffer(levels)])
    sizes = {"format": _FORMAT, "bits": str(bits), "ngram": str(ngram), "letters": str(letters)}
    fields = [("bucket", pa.int32()), ("scale", pa.float32()), ("vector", packed.type)]
    batch = pa.record_batch([pa.array(buckets, pa.int32()), pa.array(scales), packed], schema=pa.schema(fields, metadata=sizes))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())


@functools.lru_cache(maxsize=4)
def _read(model: bytes) -> _Model:
    try:
        with pa.ipc.open_stream(model) as stream:
            table, metadata = stream.read_all(), stream.schema.metadata or {}
        if metadata.get(b"format") != _FORMAT:
            raise ValueError("its format is not " + _FORMAT.decode())
        bits, ngram, letters = (int(metadata[name]) for name in (b"bits", b"ngram", b"letters"))
        buckets, scales = (table[name].to_numpy() for name in ("bucket", "scale"))
        if not 0 < bits <= 24 or not 0 < ngram <= 16 or not 0 <= letters <= 16 or (buckets >> bits).any() or not np.isfinite(scales).all():
            raise ValueError("a size or a number in it cannot be")
        packed = table["vector"].combine_chunks()
        levels = np.frombuffer(packed.buffers()[1], np.int8)[: len(packed) * packed.type.byte_width].reshape(len(packed), -1)
    except (pa.ArrowInvalid, KeyError, ValueError, OSError) as problem:
        raise RecipeError("This is no model of a hashed embedding.", where="embed.HashedEmbedding", why=str(problem),
                          fix="learn one: embed.HashedSvd()") from None  # fmt: skip
    place = np.full(1 << bits, -1, np.int32)
    place[buckets] = np.arange(len(buckets), dtype=np.int32)
    return _Model(ngram, letters, place, scales, levels)
