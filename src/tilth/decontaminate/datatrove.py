"""Contamination as datatrove's filter sees it, verdict for verdict."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.decontaminate.items import unpack
from tilth.decontaminate.overlap import PARTS, hits_of, index_of, joined, told
from tilth.dedup.datatrove import simplified
from tilth.errors import RecipeError
from tilth.kernels import overlap as kernels
from tilth.kernels.overlap_datatrove import datatrove_overlaps, datatrove_words
from tilth.kernels.spacy_rules import language
from tilth.op import Op


@dataclass(frozen=True)
class DatatroveOverlap(Op):
    """Add the columns of `Overlap` for the first n-gram of each text that a test item has: what datatrove's filter drops it for.

    Tokens are those of spaCy's blank English in the simplified text (lower case, no accents, numbers 0, no punctuation), so the hit
    has no place in the text itself: `start` and `end` are null, `text` is the n-gram (datatrove's `contaminated_ngram`). `part`:
    "touching" counts n-grams in the answer and those that begin in the question and end in it (`find_overlap_ngrams`), "answer" only the
    former, "all" also those in the question (`find_query_ngrams`).

    Raises RecipeError on lengths and parts that cannot be.

    Source: datatrove 0.10.1, `NGramsDecontFilter`.

    >>> DatatroveOverlap(b"").n
    12
    """

    items: bytes
    n: int = 12
    part: str = "touching"

    def __post_init__(self) -> None:
        if self.n < 2 or self.part not in PARTS:
            raise RecipeError(
                "This is no overlap of n-grams.", where=repr(self), why=f"n is at least 2, part is one of {', '.join(PARTS)}",
                fix='decontaminate.NGrams("datatrove")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        sizes, index = _index(self.items, self.n, self.part)
        offsets, data = simplified(batch["text"])
        found = datatrove_overlaps(offsets, data, language(), index, self.n)
        row = np.flatnonzero(found[:, 0] >= 0)
        item, none = found[row, 0], np.full(len(row), -1)
        texts = [b" ".join(data[a:b].tobytes() for a, b in each.reshape(-1, 2)).decode() for each in found[row, 1:]]
        share = np.minimum(1.0, self.n / sizes[item])
        hits = hits_of(unpack(self.items), item, "datatrove", share, none, none, none, none, texts)
        return told(batch, row, hits, item, share, np.zeros(len(batch)))

    def __repr__(self) -> str:
        return f"DatatroveOverlap({len(self.items)} bytes, n={self.n}, part={self.part!r})"


@functools.lru_cache(maxsize=4)
def _index(items: bytes, n: int, part: str) -> tuple[np.ndarray, kernels.Index]:
    """Return how many tokens each item has (int64[items]), and the index of their n-grams."""
    found = unpack(items)
    words = [datatrove_words(*simplified(texts), language()) for texts in (found.question, found.answer)]
    starts, answers, hashes = joined(*words)
    return np.diff(starts), index_of(starts, answers, hashes, n, part, np.ones(len(answers), np.bool_), b"", named=1)
