"""Garbage collection: a store keeps every step's results so that they need not be made again; `gc` sweeps what no run names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tilth.receipts import Receipts
from tilth.run import load
from tilth.store import Store

_HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class Swept:
    """What a sweep removed (or, `dry`, would remove)."""

    receipts: int
    blobs: int
    bytes: int

    def __str__(self) -> str:
        return f"{self.receipts:,} receipts and {self.blobs:,} blobs, {self.bytes / 1e6:,.1f} MB"


def gc(out: str, *, dry: bool = False) -> Swept:
    """Remove from the store of `out` what its last finished run does not name, half-written files, and receipts whose blobs are gone.

    After it, that run's results, sweeps and explanations are still there, and running the same recipe again does nothing; what is
    lost is what an earlier recipe could have used again. Do not sweep a store that other runs share, nor while a run is under way.
    """
    run = load(out)
    store = run.store()
    used = set(Store(out).read_json("receipts.json") or [])
    known = Receipts(store)
    receipts = known.keys()
    kept = {key: known.get(key) for key in receipts & used}
    manifests = [store.read_json("manifests", path.rsplit("/", 1)[-1]) for path in store.listing("manifests")]
    names = set(_digests([run.data, manifests, Store(out).read_json("published.json"), list(kept.values())]))
    sizes = {path.rsplit("/", 1)[-1]: (path, int(info["size"])) for path, info in store.listing("blobs").items()}
    broken = {key for key, receipt in kept.items() if set(_digests(receipt)) - sizes.keys() - kept.keys()}
    gone_blobs = {name: entry for name, entry in sizes.items() if name not in names}
    gone_receipts = (receipts - kept.keys()) | broken
    if not dry:
        known.keep(kept.keys() - broken)
        store.remove([path for path, _ in gone_blobs.values()])
        store.remove(list(store.listing("partial")))
    return Swept(len(gone_receipts), len(gone_blobs), sum(size for _, size in gone_blobs.values()))


def _digests(data: Any) -> Iterator[str]:
    """Every string in JSON data that looks like a digest: keeping too much is harmless."""
    if isinstance(data, str):
        if len(data) == 40 and set(data) <= _HEX:
            yield data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _digests(name)
            yield from _digests(value)
    elif isinstance(data, list):
        for value in data:
            yield from _digests(value)


