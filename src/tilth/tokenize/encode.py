"""Text to token ids with a trained tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from tilth.op import Op, put
from tilth.tokenize.codec import codec
from tilth.write.writer import Open, Writer


@dataclass(frozen=True)
class Encode(Op):
    """Add the token ids of each text.

    Adds `tokens` (large_list of uint16 where the vocabulary has at most 65,536 ids, uint32 else) and `tokens_count` (int64); both are
    null where `text` is. No special token is added, and none is recognised in a text: a document that contains the characters
    "<|endoftext|>" gets no separator. The type of `tokens` carries the vocabulary (`Vocabulary`).

    `tokenizer` is the content of a tokenizer.json. One that `Bpe` trained runs in our kernel; any other in the `tokenizers` library,
    with the same ids as there. Raises RecipeError where it is no tokenizer, StepError where the library gives up on a text.

    Method: byte-pair encoding (Sennrich, Haddow and Birch, ACL 2016) over bytes (Radford et al., GPT-2, 2019).

    >>> from tilth.tokenize import Bpe
    >>> batch = pa.record_batch({"row": pa.array([0, 1], pa.uint64()), "text": pa.array(["low lower lowest", None], pa.large_string())})
    >>> learn = Bpe(vocab=260)
    >>> encode, = learn.finish(learn.observe(batch))
    >>> encode.apply(batch)["tokens_count"].to_pylist(), encode.decode(encode.apply(batch)["tokens"][0].as_py())
    ([8, None], 'low lower lowest')
    """

    tokenizer: bytes = field(repr=False)

    @classmethod
    def from_file(cls, path: str | Path) -> Encode:
        """Return the step for a tokenizer.json on disk."""
        return cls(Path(path).read_bytes())

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    @property
    def writer(self) -> Writer:
        return TokenizerFile(self.tokenizer)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        loaded = codec(self.tokenizer)
        ids, ends = loaded.encode(batch["text"])
        offsets = np.concatenate([np.zeros(1, np.int64), ends])
        absent = batch["text"].is_null()
        values = pa.array(ids.astype(loaded.vocabulary.dtype, copy=False))
        tokens = pa.LargeListArray.from_arrays(pa.array(offsets), values, type=loaded.vocabulary.type, mask=absent)
        return put(put(batch, "tokens", tokens), "tokens_count", pa.array(np.diff(offsets), mask=np.asarray(absent)))

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of these ids; for a tokenizer that `Bpe` trained, exactly the text that was encoded."""
        return codec(self.tokenizer).decode(list(tokens))


@dataclass(frozen=True)
class TokenizerFile(Writer):
    """Leave `tokens/tokenizer.json` beside the shards, so that the folder can be read by itself."""

    folder: ClassVar[str] = "tokens"

    tokenizer: bytes = field(repr=False)

    @property
    def reads(self) -> tuple[str, ...]:
        return ()

    def write(self, batches: Any, schema: pa.Schema, open: Open) -> dict[str, Any]:
        return {}

    def finish(self, shards: dict[int, dict[str, Any]]) -> dict[str, bytes]:
        return {"tokenizer.json": self.tokenizer}
