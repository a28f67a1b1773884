"""What travels with a `tokens` column, as metadata of its Arrow field: which tokenizer made it, how many ids, the special ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from tilth.errors import RecipeError


@dataclass(frozen=True)
class Vocabulary:
    """Size (ids are below it), special tokens with their ids, and the digest (BLAKE2b, 128 bits) of tokenizer.json.

    >>> v = Vocabulary(32_000, {"<|endoftext|>": 0}, "c0ffee")
    >>> v.field.type, Vocabulary.of(pa.schema([v.field])) == v, v.id_of("<|endoftext|>")
    (LargeListType(large_list<item: uint16>), True, 0)
    """

    size: int
    special: Mapping[str, int]
    digest: str

    @property
    def field(self) -> pa.Field:
        """The field of a column of token ids: uint16 where every id fits, uint32 else."""
        known = {"vocab_size": self.size, "special": dict(self.special), "tokenizer": self.digest}
        return pa.field("tokens", pa.large_list(self.dtype), metadata={"tilth.vocabulary": json.dumps(known, ensure_ascii=False)})

    @property
    def dtype(self) -> pa.DataType:
        return pa.uint16() if self.size <= 1 << 16 else pa.uint32()

    @classmethod
    def of(cls, schema: pa.Schema) -> Vocabulary:
        """Read it back from a schema; raise RecipeError where no `Encode` made the tokens."""
        at = schema.get_field_index("tokens")
        known = (schema.field(at).metadata or {}).get(b"tilth.vocabulary") if at >= 0 else None
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
