"""SimHash of texts, as a column: near-equal texts have hashes that differ in few bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.dedup.hamming import HammingDuplicates, hashes
from tilth.dedup.normalise import PLAIN_WORDS, Normalise
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.simhash import simhashes
from tilth.op import Op, put

VARIANTS = ("tilth", "datajuicer")


def simhash(distance: int = 4, *, ngram: int = 6, keep: str = "first", transitive: bool | None = None, variant: str = "tilth") -> list[Any]:
    """Return the steps that drop texts whose SimHash differs in at most `distance` bits from that of one that stays.

    `variant="datajuicer"` is what that tool's `document_simhash_deduplicator` does with its defaults, to the bit: its hash, and
    everything that hangs together goes but the first. See `SimHash` and `HammingDuplicates`, whose `transitive` is else false.

    >>> [type(step).__name__ for step in simhash()]
    ['SimHash', 'HammingDuplicates']
    """
    chains = variant == "datajuicer" if transitive is None else transitive
    return [SimHash(ngram, variant=variant), HammingDuplicates("simhash", distance, keep, chains)]


@dataclass(frozen=True)
class SimHash(Op):
    """Add the column `simhash` (fixed_size_binary(8)): each bit is what more than half of the text's n-grams of words have in their hash.

    "tilth" takes plain words, XXH64, and a text of fewer than `ngram` words as one n-gram; null where there is no word. "datajuicer"
    takes what stands between spaces, lower-cased, and the head of MD5; a text of fewer words has the hash 0 there, and so is a
    duplicate of every other such text. `normalise` is for "tilth" alone. Long texts differ less than short ones by the same edit, and
    repeated n-grams count as often as they come: MinHash (`dedup.near`) finds more at fewer false ones (docs/duplicates.md).

    Source: Charikar, Similarity Estimation Techniques from Rounding Algorithms, STOC 2002; Manku, Jain, Das Sarma, Detecting
    Near-Duplicates for Web Crawling, WWW 2007; py-data-juicer 1.6.1, document_simhash_deduplicator.

    Raises RecipeError on what cannot be.

    >>> batch = pa.record_batch({"text": ["one two three", "One, two three!", "..."]})
    >>> a, b, none = SimHash().apply(batch)["simhash"].to_pylist()
    >>> a == b, none
    (True, None)
    """

    ngram: int = 6
    normalise: Normalise = PLAIN_WORDS
    variant: str = "tilth"

    def __post_init__(self) -> None:
        if self.ngram < 1 or self.variant not in VARIANTS or (self.variant != "tilth" and self.normalise != PLAIN_WORDS):
            raise RecipeError(
                "There is no such SimHash.", where=repr(self),
                why=f"n-grams are of at least one word, the variants are {', '.join(VARIANTS)}, and datajuicer normalises in its own way",
                fix="dedup.simhash(4)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.variant == "datajuicer":
            lowered = pa.array([text and text.lower() for text in batch["text"].to_pylist()], pa.large_string())
            return put(batch, "simhash", hashes(simhashes(*utf8(lowered), self.ngram, True, False), np.ones(len(batch), bool)))
        offsets, words = self.normalise.words(batch["text"])
        return put(batch, "simhash", hashes(simhashes(offsets, words, self.ngram, False, True), np.diff(offsets) > 0))
