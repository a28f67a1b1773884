"""What travels with a `tokens` column, inside its Arrow type: which tokenizer made it, how many ids, the special ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError


@dataclass(frozen=True)
class Vocabulary:
    """Size (ids are below it), special tokens with their ids, and the digest (BLAKE2b, 128 bits) of tokenizer.json.

    >>> v = Vocabulary(32_000, {"<|endoftext|>": 0}, "c0ffee")
    >>> v.type, Vocabulary.of(pa.schema([("tokens", v.type)])) == v, v.id_of("<|endoftext|>")
    (LargeListType(large_list<item: uint16>), True, 0)
    """

    size: int
    special: Mapping[str, int]
    digest: str

    @property
    def dtype(self) -> np.dtype:
        """The type of an id: uint16 where every id fits, uint32 else."""
        return np.dtype(np.uint16 if self.size <= 1 << 16 else np.uint32)

    @property
    def type(self) -> pa.DataType:
        """The type of a column of token ids. The metadata sits in the list's item, where slices, Parquet and unions keep it."""
        known = {"vocab_size": self.size, "special": dict(self.special), "tokenizer": self.digest}
        metadata = {"tilth.vocabulary": json.dumps(known, ensure_ascii=False)}
        return pa.large_list(pa.field("item", pa.from_numpy_dtype(self.dtype), metadata=metadata))

    @classmethod
    def of(cls, schema: pa.Schema) -> Vocabulary:
        """Read it back from a schema; raise RecipeError where no `Encode` made the tokens."""
        at = schema.get_field_index("tokens")
        item = schema.field(at).type.value_field if at >= 0 and pa.types.is_large_list(schema.field(at).type) else None
        known = item.metadata.get(b"tilth.vocabulary") if item is not None and item.metadata else None
        if known is None:
            why = "the column 'tokens' does not say which tokenizer made it" if at >= 0 else "there is no column 'tokens'"
            fix = "put tokenize.Bpe() or tokenize.Encode before this step"
            raise RecipeError("Nothing here says what the tokens mean.", where="tokenize.Pack", why=why, fix=fix)
        read = json.loads(known)
        return cls(read["vocab_size"], read["special"], read["tokenizer"])

    def id_of(self, token: str) -> int:
        """Return the id of a special token; raise RecipeError where the tokenizer has no such token."""
        if token not in self.special:
            raise RecipeError(
                f"The tokenizer has no special token {token!r}.", why=f"its special tokens are: {', '.join(self.special) or 'none'}",
                fix=f"tokenize.Pack(separator={next(iter(self.special), '...')!r}), or train with tokenize.Bpe(special=({token!r},))",
            )
        return self.special[token]
