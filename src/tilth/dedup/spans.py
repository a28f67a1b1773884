"""Lines, paragraphs and sentences that stand in the corpus more than once, cut out of all documents but one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup import survivor
from tilth.dedup.cut import SPAN, SPANS, CutSpans
from tilth.dedup.edges import columns, repeated, run_starts
from tilth.dedup.normalise import Normalise
from tilth.dedup.passages import Passages
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.passages import characters
from tilth.op import Exchange, Home, Op, Phase, put
from tilth.rules import Filter

LINES = Passages()
_CUTS = pa.list_(pa.struct([("place", pa.int64()), ("of", pa.uint64())]))


def spans(
    unit: str = "line", *, window: int = 1, normalise: Normalise | None = None, least: int = 1, language: str = "en", keep: str = "first",
    keep_one: bool = True, copies: int = 2, documents: int = 1, within: bool = False, max_share: float | None = None,
) -> list[Any]:
    """Return the steps that cut repeated lines, paragraphs or sentences out of texts; see `Passages`, `RepeatedSpans`, `RepeatedWithin`.

    Of a text that is one copy after the other nothing stays, and it is dropped; so is one that would lose more than `max_share` of its
    characters. `within` looks for copies in the same text only.

    >>> spans("sentence", window=3, max_share=0.5)[1]
    Filter(rule='repeated_sentence_share <= 0.5', reason='mostly repeated sentences')
    """
    passages = Passages(unit, window, normalise, least, language)
    first = RepeatedWithin(passages) if within else RepeatedSpans(passages, keep, keep_one, copies, documents)
    rules = [] if max_share is None else [Filter(f"repeated_{unit}_share <= {max_share}", f"mostly repeated {unit}s")]
    return [first, *rules, CutSpans(least=1)]


@dataclass(frozen=True)
class RepeatedSpans(Exchange):
    """Add the passages of each text that stand in the corpus before: `repeated_spans`, `repeated_lines` (or paragraphs, sentences), their
    number (int64), and `repeated_line_share` (float64), the part of the text's characters in them.

    A passage is repeated if it has at least `copies` copies in at least `documents` documents. The copy in the document that `keep` names
    stays ("first" of address, "longest", or the one with the highest value in a column), the first of them there; with `keep_one=False`
    none does. Every answer depends on rows and addresses alone. `repeated_spans` is what `CutSpans` cuts.

    Two passages are the same where two XXH64 of different seeds are (see `Exact`). Of each document each different window travels once, in
    40 bytes before compression; those that nobody else sends fall away where they meet. Raises RecipeError on numbers that cannot be.

    Source: Raffel et al. 2020 (C4, JMLR 21), section 2.2, for three-sentence spans; for lines, CCNet (Wenzek et al. 2020), section 3.2.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": ["Home\\nA text.", "Home\\nAnother.\\nIt ends."]})
    >>> evaluate([RepeatedSpans(), CutSpans(least=1)], rows).table["text"].to_pylist()
    ['Home\\nA text.', 'Another.\\nIt ends.']
    """

    passages: Passages = LINES
    keep: str = "first"
    keep_one: bool = True
    copies: int = 2
    documents: int = 1

    version: ClassVar[int] = 2
    limit: ClassVar[int] = 1
    settle_reads: ClassVar[tuple[str, ...]] = ("text",)

    def __post_init__(self) -> None:
        survivor.check_keep(self.keep, repr(self))
        if self.copies < 2 or self.documents < 1:
            raise RecipeError(
                "What repeats has at least two copies.", where=repr(self), why="copies is at least 2, documents at least 1",
                fix="RepeatedSpans(copies=2, documents=1)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("text", *survivor.reads(self.keep))))

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        found = self.passages.windows(batch["text"])
        copies = np.bincount(found.same, minlength=len(found.same))
        mine = np.flatnonzero(copies)
        return pa.table({
            "key": found.key[mine], "check": found.check[mine], "row": np.asarray(batch["row"])[found.rows[mine]],
            "rank": survivor.rank(batch, self.keep)[found.rows[mine]], "place": found.places[mine], "copies": copies[mine],
        })  # fmt: skip

    def phases(self) -> tuple[Phase, ...]:
        return (self._group,)

    def _group(self, rows: pa.Table, home: Home) -> pa.Table:
        """Return (key, place, of): each window that is to go, at home of its document, and the row that stands for it."""
        shared = rows["copies"].to_numpy() > 1
        shared[repeated(rows["key"].to_numpy())] = True
        rows = rows.filter(pa.array(shared)).sort_by([(name, "ascending") for name in ("key", "check", "rank", "row")])
        key, check, row, copies = columns(rows, "key", "check", "row", "copies")
        best = run_starts(key, check)
        many, documents = np.bincount(best, weights=copies, minlength=len(best)), np.bincount(best, minlength=len(best))
        enough = (many >= self.copies) & (documents >= self.documents)
        stays = (best == np.arange(len(best))) & (copies == 1) & self.keep_one
        goes = pa.array(enough[best] & ~stays)
        return pa.table({"key": rows["row"], "place": rows["place"], "of": row[best]}).filter(goes)

    def answers(self, rows: pa.Table) -> pa.Table:
        """Return one row a document: the windows that go, by where they begin."""
        rows = rows.sort_by([("key", "ascending"), ("place", "ascending")])
        keys = np.unique(rows["key"].to_numpy())
        return pa.table({"key": keys, "cuts": listed(keys, *columns(rows, "key", "place", "of"))})

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        asked, row, place, of = told(answers["cuts"])
        texts = batch["text"].take(pa.array(asked))
        found = self.passages.windows(texts)
        hit = _find(found.rows, found.places, row, place)
        all_go = (of != np.asarray(batch["row"])[asked][row]) | (not self.keep_one)
        gone = self.passages.going(found, hit, of, all_go)
        return with_spans(batch, asked, self.passages.unit, *self.passages.cut(texts, found.parts, *gone))


@dataclass(frozen=True)
class RepeatedWithin(Op):
    """Add the passages of each text that stand in the same text before, as `RepeatedSpans` adds those of the corpus.

    Source: DCLM (Li et al. 2024), `within_page_dedup`.

    >>> batch = pa.record_batch({"row": pa.array([4], pa.uint64()), "text": pa.array(["Menu\\nText\\n menu\\nMenu"], pa.large_string())})
    >>> RepeatedWithin().apply(batch)["repeated_spans"].to_pylist()
    [[{'start': 15, 'end': 20, 'of': 4}]]
    """

    passages: Passages = LINES

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found = self.passages.windows(batch["text"])
        hit = np.unique(found.same[found.same != np.arange(len(found.same))])
        of = np.asarray(batch["row"])[found.rows[hit]]
        gone = self.passages.going(found, hit, of, np.zeros(len(hit), bool))
        return with_spans(batch, np.arange(len(batch)), self.passages.unit, *self.passages.cut(batch["text"], found.parts, *gone))


def _find(rows: np.ndarray, places: np.ndarray, row: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return where each (row, place) stands among (rows, places), which are sorted and have them all."""
    size = max(places.max(initial=0), place.max(initial=0)) + 1
    return np.searchsorted(rows * size + places, row * size + place)


