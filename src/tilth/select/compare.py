"""What a selection is worth beside selections that anyone gets for nothing: random, stratified, and matched in length."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.select.dsir import NgramBuckets

_SMOOTH = 0.05  # a bucket that a pick lacks is rare there, not impossible
HELD_OUT = NgramBuckets(2, 9_973)  # another hashing than any selector's: what it optimised is not what it is judged by


def compare(pool: pa.Table, target: pa.Table, chosen: Mapping[str, np.ndarray], group: str = "source", seeds: int = 3) -> pa.Table:
    """Return a table that shows each selection beside its baselines of as many documents, a row each.

    `pool` and `target` have `text`, `pool` also `id` and `group`; `chosen` has the rows of the pool that each selector takes, as places
    (int) or a mask. Columns: `selector`; `documents`; `words` (mean tokens a document); `kl` (nats: of the target's n-grams from those
    picked, in buckets that no selector saw, +0.05 each); `kl_deviation` (over the `seeds` draws; null for the selector itself);
    `groups` (effective number: the exponential of the entropy of their shares).

    Raises RecipeError where a selection is empty or `seeds` is below 1, CorpusError where a column is missing.

    Source: the baselines that published selectors are seldom shown beside (Ivison et al. 2025, arXiv 2503.01807); KL reduction, DSIR
    (Xie et al. 2023), section 5.
    """
    for name in ("text", "id", group):
        if name not in pool.schema.names:
            raise CorpusError.no_column(name, pool.schema.names, "select.compare", "the pool has text, id and a group")
    if seeds < 1:
        raise RecipeError("A baseline is drawn at least once.", where=f"select.compare(seeds={seeds})", fix="seeds=3")
    view = _View(pool, target, group)
    rows: list[dict[str, Any]] = []
    for name, picked in chosen.items():
        places = np.flatnonzero(picked) if picked.dtype == np.bool_ else np.asarray(picked)
        if not len(places):
            raise RecipeError(f"The selection {name!r} is empty.", where="select.compare", fix="choose at least one row")
        rows.append(view.row(name, [places]))
        for baseline in (random, stratified, length_matched):
            draws = [baseline(view, places, seed) for seed in range(seeds)]
            rows.append(view.row(f"{name}: {baseline.__name__.replace('_', '-')}", draws))
    return pa.Table.from_pylist(rows, _SCHEMA)


_SCHEMA = pa.schema([("selector", pa.string()), ("documents", pa.int64()), ("words", pa.float64()), ("kl", pa.float64()),
                     ("kl_deviation", pa.float64()), ("groups", pa.float64())])  # fmt: skip


class _View:
    """The pool as selections are judged by: buckets and length of each document, its group, and the target's n-grams."""

    def __init__(self, pool: pa.Table, target: pa.Table, group: str) -> None:
        self.ids = pool["id"].cast(pa.large_string()).combine_chunks()
        self.offsets, self.buckets, self.words = HELD_OUT.of(pool["text"].combine_chunks())
        self.target = HELD_OUT.counted(target["text"].combine_chunks())
        codes = pc.fill_null(pool[group].cast(pa.large_string()), "").combine_chunks().dictionary_encode()
        self.group = np.asarray(codes.indices)

    def row(self, name: str, draws: list[np.ndarray]) -> dict[str, Any]:
        found = [self.divergence(places) for places in draws]
        return {
            "selector": name, "documents": len(draws[0]), "words": float(np.mean([self.words[places].mean() for places in draws])),
            "kl": float(np.mean(found)), "kl_deviation": float(np.std(found, ddof=1)) if len(draws) > 1 else None,
            "groups": float(np.mean([math.exp(_entropy(self.group[places])) for places in draws])),
        }  # fmt: skip

    def divergence(self, places: np.ndarray) -> float:
        spans = [self.buckets[self.offsets[at] : self.offsets[at + 1]] for at in places]
        picked = np.bincount(np.concatenate(spans), minlength=HELD_OUT.buckets)
        return divergence(self.target, picked)

    def shuffled(self, seed: int) -> np.ndarray:
        """Return all places in an order that a hash of the documents' ids sets."""
        return np.argsort(xxh64_each(*utf8(self.ids), np.uint64(seed)), kind="stable")


def divergence(target: np.ndarray, picked: np.ndarray) -> float:
    """Return KL(target || picked) in nats of two arrays of counts, each smoothed by 0.05 a bucket.

    >>> divergence(np.array([5, 5]), np.array([5, 5])), divergence(np.array([9, 1]), np.array([1, 9])) > 1
    (0.0, True)
    """
    p, q = ((counts + _SMOOTH) / (counts.sum() + _SMOOTH * len(counts)) for counts in (target, picked))
    return float((p * np.log(p / q)).sum())


def random(view: _View, places: np.ndarray, seed: int) -> np.ndarray:
    """Return as many documents, whichever."""
    return view.shuffled(seed)[: len(places)]


def stratified(view: _View, places: np.ndarray, seed: int) -> np.ndarray:
    """Return as many documents, equally many of each group, as far as it has them."""
    order = view.shuffled(seed)
    groups = view.group[order]
    rank = np.empty(len(order), np.int64)
    for group in np.unique(groups):
        mine = groups == group
        rank[mine] = np.arange(mine.sum())
    return order[np.argsort(rank, kind="stable")[: len(places)]]


def length_matched(view: _View, places: np.ndarray, seed: int) -> np.ndarray:
    """Return as many documents of about the same lengths: half an octave of tokens at a time."""
    octave = np.floor(2 * np.log2(view.words + 1.0)).astype(np.int64)
    order = view.shuffled(seed)
    levels, many = np.unique(octave[places], return_counts=True)
    return np.concatenate([order[octave[order] == level][:count] for level, count in zip(levels, many, strict=True)])


def _entropy(groups: np.ndarray) -> float:
    share = np.unique(groups, return_counts=True)[1] / len(groups)
    return float(-(share * np.log(share)).sum())
