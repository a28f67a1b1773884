"""Receipts, one file a task until there are many, then many in one: so a run that grew by a thousand additions reads a few files.

    store/receipts/<key>.json   what one task left; written last, so it is the commit
    store/packs/<digest>.json   hundreds of receipts, by key; written whole before the files that it stands for are removed
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Any

from tilth.record import digest
from tilth.store import Store, to_json

Receipt = dict[str, Any]
LOOSE, PACKS = 512, 8  # so many receipts become a pack, so many packs become one


class Receipts:
    """The receipts of a store: packs are read once, at the first question, single ones when asked for.

    >>> import tempfile
    >>> receipts = Receipts(Store(tempfile.mkdtemp()))
    >>> receipts.commit("key", {"rows": 3})
    >>> receipts.get("key"), receipts.get("other")
    ({'rows': 3}, None)
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    @cached_property
    def packs(self) -> dict[str, dict[str, Receipt]]:
        return {name: self._pack(name) for name in self._pack_names()}

    def commit(self, key: str, receipt: Receipt) -> None:
        self.store.write_json(receipt, "receipts", f"{key}.json")

    def get(self, key: str) -> Receipt | None:
        found = self._packed(key) or self.store.read_json("receipts", f"{key}.json")
        if found is None and (new := self._pack_names() - self.packs.keys()):  # another run may have packed it just now
            self.packs |= {name: self._pack(name) for name in new}
            found = self._packed(key)
        return found

    def keys(self) -> set[str]:
        return self.loose().union(*self.packs.values())

    def loose(self) -> set[str]:
        return {Path(path).stem for path in self.store.listing("receipts") if path.endswith(".json")}

    def pack(self) -> None:
        """Put single receipts into a pack once there are LOOSE of them; a run that is killed here has some twice, which is harmless."""
        loose = self.loose()
        if len(loose) >= LOOSE:
            merged = self.packs if len(self.packs) >= PACKS else {}
            self._write([key for pack in merged.values() for key in pack] + sorted(loose), list(merged), loose)

    def keep(self, keys: Collection[str]) -> None:
        """Forget every receipt but these."""
        packed = {key for pack in self.packs.values() for key in pack}
        self._write(sorted(packed & set(keys)), list(self.packs), self.loose() - set(keys))

    def _write(self, keys: Collection[str], packs: list[str], loose: Collection[str]) -> None:
        """Write a pack of `keys`, and then remove `packs` and the single receipts `loose`."""
        data = {key: receipt for key in keys if (receipt := self.get(key)) is not None}
        name = f"{digest(to_json(data))}.json"
        if data:
            self.store.write_json(data, "packs", name)
        old = [self.store.path("packs", pack) for pack in packs if pack != name]
        self.store.remove([*old, *(self.store.path("receipts", f"{key}.json") for key in loose)])
        self.packs = {kept: pack for kept, pack in self.packs.items() if kept not in packs} | ({name: data} if data else {})

    def _packed(self, key: str) -> Receipt | None:
        return next((pack[key] for pack in self.packs.values() if key in pack), None)

    def _pack_names(self) -> set[str]:
        return {Path(path).name for path in self.store.listing("packs")}

    def _pack(self, name: str) -> dict[str, Receipt]:
        return self.store.read_json("packs", name) or {}  # gone meanwhile: another has what was in it
