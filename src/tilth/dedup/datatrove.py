"""MinHash signatures equal to datatrove's, value for value."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup.normalise import Table, bare, table_of, words_of
from tilth.dedup.signatures import COLUMN, binary
from tilth.errors import RecipeError
from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.minhash_datatrove import MODULUS, datatrove_signatures
from tilth.kernels.normalise import DIGIT, DROP, SPACE, WORD
from tilth.kernels.spacy_rules import language
from tilth.op import Op, put

_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«´»–—’“”„…∶━►、。〈〉《》「」【】！％（），．：；？～")


@dataclass(frozen=True)
class DatatroveSignatures(Op):
    """Add the column `minhash`: the signature that datatrove's `MinhashDedupSignature` computes with its defaults, for English.

    fixed_size_binary(8 * bands * rows), little-endian uint64; null where a text has no token. The values are datatrove's, in the
    order that `NearDuplicates` takes bands in: value i of band j stands at i * bands + j. A text of fewer than `ngram` tokens, which
    datatrove never drops, counts as one n-gram. Raises RecipeError on sizes below one.

    Source: datatrove 0.10.1, `simplify_text`, spaCy's blank English tokens, XXH64, functions drawn from NumPy's RandomState(seed).

    >>> batch = DatatroveSignatures().apply(pa.record_batch({"text": ["One and two and three.", "..."]}))
    >>> [signature and len(signature) for signature in batch["minhash"].to_pylist()]
    [896, None]
    """

    bands: int = 14
    rows: int = 8
    ngram: int = 5
    seed: int = 1

    def __post_init__(self) -> None:
        if min(self.bands, self.rows, self.ngram) < 1:
            raise RecipeError("Signatures need bands of rows of n-grams.", where=repr(self), fix="DatatroveSignatures(bands=14, rows=8)")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        offsets, words = simplified(batch["text"])
        a, b = _functions(self.seed, self.bands, self.rows)
        return put(batch, COLUMN, binary(datatrove_signatures(offsets, words, language(), self.ngram, a, b), np.diff(offsets) > 0))


def simplified(texts: pa.Array) -> tuple[Offsets, Bytes]:
    """Return the texts as `simplify_text` leaves them: (offsets int64[n + 1], bytes), words each followed by one space."""
    return words_of(_lower(texts), _table())


@functools.cache
def _functions(seed: int, bands: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the factors and terms, uint64[bands * rows] each; all factors are drawn before the terms, band by band."""
    draw = np.random.RandomState(seed)
    a = draw.randint(1, MODULUS, dtype=np.uint64, size=bands * rows)
    b = draw.randint(0, MODULUS, dtype=np.uint64, size=bands * rows)
    return a.reshape(bands, rows).T.ravel(), b.reshape(bands, rows).T.ravel()


def _lower(texts: pa.Array) -> pa.Array:
    """Lower texts with a capital sigma, the one letter whose lower case hangs on its neighbours; the table lowers the others."""
    greek = pc.match_substring(texts, "Σ")
    if not pc.any(greek).as_py():
        return texts
    return pc.replace_with_mask(texts, greek, pa.array([text.lower() for text in texts.filter(greek).to_pylist()], texts.type))


@functools.cache
def _table() -> Table:
    def kind(letter: str, category: str) -> int:
        if category == "Nd":
            return DIGIT
        if category == "Cc" or letter.isspace() or letter in _PUNCTUATION:
            return SPACE
        return DROP if category == "Mn" else WORD

    return table_of(kind, lambda letter: bare(letter.lower()))
