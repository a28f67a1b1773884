"""Duplicates by pair of sources: where the dropped copies came from, and where the documents that stand for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.fates import stream_trail
from tilth.op import Batch
from tilth.piece import read_piece
from tilth.run import Run
from tilth.store import Store

UNKNOWN = "(unknown)"


@dataclass(frozen=True, order=True)
class Pair:
    """`rows` rows of `source` were dropped because a row of `of` stands for them."""

    source: str
    of: str
    rows: int


def copies(run: Run) -> tuple[Pair, ...]:
    """Return the pairs of sources that have duplicates, most rows first. Memory: 24 bytes a duplicate."""
    names, sources, stands = _dropped(run)
    wanted, at = np.unique(stands, return_inverse=True)
    found = _sources(run, wanted, names)
    pairs, counts = np.unique(np.stack([sources, found[at]], axis=1), axis=0, return_counts=True)
    listed = list(names)
    every = [Pair(listed[a], listed[b], int(n)) for (a, b), n in zip(pairs.tolist(), counts, strict=True)]
    return tuple(sorted(every, key=lambda pair: (-pair.rows, pair)))


def _dropped(run: Run) -> tuple[dict[str, int], np.ndarray, np.ndarray]:
    """The names of sources with their numbers, and of each duplicate the number of its source and the row that stands for it."""
    names = {UNKNOWN: 0}
    sources, stands = [np.zeros(0, np.int32)], [np.zeros(0, np.uint64)]
    for batch in stream_trail(Store(run.out), "audit", ["source", "drop_of"]):
        gone = batch.filter(batch["drop_of"].is_valid())
        sources.append(_numbers(gone["source"], names))
        stands.append(np.asarray(gone["drop_of"]))
    return names, np.concatenate(sources), np.concatenate(stands)


def _sources(run: Run, wanted: np.ndarray, names: dict[str, int]) -> np.ndarray:
    """Return the number of the source of each row in `wanted` (uint64, ascending), 0 for those that are nowhere, int32[n]."""
    found = np.zeros(len(wanted), np.int32)
    for batch in _everybody(run) if len(wanted) else ():
        rows = np.asarray(batch["row"])
        at = np.minimum(np.searchsorted(wanted, rows), len(wanted) - 1)
        hit = wanted[at] == rows
        found[at[hit]] = _numbers(batch["source"].filter(pa.array(hit)), names)
    return found


def _everybody(run: Run) -> Iterator[Batch]:
    store = run.store()
    for piece in run.pieces().values():
        yield from read_piece(store, piece, ["source"], 1 << 15)
    yield from stream_trail(Store(run.out), "audit", ["row", "source"])  # who stood for others may have been dropped later


def _numbers(values: pa.Array, names: dict[str, int]) -> np.ndarray:
    """Return int32[n], giving numbers to names that are new."""
    coded = pc.fill_null(values, UNKNOWN).dictionary_encode()
    known = np.array([names.setdefault(name, len(names)) for name in coded.dictionary.to_pylist()], np.int32)
    return known[np.asarray(coded.indices)]
