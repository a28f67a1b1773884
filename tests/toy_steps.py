"""Small steps that show what a user writes, and misbehave on purpose: for the tests of the runner."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from tilth import Exchange, Filter, Fold, Op, mark, put


@dataclass(frozen=True)
class Words(Op):
    """Measures the number of words."""

    reads = ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return put(batch, "words", pa.array([len(text.split()) for text in batch["text"].to_pylist()], pa.int64()))


@dataclass(frozen=True)
class Replace(Op):
    """Edits the text; a text that says so raises, crashes or hangs."""

    old: str
    new: str
    reads = ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"].to_pylist()
        for text in texts:
            misbehave(text)
        return put(batch, "text", pa.array([text.replace(self.old, self.new) for text in texts], pa.large_string()))


def misbehave(text: str) -> None:
    if "crash here" in text:
        os._exit(3)
    if "hang here" in text:
        time.sleep(3600)
    if "raise here" in text:
        raise ValueError("no good")


@dataclass(frozen=True)
class Running(Op):
    """Numbers the rows of a shard: a step that carries something from batch to batch."""

    reads = ()

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(iter(self.stream([batch])))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in batches:
            yield put(batch, "number", pa.array(range(start, start + len(batch)), pa.int64()))
            start += len(batch)


@dataclass(frozen=True)
class FirstOfText(Exchange):
    """Exact duplicates of the text, in plain Python."""

    limit = 1
    reads = ("text",)

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        keys = [key_of(text) for text in batch["text"].to_pylist()]
        return pa.table({"key": pa.array(keys, pa.uint64()), "at": batch["row"]})

    def phases(self):
        return self.group, self.home

    def group(self, rows: pa.Table, home) -> pa.Table:
        met: dict[int, list[int]] = {}
        for key, at in zip(rows["key"].to_pylist(), rows["at"].to_pylist(), strict=True):
            met.setdefault(key, []).append(at)
        pairs = sorted((at, min(cluster)) for cluster in met.values() for at in cluster if at != min(cluster))
        columns = list(zip(*pairs, strict=True)) or [(), ()]
        return pa.table({"key": pa.array(columns[0], pa.uint64()), "of": pa.array(columns[1], pa.uint64())})

    def home(self, rows: pa.Table, home) -> pa.Table:
        return rows

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks() if isinstance(answers["of"], pa.ChunkedArray) else answers["of"]
        return mark(batch, of.is_valid(), "same text", of)


def key_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") | (1 << 63)


@dataclass(frozen=True)
class HasCommonest(Fold):
    """Learns the commonest word of the corpus, and finishes into a rule and a step that looks for it."""

    reads = ("text",)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        counts = Counter(word for text in batch["text"].to_pylist() for word in text.split())
        return _sorted(list(counts), list(counts.values()))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        summed = pa.concat_tables([a, b]).group_by("word").aggregate([("count", "sum")])
        return _sorted(summed["word"].to_pylist(), summed["count_sum"].to_pylist())

    def finish(self, state: pa.Table) -> list[Op]:
        _, word = max(zip(state["count"].to_pylist(), state["word"].to_pylist(), strict=True))
        return [Filter("words >= 2", reason="one word"), Has(word)]


def _sorted(words: list[str], counts: list[int]) -> pa.Table:
    return pa.table({"word": pa.array(words, pa.large_string()), "count": pa.array(counts, pa.int64())}).sort_by("word")


@dataclass(frozen=True)
class Has(Op):
    """Whether a word is in the text."""

    word: str
    reads = ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return put(batch, "has", pa.array([self.word in text.split() for text in batch["text"].to_pylist()], pa.bool_()))


RECIPE = [Replace("line", "row"), Words(), Filter("words >= 1", reason="empty"), FirstOfText(), HasCommonest(), Running()]
