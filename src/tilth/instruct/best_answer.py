"""Of several answers to one prompt the best stays, and the worst stands beside it as the one that was rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup.edges import columns, repeated, run_starts
from tilth.errors import CorpusError, RecipeError
from tilth.instruct.messages import Turn, conversations
from tilth.instruct.pairs import valid_pairs
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import TOP_BIT, xxh64_each
from tilth.op import Exchange, Home, Phase, mark, put

_SEED, _CHECK_SEED = np.uint64(0), np.uint64(0x9FB21C651E98DF25)
_ANSWERS = pa.schema([("key", pa.uint64()), ("of", pa.uint64()), ("answer", pa.large_string()), ("margin", pa.float64())])


def pairs_from_scores(score: str, *, margin: float = 0.0) -> list[Any]:
    """Return the steps that make preference pairs of scored answers: the best answer of a prompt with the worst; see `BestAnswer`, `Pairs`.

    >>> [type(step).__name__ for step in pairs_from_scores("score")][:2]
    ['BestAnswer', 'Pairs']
    """
    return [BestAnswer(score, margin), *valid_pairs()]


@dataclass(frozen=True)
class BestAnswer(Exchange):
    """Of the conversations that are the same up to their last answer, keep the one with the highest `score` and drop the others.

    The one that stays gets `rejected_answer` (large_string), the answer of the lowest score among those that say something else and are
    worse by more than `margin`, and `score_margin` (float64), by how much; both are null where there is none. Equal scores go by
    address. Conversations without a score or an answer at their end take no part and stay. Prompts are equal where two XXH64 of
    different seeds are. `messages` are those that `Messages` makes.

    Raises RecipeError on a margin below 0, CorpusError where `score` is no number. Source: Cui et al. 2023 (UltraFeedback); best
    against worst as in Tunstall et al. 2023 (Zephyr, arXiv 2310.16944), which takes one of the others at random.

    >>> from tilth.memory import evaluate
    >>> said = [[{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": a}] for a in ("5", "4")]
    >>> done = evaluate([BestAnswer("score")], pa.table({"text": ["", ""], "messages": said, "score": [0.1, 0.9]}))
    >>> done.table["rejected_answer"].to_pylist(), done.audit["drop_of"].to_pylist()
    (['5'], [1])
    """

    score: str
    margin: float = 0.0

    limit: ClassVar[int] = 1
    home_reads: ClassVar[tuple[str, ...]] = ("messages",)

    def __post_init__(self) -> None:
        if not self.score or self.margin < 0:
            raise RecipeError("The best answer needs a score, and a margin of 0 or more.", where=repr(self), fix='BestAnswer("score")')

    @property
    def reads(self) -> tuple[str, ...]:
        return ("messages", self.score)

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        turns = conversations(batch, "messages", repr(self)).to_pylist()
        scores = self._scores(batch)
        some = np.array([bool(each) and each[-1]["role"] == "assistant" and len(each) > 1 for each in turns], bool) & ~np.isnan(scores)
        kept = [turns[i] for i in np.flatnonzero(some)]
        prompt = utf8(pa.array([_bytes(each[:-1]) for each in kept], pa.large_binary()))
        answer = utf8(pa.array([_bytes(each[-1:]) for each in kept], pa.large_binary()))
        return pa.table({
            "key": xxh64_each(*prompt, _SEED) | TOP_BIT, "check": xxh64_each(*prompt, _CHECK_SEED), "said": xxh64_each(*answer, _SEED),
            "row": np.asarray(batch["row"])[some], "score": scores[some],
        })  # fmt: skip

    def _scores(self, batch: pa.RecordBatch) -> np.ndarray:
        if self.score not in batch.schema.names:
            raise CorpusError.no_column(self.score, batch.schema.names, repr(self), "name the column of scores")
        values = batch[self.score]
        if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
            raise CorpusError(f"Column {self.score!r} is no score.", where=repr(self), why=f"it is {values.type}", fix="numbers are needed")
        return np.asarray(pc.fill_null(values.cast(pa.float64(), safe=False), float("nan")))

    def phases(self) -> tuple[Phase, ...]:
        return (self._rank, _attach)

    def _rank(self, rows: pa.Table, home: Home) -> pa.Table:
        """At the prompt: who is best of it, who is worst, and for each other one whom it makes way for."""
        shared = repeated(rows["key"].to_numpy())
        key, check, said, row, score = (values[shared] for values in columns(rows, "key", "check", "said", "row", "score"))
        order = np.lexsort((row, -score, check, key))
        key, check, said, row, score = (values[order] for values in (key, check, said, row, score))
        best = run_starts(key, check)
        below = (said != said[best]) & (score[best] - score > self.margin)
        worst = np.full(len(row), -1, np.int64)
        worst[best[below]] = np.flatnonzero(below)  # the last of a run is its lowest score
        gone = np.flatnonzero(best != np.arange(len(row)))
        chosen = worst[best[gone]] == gone
        gap = np.where(chosen, score[best[gone]] - score[gone], np.nan)
        return pa.table({"key": row[gone], "of": row[best[gone]], "margin": gap})

    def answers(self, rows: pa.Table) -> pa.Table:
        return rows.sort_by("key")

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        of = answers["of"].combine_chunks()
        batch = put(batch, "rejected_answer", answers["answer"].combine_chunks())
        batch = put(batch, "score_margin", answers["margin"].combine_chunks())
        return mark(batch, of.is_valid(), "a better answer to the same prompt", of)


def _attach(rows: pa.Table, home: Home) -> pa.Table:
    """At home of those that make way: send the worst one's answer to the best."""
    worse = rows.filter(pc.invert(pc.is_nan(rows["margin"])))
    found = home.take(worse["key"].combine_chunks(), ("messages",))
    turns = conversations(pa.record_batch({"messages": _one(found["messages"])}), "messages", "instruct.BestAnswer").to_pylist()
    answer = pa.array([each[-1]["content"] for each in turns], pa.large_string())
    sent = pa.table([worse["of"], pa.nulls(len(worse), pa.uint64()), answer, worse["margin"]], schema=_ANSWERS)
    nothing = pa.nulls(len(rows), pa.large_string()), pa.nulls(len(rows), pa.float64())
    return pa.concat_tables([pa.table([rows["key"], rows["of"], *nothing], schema=_ANSWERS), sent])


def _one(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def _bytes(turns: list[Turn]) -> bytes:
    return orjson.dumps([[turn["role"], turn["content"]] for turn in turns])