def listed(keys: np.ndarray, row: np.ndarray, place: np.ndarray, of: np.ndarray) -> pa.ListArray:
    """Return for each key (sorted) what goes of it: `place` and `of` of its rows, which are sorted too."""
    offsets = pa.array(np.searchsorted(row, np.append(keys, np.uint64(2**64 - 1))), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([pa.array(place), pa.array(of)], fields=list(_CUTS.value_type)))


def told(cuts: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows of a batch that something goes of, and row among those, `place` and `of` of all that goes."""
    cuts = cuts.combine_chunks()
    asked = np.flatnonzero(np.asarray(pc.fill_null(pc.list_value_length(cuts), 0)))
    some = cuts.take(pa.array(asked))
    place, of = (np.asarray(some.flatten().field(name)) for name in ("place", "of"))
    return asked, np.asarray(pc.list_parent_indices(some)), place, of


def with_spans(
    batch: pa.RecordBatch, asked: np.ndarray, unit: str, spans: np.ndarray, of: np.ndarray, gone: np.ndarray
) -> pa.RecordBatch:
    """Return `batch` with the columns of these spans of its rows `asked`, whose texts alone their bytes count in."""
    texts = batch["text"].take(pa.array(asked))
    offsets, data = utf8(texts)
    row, start, end = spans.T
    values = pa.StructArray.from_arrays([pa.array(start - offsets[row]), pa.array(end - offsets[row]), pa.array(of)], fields=list(SPAN))
    many = np.zeros(len(batch), np.int64)
    many[asked] = np.bincount(row, minlength=len(asked))
    found = pa.LargeListArray.from_arrays(pa.array(np.append(0, np.cumsum(many))), values, mask=pa.array(many == 0))
    cut, share = np.zeros(len(batch), np.int64), np.zeros(len(batch))
    cut[asked] = gone
    inside = np.bincount(row, weights=characters(start, end, data), minlength=len(asked))
    share[asked] = inside / np.maximum(1, np.asarray(pc.fill_null(pc.utf8_length(texts), 0)))
    counted = put(put(batch, SPANS, found), f"repeated_{unit}s", pa.array(cut))
    return put(counted, f"repeated_{unit}_share", pa.array(share))
