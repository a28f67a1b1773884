"""Near duplicates: texts that share most of their n-grams, found by MinHash and banding and then checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from tilth.dedup import curve, survivor
from tilth.dedup.datatrove import DatatroveSignatures
from tilth.dedup.edges import NAMES, columns, contract, distinct, link, to_both
from tilth.dedup.normalise import PLAIN_WORDS, Normalise
from tilth.dedup.shingles import Shingles
from tilth.dedup.signatures import COLUMN, Signatures, numbers
from tilth.errors import RecipeError
from tilth.kernels import minhash as kernels
from tilth.op import Exchange, Home, Phase, mark

_GRAMS = "grams"
_DOUBT = "doubt"


def near(
    jaccard: float = 0.8,
    *,
    keep: str = "first",
    ngram: int = 5,
    bands: int = 0,
    rows: int = 0,
    normalise: Normalise = PLAIN_WORDS,
    variant: str = "tilth",
) -> list[Any]:
    """Return the steps that drop all but one of the texts whose word n-grams have at least this Jaccard similarity.

    Without `bands` and `rows`, `bands(jaccard)` chooses them: 14 of 8 for 0.8, as FineWeb has it. `jaccard=0` with bands and rows
    given drops whatever shares a band, unchecked. `variant="datatrove"` takes that tool's words, n-grams and hashes, to the bit, at a
    fifth of the speed, and checks by the estimate alone; `normalise` is then its own. See `Signatures`, `DatatroveSignatures` and
    `NearDuplicates`.

    >>> signatures, duplicates = near(0.9, keep="longest")
    >>> signatures.values, duplicates.bands, duplicates.rows
    (104, 8, 13)
    """
    if not bands and not rows:
        bands, rows = curve.bands(jaccard)
    duplicates = NearDuplicates(bands, rows, jaccard, keep, shingles=Shingles(ngram, normalise) if variant == "tilth" else None)
    if variant == "datatrove" and normalise == PLAIN_WORDS:
        return [DatatroveSignatures(bands, rows, ngram), duplicates]
    if variant != "tilth":
        raise RecipeError(
            f"There is no variant {variant!r} of near with {normalise}.", where="dedup.near",
            why='the variants are "tilth" and "datatrove", and datatrove has its own words', fix="leave out variant, or normalise",
        )  # fmt: skip
    return [Signatures(duplicates.values, ngram, normalise), duplicates]


@dataclass(frozen=True)
class NearDuplicates(Exchange):
    """Drop all but one of the documents that hang together by n-grams of at least this Jaccard similarity, found by column `minhash`.

    Documents that agree on all `rows` values of one of `bands` bands are candidates. The share of values that two signatures agree on
    estimates their similarity with a standard error of sqrt(J (1 - J) / values). A candidate pair whose estimate lies more than three
    of these errors above `jaccard` stays, one that lies more than three below goes, and of what lies between, the n-grams
    themselves, `shingles`, decide: so the check loses one pair in a thousand at `jaccard`, and lets as few just below it pass, at
    the cost of sending the n-grams of those in doubt. Without `shingles` a pair stays down to two errors below: 2 to 3 % of the pairs at
    `jaccard` are lost, while a pair at 0.65 has 4 % to pass for one at 0.8 (of short pages of one template, bench/neardup.py, 0.84 of
    those dropped were at 0.8 then). Documents without a signature are nobody's duplicates.

    Many documents in a band are paired by at most `window` + 1 a document, not all with all, so that a million alike cost a million
    times that (see `link`). With all hung on one, as is common, half of the similar pairs among 38,404 tldr pages, made from
    templates, would have lost each other when their pairs with that one failed the check; a window of 8 keeps 99.4 % together.

    `keep` says who of a component stays: "first" (least address), "longest", or the column whose highest value stays. Every answer
    depends on the rows and their addresses alone. Raises RecipeError on sizes or a `keep` that cannot be.

    Source: banding, Leskovec et al., Mining of Massive Datasets, 3.4; 14 bands of 8, Penedo et al., FineWeb, 2024.

    >>> from tilth.memory import evaluate
    >>> said = "it is said that this text of some words was copied"
    >>> rows = pa.table({"text": [said, "another text", said.title() + "!"]})
    >>> evaluate([Signatures(), NearDuplicates(shingles=Shingles())], rows).audit.select(["row", "reason", "drop_of"]).to_pylist()
    [{'row': 2, 'reason': 'near duplicate', 'drop_of': 0}]
    """

    version: ClassVar[int] = 2
    bands: int = 14
    rows: int = 8
    jaccard: float = 0.8
    keep: str = "first"
    window: int = 8
    shingles: Shingles | None = None

    home_reads: ClassVar[tuple[str, ...]] = (COLUMN, "text")

    def __post_init__(self) -> None:
        survivor.check_keep(self.keep, repr(self))
        if self.bands < 1 or self.rows < 1 or self.window < 0 or not 0 <= self.jaccard <= 1:
            raise RecipeError(
                "Near duplicates need bands of rows, and a similarity.", where=repr(self),
                why="bands and rows are at least 1, the window at least 0, jaccard between 0 and 1", fix="dedup.near(jaccard=0.8)",
            )  # fmt: skip

    @property
    def values(self) -> int:
        """How many values a signature has."""
        return self.bands * self.rows

    def _agreeing(self, errors: int) -> int:
        """Return how many values agree in an estimate that lies so many standard errors above `jaccard`."""
        share = self.jaccard + errors * math.sqrt(self.jaccard * (1 - self.jaccard) / self.values)
        return math.ceil(share * self.values - 1e-9)

    @property
    def least(self) -> int:
        """How many values two signatures must agree on."""
        return self._agreeing(-3 if self.shingles else -2)

    @property
    def sure(self) -> int:
        """How many values two signatures must agree on for their n-grams not to be asked."""
        return self._agreeing(3) if self.shingles else self.least

    def probability(self, jaccard: float) -> float:
        """Return how likely a pair of this similarity is to be found and to pass the check."""
        return curve.probability(jaccard, self.bands, self.rows, self.least if jaccard >= self.jaccard else self.sure)

    @property
    def reads(self) -> tuple[str, ...]:
        return (COLUMN, *survivor.reads(self.keep))

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        signatures = batch[COLUMN]
        if signatures.type not in (pa.binary(4 * self.values), pa.binary(8 * self.values)):
            raise RecipeError(
                "The signatures do not fit the bands.", where=repr(self),
                why=f"column {COLUMN!r} is {signatures.type}, and {self.bands} bands of {self.rows} rows take {self.values} values",
                fix=f"put Signatures(values={self.values}) before this step",
            )  # fmt: skip
        some = np.asarray(signatures.is_valid())
        values = numbers(signatures.drop_null(), self.values)
        each = {
            "row": np.asarray(batch["row"])[some],
            "rank": survivor.rank(batch, self.keep)[some],
            "sketch": kernels.sketches(values),
        }
        keys = kernels.band_keys(values, self.bands)
        return pa.table({"key": keys.ravel()} | {name: np.repeat(column, self.bands) for name, column in each.items()})

    def phases(self) -> tuple[Phase, ...]:
        return self._pair, _attach, self._estimate, self._compare, contract

    def _pair(self, rows: pa.Table, home: Home) -> pa.Table:
        return link(rows, self.window)

    def _estimate(self, rows: pa.Table, home: Home) -> pa.Table:
        """At home of the worse end: send the edges whose signatures agree enough to the better end; n-grams with those in doubt.

        Where the better end is at home here as well, the n-grams are compared at once.
        """
        own = home.take(rows["key"].combine_chunks(), (COLUMN,))
        agree = kernels.agreements(numbers(rows[COLUMN], self.values), numbers(own[COLUMN], self.values))
        edges, agree = rows.select(NAMES).filter(pa.array(agree >= self.least)), agree[agree >= self.least]
        row, of = columns(edges, "row", "of")
        doubt = agree < self.sure
        here = np.flatnonzero(doubt & home.has(of))
        alike = np.ones(len(row), bool)
        alike[here] = self._alike_here(row[here], of[here], home)
        doubt[here] = False
        edges, row, of, doubt = edges.filter(pa.array(alike)), row[alike], of[alike], doubt[alike]
        grams = self._grams_to_send(row, of, doubt, home)
        return edges.set_column(0, "key", edges["of"]).append_column(_DOUBT, pa.array(doubt)).append_column(_GRAMS, grams)

    def _alike_here(self, row: np.ndarray, of: np.ndarray, home: Home) -> np.ndarray:
        """Return bool[n]: whether the n-grams of both ends, which are both at home here, are alike enough."""
        if self.shingles is None or not len(row):
            return np.ones(len(row), bool)
        once, place = np.unique(np.concatenate([row, of]), return_inverse=True)
        sets = self.shingles.of(home.take(pa.array(once), ("text",))["text"])
        return self.shingles.jaccard(sets, place[: len(row)], place[len(row) :]) >= self.jaccard

    def _grams_to_send(self, row: np.ndarray, of: np.ndarray, doubt: np.ndarray, home: Home) -> pa.Array:
        """Return the n-grams of `row` for one edge in doubt to each shard, where all that go there can read them; null for the others."""
        asked = np.flatnonzero(doubt)
        if self.shingles is None or not len(asked):
            return pa.nulls(len(row), pa.large_binary())
        _, first = np.unique(np.stack([row[asked], of[asked] >> np.uint64(32)]), axis=1, return_index=True)
        asked = asked[first]
        once, which = np.unique(row[asked], return_inverse=True)
        place, sent = np.zeros(len(row), np.int64), np.zeros(len(row), bool)
        place[asked], sent[asked] = which, True
        return self.shingles.of(home.take(pa.array(once), ("text",))["text"]).take(pa.array(place, mask=~sent))

    def _compare(self, rows: pa.Table, home: Home) -> pa.Table:
        """At home of the better end: keep the edges that are in no doubt, and those whose n-grams are alike enough."""
        row, of, doubt = columns(rows, "row", "of", _DOUBT)
        alike, asked = ~doubt, np.flatnonzero(doubt)
        if self.shingles is not None and len(asked):
            given = np.flatnonzero(rows[_GRAMS].is_valid())
            far, first = np.unique(row[given], return_index=True)
            near, place = np.unique(of[asked], return_inverse=True)
            own = self.shingles.of(home.take(pa.array(near), ("text",))["text"])
            sets = pa.concat_arrays([rows[_GRAMS].take(pa.array(given[first])).combine_chunks(), own])
            alike[asked] = self.shingles.jaccard(sets, np.searchsorted(far, row[asked]), len(far) + place) >= self.jaccard
        return to_both(rows.select(NAMES).filter(pa.array(alike)))

    def answers(self, rows: pa.Table) -> pa.Table:
        key, row = columns(rows, "key", "row")
        return distinct(rows.filter(pa.array(key == row))).select(["key", "of"])

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks()
        return mark(batch, of.is_valid(), "near duplicate", of)


def _attach(rows: pa.Table, home: Home) -> pa.Table:
    """At home of the better end: send its signature with every edge, once, to the worse end."""
    edges = distinct(rows)
    found = home.take(edges["key"].combine_chunks(), (COLUMN,))
    return edges.set_column(0, "key", edges["row"]).append_column(COLUMN, found[COLUMN].cast(pa.large_binary()))
