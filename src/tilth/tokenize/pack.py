"""Lay a shard's documents end to end, and say where each begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.op import Op, put
from tilth.tokenize.shards import TokenShards
from tilth.tokenize.vocabulary import Vocabulary


@dataclass(frozen=True)
class Pack(Op):
    """Concatenate and chunk: documents follow each other, each with one `separator` after it; sequences are slices of `length` tokens.

    Adds `token_start` (int64): where in its shard's stream of tokens the document begins; null where `tokens` is. So boundaries are
    kept, no token is lost or padded, and sequence `i` of a shard is the stream's tokens `i * length` to `(i + 1) * length`. A run
    also writes the shards themselves (`TokenShards`); put this step last, for a row removed after it would leave a hole.

    Raises RecipeError where `tokens` does not come from `Encode`, or its tokenizer has no such special token.

    Method: concatenation with an end-of-text token (GPT-2 and since); sequences may begin and end inside a document.

    >>> from tilth.tokenize.vocabulary import Vocabulary
    >>> batch = pa.record_batch({"tokens": pa.array([[7, 8, 9], None, [], [5]], Vocabulary(300, {"<|endoftext|>": 0}, "").type)})
    >>> Pack(length=4).apply(batch)["token_start"].to_pylist()
    [0, None, 4, 5]
    """

    length: int = 2048
    separator: str = "<|endoftext|>"

    def __post_init__(self) -> None:
        if self.length < 1:
            raise RecipeError("A sequence needs tokens.", where=f"tokenize.Pack(length={self.length})", fix="tokenize.Pack(length=2048)")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("tokens",)

    @property
    def writer(self) -> TokenShards:
        return TokenShards(self.length, self.separator)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch as if it were a whole shard."""
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        end = 0
        for batch in batches:
            Vocabulary.of(batch.schema).id_of(self.separator)
            absent = np.asarray(batch["tokens"].is_null())
            sizes = np.where(absent, 0, pc.list_value_length(batch["tokens"]).fill_null(0).to_numpy() + 1)
            ends = end + np.cumsum(sizes)
            yield put(batch, "token_start", pa.array(ends - sizes, pa.int64(), mask=absent))
            end = int(ends[-1]) if len(batch) else end
