"""Megatron-LM's indexed datasets: the tokens of documents end to end in a .bin file, and where each begins in an .idx file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.write.writer import Open, Writer

MAGIC, VERSION = b"MMIDIDX\x00\x00", 1
CODES = {"uint8": 1, "int8": 2, "int16": 3, "int32": 4, "int64": 5, "float64": 6, "float32": 7, "uint16": 8}
_SMALL_VOCABULARY = 65_500  # below it Megatron takes uint16


@dataclass(frozen=True)
class Megatron(Writer):
    """A pair of .bin and .idx a shard, small ones together: each row's `tokens` is one document of one sequence; nulls are none.

    `vocab` is the number of tokens there are and decides the type, as Megatron-LM does: uint16 below 65,500, else int32 (also for 0,
    unknown). `end` is appended to each document (the token that ends one). Files are given to Megatron-LM as `--data-path
    megatron/00000 megatron/00001 ...`. Raises CorpusError for a token that the type does not hold. Format: Megatron-LM,
    megatron/core/datasets/indexed_dataset.py.

    >>> Megatron(vocab=32_000, end=2).dtype
    'uint16'
    """

    folder: ClassVar[str] = "megatron"
    together: ClassVar[bool] = True

    vocab: int = 0
    end: int | None = None
    column: str = "tokens"

    def __post_init__(self) -> None:
        if self.vocab < 0 or (self.end is not None and not 0 <= self.end <= np.iinfo(self.dtype).max):
            raise RecipeError("The end of a document is no token.", where=f"write.Megatron(end={self.end})", fix="end=2, or what it is")

    @property
    def dtype(self) -> str:
        return "uint16" if 0 < self.vocab < _SMALL_VOCABULARY else "int32"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        if self.column not in schema.names:
            fix = "put tokenize.Encode before the writer, or name the column: column=..."
            raise CorpusError.no_column(self.column, schema.names, "write.Megatron", fix=fix)
        sizes = [np.zeros(0, np.int32)]
        with open(".bin") as sink:
            for batch in batches:
                lengths, tokens = self._documents(batch[self.column])
                sizes.append(lengths)
                sink.write(tokens.tobytes())
        lengths = np.concatenate(sizes)
        with open(".idx") as sink:
            sink.write(index(lengths, self.dtype))
        return {"documents": len(lengths), "tokens": int(lengths.sum(dtype=np.int64))}

    def _documents(self, column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Each document's length (int32), and all tokens."""
        column = column.drop_null()
        lengths = np.diff(np.asarray(column.offsets)).astype(np.int64)
        tokens = np.asarray(column.flatten())
        allowed = np.iinfo(self.dtype)
        if len(tokens) and (tokens.min() < 0 or tokens.max() > allowed.max):
            raise CorpusError(
                f"A token does not fit {self.dtype}.", where="write.Megatron", why=f"tokens are {tokens.min()} to {tokens.max()}",
                fix="vocab= must be the number of tokens there are",
            )
        if self.end is not None:
            tokens = np.insert(tokens, np.cumsum(lengths), self.end)
            lengths = lengths + 1
        return lengths.astype(np.int32), tokens.astype(self.dtype)


def index(lengths: np.ndarray, dtype: str) -> bytes:
    """Return an .idx file: for each sequence its length (int32) and first byte (int64), then the sequence that begins each document."""
    starts = (np.cumsum(lengths, dtype=np.int64) - lengths) * np.dtype(dtype).itemsize
    head = MAGIC + struct.pack("<QBQQ", VERSION, CODES[dtype], len(lengths), len(lengths) + 1)
    documents = np.arange(len(lengths) + 1, dtype="<i8")
    return head + lengths.astype("<i4").tobytes() + starts.astype("<i8").tobytes() + documents.tobytes()
