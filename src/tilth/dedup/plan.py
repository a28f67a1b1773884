"""What near-duplicate detection will find and cost, said beforehand: bands, rows, partitions and passes for a corpus, memory and recall."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.dedup.near import NearDuplicates
from tilth.dedup.shingles import Shingles
from tilth.dedup.signatures import Signatures
from tilth.errors import RecipeError

MESSAGE = 32  # bytes of a document's row in a band: key, address, rank, sketch
PEAK = 2.5  # memory of the phase that pairs, as a multiple of its rows: 2.0 measured where a fifth are duplicates, and some room
PARTITIONS = 256  # at most: the number of files between two phases is its square
_BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Banding:
    """How to look for near duplicates in `documents` documents: `passes` times, each with its share of the bands, in `partitions`.

    `recall` is how likely a pair at `jaccard` is to be found and to pass the check, in all passes together; `memory` what pairing
    takes of a worker, and `messages` of the disk, in bytes.
    """

    documents: int
    jaccard: float
    bands: int
    rows: int
    passes: int
    partitions: int

    @property
    def recall(self) -> float:
        missed = (1.0 - step.probability(self.jaccard) for step in self.steps() if isinstance(step, NearDuplicates))
        return 1.0 - math.prod(missed)

    @property
    def messages(self) -> int:
        return self.documents * -(-self.bands // self.passes) * MESSAGE

    @property
    def memory(self) -> int:
        return int(PEAK * self.messages / self.partitions)

    def steps(self, keep: str = "first", ngram: int = 5) -> list[Any]:
        """Return the steps; `run` takes `partitions` beside them. Each pass has functions of its own, and drops before the next."""
        made: list[Any] = []
        for turn in range(self.passes):
            bands = self.bands // self.passes + (turn < self.bands % self.passes)
            signatures = Signatures(bands * self.rows, ngram, seed=1 + turn)
            made += [signatures, NearDuplicates(bands, self.rows, self.jaccard, keep, shingles=Shingles(ngram))]
        return made

    def __str__(self) -> str:
        step = NearDuplicates(self.bands, self.rows, self.jaccard, shingles=Shingles())
        often = f", in {self.passes} passes" if self.passes > 1 else ""
        where = f" of a worker in {self.partitions} partition{'s' if self.partitions > 1 else ''}"
        return f"{curve(step)}\n{_cost(self.documents, self.messages, self.memory)}{where}{often}"


def plan(
    corpus_bytes: int,
    memory: int,
    jaccard: float = 0.8,
    recall: float = 0.9,
    *,
    document_bytes: int = 4096,
    values: int = 112,
) -> Banding:
    """Return how to find pairs of similarity `jaccard` with at least `recall`, in a corpus and a worker's memory of so many bytes.

    Of all bands and rows that take at most `values` values it takes those with most rows, for they keep other pairs apart. Partitions
    bring the memory down, up to 256 of them; beyond that, passes, each with a share of the bands. Passes of different bands find a pair
    as likely as all bands at once, and check it by fewer values, so that the n-grams of more pairs are asked.

    Source: the idea of a plan from corpus, memory and recall is that of Oasis (Zhou et al., 2023, arXiv 2311.12537), whose rows are
    fixed at 10, and whose passes do all of its few bands again.

    Raises RecipeError where the recall is out of reach of the values, or the memory of the passes.

    >>> print(plan(10**12, memory=2 * 10**9, jaccard=0.8, recall=0.9))
    near duplicates at 0.8, by n-grams where in doubt: 14 bands of 8 rows
    similarity   0.50 0.55 0.60 0.65 0.70 0.75 0.80 0.85 0.90 0.95 1.00
    found        0.00 0.00 0.00 0.00 0.00 0.00 0.92 0.99 1.00 1.00 1.00          ▇████
    about 244,140,625 documents: 109 GB of messages, pairing takes 1.07 GB of a worker in 256 partitions
    """
    documents = -(-corpus_bytes // document_bytes)
    for rows in range(values, 0, -1):
        step = NearDuplicates(values // rows, rows, jaccard, shingles=Shingles())
        if step.probability(jaccard) >= recall:
            return _placed(step, documents, memory)
    raise RecipeError(
        f"No bands find {recall:.0%} of the pairs of similarity {jaccard}.", where=f"dedup.plan(jaccard={jaccard}, recall={recall})",
        why=f"{values} values are too few", fix="ask for less, or give more values",
    )  # fmt: skip


def _placed(step: NearDuplicates, documents: int, memory: int) -> Banding:
    """Return the least passes, and for them the least partitions (a power of two), that fit into the memory."""
    found = (documents, step.jaccard, step.bands, step.rows)
    for passes in range(1, step.bands + 1):
        partitions = 1
        while partitions <= PARTITIONS:
            placed = Banding(*found, passes, partitions)
            if placed.memory <= memory:
                return placed
            partitions *= 2
    least = int(PEAK * documents * MESSAGE / PARTITIONS)
    raise RecipeError(
        "A worker's memory is too small for this corpus.", where=f"dedup.plan(memory={memory})",
        why=f"one band of {documents:,} documents takes {least:,} bytes in each of {PARTITIONS} partitions",
        fix="give workers more memory, or dedup the corpus in parts",
    )  # fmt: skip


def curve(step: NearDuplicates) -> str:
    """Return three lines: the settings, similarities, and how likely a pair of each is to be found and to pass the check."""
    similarities = [0.5 + 0.05 * i for i in range(11)]
    found = [step.probability(min(1.0, similarity)) for similarity in similarities]
    bars = "".join(_BARS[round(8 * chance)] for chance in found)
    check = "unchecked" if step.least <= 0 else "by n-grams where in doubt" if step.shingles else "by the estimate"
    return (
        f"near duplicates at {step.jaccard}, {check}: {step.bands} bands of {step.rows} rows\n"
        f"{'similarity':<13}{' '.join(f'{similarity:.2f}' for similarity in similarities)}\n"
        f"{'found':<13}{' '.join(f'{chance:.2f}' for chance in found)}    {bars}"
    )


def foretold(recipe: Sequence[Any], rows: pa.Table, payload_bytes: int) -> Iterator[str]:
    """Yield what is to be said beforehand of each near-duplicate step, for a corpus of so many bytes of rows like these."""
    held = sum(rows[name].nbytes for name in ("text", "html") if name in rows.schema.names)
    documents = round(len(rows) * payload_bytes / max(1, held))
    for step in recipe:
        if isinstance(step, NearDuplicates):
            messages = documents * step.bands * MESSAGE
            yield f"{curve(step)}\n{_cost(documents, messages, PEAK * messages)} in all partitions together"


def _cost(documents: int, messages: int, memory: float) -> str:
    return f"about {documents:,} documents: {_bytes(messages)} of messages, pairing takes {_bytes(memory)}"


def _bytes(count: float) -> str:
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"
