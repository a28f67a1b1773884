"""Documents and paragraphs most of whose n-grams stand in the corpus before: what Bloom filters of n-grams are used for, without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup.cut import CutSpans
from tilth.dedup.datatrove import simplified
from tilth.dedup.edges import columns, repeated, run_starts
from tilth.dedup.passages import Passages
from tilth.dedup.spans import listed, told, with_spans
from tilth.errors import RecipeError
from tilth.filters.signals import check_variant
from tilth.kernels.hash import TOP_BIT
from tilth.kernels.ngram_counts import ngram_counts
from tilth.kernels.spacy_rules import language
from tilth.kernels.word_spans import spacy_spans
from tilth.op import Exchange, Home, Phase, mark, put
from tilth.segment import split_words

NOBODY = np.uint64(2**64 - 1)
_LINES = Passages(variant="c4")
_COLUMNS = ("key", "gram", "row", "place", "times", "size", "all", "keeps", "of")


def bff(ngram: int = 13, threshold: float = 0.8, shortest: int = 0) -> list[Any]:
    """Return the steps that drop texts, and cut lines, most of whose n-grams stand before, as DCLM's BFF does with `old-both`.

    A line goes if more than `threshold` of its n-grams stand in lines that are kept before it; then a text goes of whose n-grams in all
    more do. Lines of fewer than `shortest` words (0: `ngram`) stay, and never make another go. BFF asks a Bloom filter, which takes one
    n-gram in a hundred for an old one as DCLM ran it, and splits the corpus into shards that know nothing of each other; this asks
    nobody, in the order of addresses. BFF's own default is 20 words.

    Source: Li et al. 2024 (DCLM, arXiv 2406.11794), appendix; its dedup/bff (MIT), `process_line_oldboth`.

    >>> bff()[0].threshold
    0.8
    """
    return [NgramOverlap("line", ngram, threshold, shortest), CutSpans(least=1)]


def datatrove_bloom(ngram: int = 13, threshold: float = 0.8) -> list[NgramOverlap]:
    """Return the step that drops texts more than `threshold` of whose n-grams stand in a text before, kept or not, as datatrove's
    `SingleBloomFilter` does, but with all n-grams told apart.

    Source: datatrove 0.10.1 (Apache-2.0), pipeline/dedup/bloom_filter.py.

    >>> datatrove_bloom()[0].kept_only
    False
    """
    return [NgramOverlap("document", ngram, threshold, variant="datatrove", kept_only=False)]


@dataclass(frozen=True)
class NgramOverlap(Exchange):
    """Drop texts more than `threshold` of whose n-grams of words stand in the corpus before, and with `unit="line"` add the lines of which
    that is true, as `RepeatedSpans` adds what repeats. `ngram_overlap` (float64) is the part of a text's n-grams, 0 where it has none.

    An n-gram of a line (or document) counts as seen if it stands in another before it that is kept; with `kept_only=False` in any. One is
    kept if at most `threshold` of its n-grams are seen. Who is kept hangs on who was kept before, so this goes round until nothing
    changes: twice for each step of the longest such chain. `shortest` words at least (0: `ngram`) make a line count, fewer than `ngram` as
    one n-gram. `documents=False` drops no text. Words are those of UAX #29 ("unicode"), or datatrove's, simplified ("datatrove").

    Each n-gram of a passage travels once, in 48 bytes before compression: several times the text. N-grams are the same where their 63-bit
    hashes are. Raises RecipeError on numbers that cannot be.

    Source: n-gram Bloom filters, Groeneveld, The Big Friendly Filter, 2023.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": ["one two three four", "zero one two three four"]})
    >>> evaluate([NgramOverlap("document", 2, 0.7)], rows).audit.select(["row", "reason", "drop_of"]).to_pylist()
    [{'row': 1, 'reason': 'duplicate n-grams', 'drop_of': 0}]
    """

    unit: str = "line"
    ngram: int = 13
    threshold: float = 0.8
    shortest: int = 0
    variant: str = "unicode"
    kept_only: bool = True
    documents: bool = True

    limit: ClassVar[int] = 1000
    settle_reads: ClassVar[tuple[str, ...]] = ("text",)

    def __post_init__(self) -> None:
        check_variant(self, self.variant, ("unicode", "datatrove"))
        if self.unit not in ("line", "document") or (self.unit, self.variant) == ("line", "datatrove"):
            raise RecipeError(
                "N-grams are counted in lines or documents.", where=repr(self), why="datatrove's words are those of whole documents",
                fix='NgramOverlap("line"), or NgramOverlap("document", variant="datatrove")',
            )  # fmt: skip
        if self.ngram < 1 or not 0 <= self.shortest <= self.ngram or not 0 <= self.threshold <= 1:
            raise RecipeError(
                "These n-grams cannot be counted.", where=repr(self),
                why="ngram is at least 1, shortest at most that, threshold between 0 and 1", fix="NgramOverlap(ngram=13, threshold=0.8)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        gram, passage, times, sizes, first = self._ngrams(batch["text"])
        row = np.searchsorted(first, passage, side="right") - 1
        whole = np.append(0, np.cumsum(sizes))
        found = {
            "key": gram, "row": np.asarray(batch["row"])[row], "place": passage - first[row], "times": times, "size": sizes[passage],
            "all": (whole[first[1:]] - whole[first[:-1]])[row],
        }
        return pa.table(found)

    def _ngrams(self, texts: pa.Array) -> tuple[np.ndarray, ...]:
        """Return what `kernels.ngram_counts` does, and the first passage of each row."""
        if self.variant == "datatrove":
            offsets, data = simplified(texts)
            starts, stops, ends = spacy_spans(offsets, data, language())
        else:
            data, starts, stops, ends = split_words(texts, "en", "unicode")
        first = np.arange(len(texts) + 1)
        if self.unit == "line":
            first, _, cuts, _ = _LINES.parts(texts)
            ends = np.searchsorted(starts, cuts)
        return *ngram_counts(starts, stops, ends, data, self.ngram, self.shortest or self.ngram), first

    def phases(self) -> tuple[Phase, ...]:
        return _meet, self._round

    def _round(self, rows: pa.Table, home: Home) -> pa.Table:
        """Tell those that are kept to where n-grams meet, and those that are seen to where documents are at home, as it stands now."""
        at_gram = pa.array(rows["key"].to_numpy() >= TOP_BIT)
        return pa.concat_tables([_seen(rows.filter(at_gram)), self._kept(rows.filter(pc.invert(at_gram)))])

    def _kept(self, rows: pa.Table) -> pa.Table:
        """At home of the documents: say of each passage whether it is kept."""
        rows = _sorted(rows, "row", "place", "gram")
        row, place, times, size, of = columns(rows, "row", "place", "times", "size", "of")
        keeps = ~_over(row, place, times, size, of, self.threshold) if self.kept_only else np.ones(len(rows), bool)
        return _set(rows, key=rows["gram"], keeps=keeps.astype(np.uint8), of=np.full(len(rows), NOBODY))

    def answers(self, rows: pa.Table) -> pa.Table:
        """Return one row a document: how many of its n-grams are seen, of how many, first by whom, and the passages that go."""
        rows = _sorted(rows.filter(pa.array(rows["key"].to_numpy() < TOP_BIT)), "row", "place", "gram")
        row, place, times, size, of, whole = columns(rows, "row", "place", "times", "size", "of", "all")
        keys, begins, document = np.unique(row, return_index=True, return_inverse=True)
        seen = np.bincount(document, weights=np.where(of != NOBODY, times, 0), minlength=len(keys))
        begin = run_starts(row, place)
        head = np.flatnonzero(begin == np.arange(len(row)))
        over = _over(row, place, times, size, of, self.threshold)[head]
        stands, goes = _named(np.searchsorted(head, begin), of, times)[over], head[over]
        cuts = listed(keys, row[goes], place[goes], stands)
        return pa.table({"key": keys, "overlap": seen / whole[begins], "of": _named(document, of, times), "cuts": cuts})

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        overlap = answers["overlap"].combine_chunks().fill_null(0.0)
        batch = put(batch, "ngram_overlap", overlap)
        if self.unit == "line":
            asked, row, place, of = told(answers["cuts"])
            texts = batch["text"].take(pa.array(asked))
            parts = _LINES.parts(texts)
            gone, stands = np.zeros(len(parts[3]), np.uint8), np.zeros(len(parts[3]), np.uint64)
            gone[parts[0][row] + place], stands[parts[0][row] + place] = 1, of
            batch = with_spans(batch, asked, "line", *_LINES.cut(texts, parts, gone, stands))
        over = pc.and_(pc.greater(overlap, self.threshold), self.documents)
        return mark(batch, over, "duplicate n-grams", answers["of"].combine_chunks())


def _meet(rows: pa.Table, home: Home) -> pa.Table:
    """Where n-grams meet: forget those that stand in one passage only, and send the others here and home, each as if all were kept."""
    rows = rows.take(pa.array(repeated(rows["key"].to_numpy())))
    kept = {"gram": rows["key"], "keeps": np.ones(len(rows), np.uint8), "of": np.full(len(rows), NOBODY)}
    rows = pa.table({name: rows[name] for name in rows.schema.names} | kept).select(_COLUMNS)
    return pa.concat_tables([_seen(rows), _sorted(rows, "row", "place", "gram")])


def _seen(rows: pa.Table) -> pa.Table:
    """Where n-grams meet: say of each passage's n-gram which row has it in a kept passage before, if any."""
    rows = _sorted(rows, "gram", "row", "place")
    gram, row, keeps = columns(rows, "gram", "row", "keeps")
    at = np.arange(len(gram))
    begin = run_starts(gram)
    heads = np.flatnonzero(begin == at)
    first = np.minimum.reduceat(np.where(keeps > 0, at, len(gram)), heads)[np.cumsum(begin == at) - 1] if len(heads) else at
    of = np.where(first < at, row[np.minimum(first, at)], NOBODY)
    return _set(rows, key=rows["row"], keeps=np.ones(len(gram), np.uint8), of=of)


