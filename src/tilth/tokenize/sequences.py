"""Read token shards: sequence `i` of a folder, and which document each of its tokens comes from."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.errors import CorpusError, StoreError
from tilth.tokenize.shards import FORMAT


@dataclass(frozen=True)
class Part:
    """The tokens `start` to `end` of a sequence, which are a document's tokens from `offset` on; its separator is the last of them all."""

    row: int
    id: str
    source: str
    start: int
    end: int
    offset: int


@dataclass(frozen=True)
class Sequence:
    """Tokens (uint16 or uint32, `length` of them, fewer at the end of a shard) and the documents they come from, in order."""

    tokens: np.ndarray
    documents: tuple[Part, ...]


class Sequences:
    """All sequences of a folder of token shards, in shard order: a pure function of the index. Shards are mapped, never read whole."""

    def __init__(self, folder: Path, listing: dict[str, Any]) -> None:
        self.folder, self.listing = folder, listing
        counts = [shard["sequences"] for shard in listing["shards"]]
        self._first = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])  # the number of each shard's first sequence
        self._mapped = functools.lru_cache(maxsize=256)(self._map)
        self._documents = functools.lru_cache(maxsize=16)(self._read)

    def __reduce__(self) -> tuple[Any, ...]:
        return open_shards, (self.folder,)

    def __len__(self) -> int:
        return int(self._first[-1])

    def __getitem__(self, index: int) -> Sequence:
        """Return sequence `index`, 0 <= index < len; negative indices count from the end."""
        shard, low, high = self._slice(index)
        rows = self._documents(shard)
        starts = rows["start"].to_numpy()
        first, last = int(np.searchsorted(starts, low, "right")) - 1, int(np.searchsorted(starts, high, "left"))
        parts = tuple(_part(row, low, high) for row in rows.slice(first, last - first).to_pylist())
        return Sequence(self._mapped(shard)[low:high], parts)

    def tokens(self, index: int) -> np.ndarray:
        """Return the tokens of sequence `index` alone, as a view of the mapped file."""
        shard, low, high = self._slice(index)
        return self._mapped(shard)[low:high]

    def trace(self, index: int, position: int) -> Part:
        """Return the document that token `position` of sequence `index` comes from; a separator belongs to the document it ends."""
        sequence = self[index]
        if not 0 <= position < len(sequence.tokens):
            raise IndexError(f"sequence {index} has {len(sequence.tokens)} tokens; there is none at {position}")
        return next(part for part in sequence.documents if part.start <= position < part.end)

    def verify(self) -> None:
        """Read every stream and compare it with its digest; raise StoreError at the first that differs."""
        for at, shard in enumerate(self.listing["shards"]):
            ids = self._mapped(at)
            digest = hashlib.blake2b(digest_size=16)
            for start in range(0, len(ids), 1 << 24):
                digest.update(ids[start : start + (1 << 24)].tobytes())
            if digest.hexdigest() != shard["digest"]:
                raise StoreError.damaged(f"{shard['shard']:05d}.npy", where=str(self.folder))

    def _slice(self, index: int) -> tuple[int, int, int]:
        """Return the shard (its place in the listing) of a sequence and where in its stream the sequence lies."""
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"there are {len(self)} sequences, and no number {index}")
        shard = int(np.searchsorted(self._first, at, "right")) - 1
        low = (at - int(self._first[shard])) * self.listing["length"]
        return shard, low, min(low + self.listing["length"], self.listing["shards"][shard]["tokens"])

    def _map(self, shard: int) -> np.ndarray:
        told = self.listing["shards"][shard]
        if not told["tokens"]:  # an empty file cannot be mapped
            return np.zeros(0, self.listing["dtype"])
        name = f"{told['shard']:05d}.npy"
        ids = np.load(self.folder / name, mmap_mode="r", allow_pickle=False)
        if ids.shape != (told["tokens"],) or ids.dtype != np.dtype(self.listing["dtype"]):
            raise StoreError.damaged(name, where=str(self.folder))
        return ids

    def _read(self, shard: int) -> pa.Table:
        return pq.read_table(self.folder / f"{self.listing['shards'][shard]['shard']:05d}.parquet")


def open_shards(folder: str | Path) -> Sequences:
    """Open a folder that `TokenShards` wrote; raise CorpusError where it is none that this version reads."""
    try:
        listing = json.loads(Path(folder, "tokens.json").read_bytes())
    except FileNotFoundError as missing:
        fix = "give the folder `tokens` of a run"
        raise CorpusError("There are no token shards.", where=str(folder), why="no tokens.json", fix=fix) from missing
    if listing["format"] != FORMAT:
        raise CorpusError(
            "These token shards have another format.", where=str(folder), why=f"format {listing['format']}; this version reads {FORMAT}",
            fix="write them again with this version",
        )
    return Sequences(Path(folder), listing)


def _part(row: dict[str, Any], low: int, high: int) -> Part:
    start, end = max(row["start"], low), min(row["start"] + row["count"] + 1, high)
    return Part(row["row"], row["id"], row["source"], start - low, end - low, start - row["start"])
