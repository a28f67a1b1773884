"""Exact substrings: spans of many words that stand in the corpus more than once, whatever surrounds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup import tokens
from tilth.dedup.cut import SPAN, SPANS, CutSpans
from tilth.dedup.edges import columns, run_starts
from tilth.errors import RecipeError
from tilth.kernels import anchors as sampled
from tilth.kernels import substrings as kernels
from tilth.kernels.arrow import Bytes, Offsets, utf8
from tilth.kernels.units import NAMES, kinds
from tilth.op import Exchange, Home, Phase, put

SHARE = "repeated_share"
_ANCHOR = ("key", "context", "check", "row", "first", "last")


def substrings(
    length: int = 50, unit: str = "word", keep: str = "first", boundary: str = "character", least: int = 50, encode: Any = None
) -> list[Any]:
    """Return the steps that cut every span of `length` units that stands in the corpus before; see `RepeatedSubstrings`, `CutSpans`.

    `length=100, unit="byte", keep="none"` cuts what the tool of Lee et al. cuts from the same bytes, less halves of characters.

    >>> repeats, cut = substrings(100, "byte", keep="none")
    >>> repeats.length, repeats.unit, cut.least
    (100, 'byte', 50)
    """
    return [RepeatedSubstrings(length, unit, keep, encode), CutSpans(boundary, least=least)]


@dataclass(frozen=True)
class RepeatedSubstrings(Exchange):
    """Add the spans of each text that are of at least `length` units and stand in the corpus before: `repeated_spans`, `repeated_share`.

    A unit is in a span if it lies in a window of `length` units that also begins earlier: in a row of smaller address, or in the same
    text before. `keep="none"`: that also begins elsewhere. Windows lie within one text. So of each window that repeats the first stays,
    unless it lies across repeats of other windows, and a text that is one phrase over and over keeps the phrase once.

    `unit`: "word", a run of letters and digits, a punctuation mark or symbol, or a letter of a script written without spaces, spaces and
    line ends between not counting; "character", a code point; "byte"; "token", of the byte-level tokenizer of `encode`, a
    `tokenize.Encode` (the paper has 50 tokens of GPT-2's, which 50 words come close to, and its tool is documented with 100 bytes).

    `repeated_spans` (list of {start, end: bytes of the text, int64, end excluded, whole code points; of: the row that has the span's
    beginning too}) is null where there is none; `repeated_share` (float64) is the part of the text's bytes in them. Every answer depends
    on rows and addresses alone. Bytes and characters are compared themselves; words, and texts around which much more is equal, by
    hashes of 61 and 122 bits. Raises RecipeError on a unit, length or `keep` that cannot be.

    Method: what Lee et al. cut (Deduplicating Training Data Makes Language Models Better, ACL 2022, "ExactSubstr"), found not by a suffix
    array but where equal content makes both copies send the same anchors (winnowing, Schleimer et al., SIGMOD 2003).

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": ["so it was said and so it is", "and here it was said and so on"]})
    >>> evaluate([RepeatedSubstrings(length=5)], rows).table["repeated_spans"].to_pylist()
    [None, [{'start': 9, 'end': 28, 'of': 0}]]
    """

    length: int = 50
    unit: str = "word"
    keep: str = "first"
    encode: Any = None

    limit: ClassVar[int] = 1
    home_reads: ClassVar[tuple[str, ...]] = ("text",)

    def __post_init__(self) -> None:
        if self.unit not in NAMES or self.length < 2 or self.keep not in ("first", "none"):
            raise RecipeError(
                "Substrings need a length in units, and what to keep.", where=repr(self),
                why=f"a length is at least 2, a unit one of {', '.join(NAMES)}, keep is 'first' or 'none'",
                fix='dedup.substrings(length=50, unit="word", keep="first")',
            )  # fmt: skip
        if (self.unit == "token") != (self.encode is not None):
            raise RecipeError(
                "Tokens need their tokenizer, and nothing else does.", where=repr(self), why=f"unit={self.unit!r}, encode={self.encode!r}",
                fix='dedup.substrings(50, "token", encode=tokenize.Encode.from_file("tokenizer.json"))',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    @property
    def size(self) -> int:
        """How many units the window of an anchor has: with half of the length, anchors are few and seldom alike by chance."""
        return (self.length + 1) // 2

    def _read(self, texts: pa.Array) -> tuple[Offsets, Bytes]:
        """Return the texts as the units that kernels split them into are written: bytes of text, or of ids of tokens."""
        return tokens.encoded(self.encode, texts) if self.unit == "token" else utf8(texts)

    @property
    def _how(self) -> tuple[int, Any]:
        return NAMES.index(self.unit), kinds()

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the anchors of the texts, by the hash of their windows."""
        found = sampled.anchors(*self._read(batch["text"]), *self._how, self.length, self.size)
        key, context, check, document, first, last = found.T.copy()
        row = np.asarray(batch["row"])[document.astype(np.int64)]
        return pa.table(dict(zip(_ANCHOR, (key, context, check, row, first.astype(np.int64), last.astype(np.int64)), strict=True)))

    def phases(self) -> tuple[Phase, ...]:
        return self._meet, self._attach, self._compare, self._finish

    def _meet(self, rows: pa.Table, home: Home) -> pa.Table:
        """Return the spans around anchors whose context came before; where an anchor has several contexts, ask for the first of each."""
        shared = rows.filter(pa.array(sampled.may_repeat(rows["key"].to_numpy())))
        key, context, check, row, first, last = columns(shared, *_ANCHOR)
        order = np.lexsort((first, row, check, context, key))
        key, context, check, row, first, last = (values[order] for values in (key, context, check, row, first, last))
        head = run_starts(key, context, check)
        is_head = head == np.arange(len(head))
        of, known = row[head], ~is_head
        if self.keep == "none":
            followed = is_head & np.append(~is_head, False)[1:]
            of, known = np.where(followed, np.append(row, row[:1])[1:], of), known | followed
        spans = _spans(row[known], first[known] - self.length + self.size, last[known] + self.length, of[known])
        group = run_starts(key[is_head])
        several = np.bincount(group, minlength=len(group))[group] > 1
        return pa.concat_tables([spans, _questions(row[is_head][several], first[is_head][several], key[is_head][several])])

    def _attach(self, rows: pa.Table, home: Home) -> pa.Table:
        """At home of each anchor asked for: send its context to where those of its key meet. Spans stay."""
        asks = rows["anchor"].to_numpy() != 0
        spans, questions = rows.filter(pa.array(~asks)), rows.filter(pa.array(asks)).sort_by([("key", "ascending"), ("start", "ascending")])
        found = [spans.append_column("context", pa.nulls(len(spans), pa.large_binary()))]
        for part, texts in _texts(questions, home):
            row, place, anchor = columns(part, "key", "start", "anchor")
            ends, data, left = kernels.contexts(*self._read(texts), *self._how, _numbered(row), place, self.length, self.size)
            context = pa.Array.from_buffers(pa.large_binary(), len(left), [None, pa.py_buffer(ends), pa.py_buffer(data)])
            sent = _spans(anchor, place, left, row)
            found.append(sent.set_column(4, "anchor", pa.array(anchor)).append_column("context", context))
        return pa.concat_tables(found)

    def _compare(self, rows: pa.Table, home: Home) -> pa.Table:
        """Return the spans that the contexts of one anchor share. Spans stay."""
        key, row, place, left, anchor = columns(rows, "key", "of", "start", "end", "anchor")
        met = np.flatnonzero(anchor)
        met = met[np.lexsort((place[met], row[met], key[met]))]
        groups = np.append(np.flatnonzero(run_starts(key[met]) == np.arange(len(met))), len(met))
        data = utf8(rows["context"])
        found = kernels.compare(groups, met, *data, left, *self._how, self.length, self.size, self.keep == "none")
        at, first, last, other = found.T
        spans = rows.filter(pa.array(anchor == 0)).drop_columns(["context"])
        return pa.concat_tables([spans, _spans(row[at], place[at] + first, place[at] + last, row[other])])

    def _finish(self, rows: pa.Table, home: Home) -> pa.Table:
        """At home: unite the spans of each row, and say them in bytes of its text."""
        row, start, end, of = columns(rows, "key", "start", "end", "of")
        order = np.lexsort((of, end, start, row))
        spans = [values[order] for values in (row, start, end, of)]
        kept = kernels.merge(*spans)
        found = [_NO_ANSWERS]
        for part, texts in _texts(_spans(*(values[:kept] for values in spans)), home):
            row, start, end, of = (values.copy() for values in columns(part, "key", "start", "end", "of"))
            document, read = _numbered(row), self._read(texts)
            kernels.in_bytes(*read, *self._how, document, start, end)
            if self.unit == "token":
                start, end = (tokens.in_text(self.encode, texts, read, document, places) for places in (start, end))
            kernels.trim(*utf8(texts), document, start, end)
            found.append(_answers(row, start, end, of, np.diff(utf8(texts)[0])))
        return pa.concat_tables(found)

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        spans, share = (answers[name].combine_chunks() for name in (SPANS, SHARE))
        return put(put(batch, SPANS, spans), SHARE, pc.fill_null(share, 0.0))


def _spans(row: np.ndarray, start: np.ndarray, end: np.ndarray, of: np.ndarray) -> pa.Table:
    """Return spans in units, for the homes of their texts."""
    return pa.table({"key": row, "start": start, "end": end, "of": of, "anchor": np.zeros(len(row), np.uint64)})


def _questions(row: np.ndarray, place: np.ndarray, anchor: np.ndarray) -> pa.Table:
    """Return questions for the context of anchors, for the homes of their texts."""
    return pa.table({"key": row, "start": place, "end": place, "of": row, "anchor": anchor})


def _numbered(row: np.ndarray) -> np.ndarray:
    """Return for sorted values how many others are smaller, int64[n]."""
    return np.cumsum(np.append(np.zeros(min(1, len(row)), np.int64), row[1:] != row[:-1]))


def _texts(rows: pa.Table, home: Home) -> Iterator[tuple[pa.Table, pa.Array]]:
    """Yield the rows (sorted by key) of one shard, and the texts of their keys, each once: a shard of text is in memory at a time."""
    shards = rows["key"].to_numpy() >> np.uint64(32)
    for shard in np.unique(shards):
        begin, end = np.searchsorted(shards, shard), np.searchsorted(shards, shard, side="right")
        part = rows.slice(begin, end - begin)
        yield part, home.take(pc.unique(part["key"]), ("text",))["text"].combine_chunks()


def _answers(row: np.ndarray, start: np.ndarray, end: np.ndarray, of: np.ndarray, sizes: np.ndarray) -> pa.Table:
    """Return one row a text: its spans (sorted by row), and their part of its bytes; `sizes` are the bytes of the texts."""
    first = np.flatnonzero(run_starts(row) == np.arange(len(row)))
    some = end > start
    inside = np.append(0, np.cumsum(some))
    spans = pa.StructArray.from_arrays([pa.array(values[some]) for values in (start, end, of)], fields=list(SPAN))
    offsets = inside[np.append(first, len(row))]
    covered = np.add.reduceat(end - start, first) if len(row) else np.zeros(0)
    keys = row[first]
    answers = {"key": keys, SPANS: pa.LargeListArray.from_arrays(pa.array(offsets), spans), SHARE: covered / sizes}
    return pa.table(answers).filter(pa.array(np.diff(offsets) > 0))


_NO_ANSWERS = _answers(*(np.zeros(0, kind) for kind in (np.uint64, np.int64, np.int64, np.uint64, np.int64)))