def _over(row: np.ndarray, place: np.ndarray, times: np.ndarray, size: np.ndarray, of: np.ndarray, threshold: float) -> np.ndarray:
    """Return of each row whether more than `threshold` of the n-grams of its passage are seen; sorted by row and place."""
    begin = run_starts(row, place)
    seen = np.bincount(begin, weights=np.where(of != NOBODY, times, 0), minlength=len(begin))
    return (seen / np.maximum(size, 1))[begin] > threshold if len(begin) else np.zeros(0, bool)


def _named(group: np.ndarray, of: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return for each of the groups 0, 1, ... who has most of its n-grams, of those of least address; NOBODY where none is seen."""
    order = np.lexsort((of, group))
    group, of, times = group[order], of[order], times[order]
    begin = run_starts(group, of)
    head = np.flatnonzero(begin == np.arange(len(begin)))
    many = np.bincount(begin, weights=times, minlength=len(begin))[head] * (of[head] != NOBODY)
    best = head[np.lexsort((of[head], -many, group[head]))]
    return of[best][run_starts(group[best]) == np.arange(len(best))]


def _sorted(rows: pa.Table, *names: str) -> pa.Table:
    return rows.take(pa.array(np.lexsort(columns(rows, *reversed(names)))))


def _set(rows: pa.Table, **values: Any) -> pa.Table:
    """Return `rows` with these columns in place of theirs."""
    found = {name: rows[name] for name in _COLUMNS} | values
    return pa.table({name: found[name] for name in _COLUMNS})
