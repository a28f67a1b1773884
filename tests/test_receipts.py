"""Receipts are found wherever they lie, whoever packs them when, and forgotten only when told."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import receipts as module
from tilth.receipts import Receipts
from tilth.store import Store


def test_receipts_are_absent_or_whole(tmp_path: Path) -> None:
    receipts = Receipts(Store(str(tmp_path)))
    assert receipts.get("key") is None and receipts.keys() == set()
    receipts.commit("key", {"rows": 3})
    assert receipts.get("key") == {"rows": 3} and receipts.keys() == {"key"}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["commit", "pack", "open", "keep"]), max_size=30))
def test_packing_changes_nothing_that_is_asked(tmp_path_factory, acts: list[str]) -> None:
    store = Store(str(tmp_path_factory.mktemp("store")))
    module_loose, module.LOOSE = module.LOOSE, 3
    module_packs, module.PACKS = module.PACKS, 2
    try:
        expected: dict[str, dict[str, int]] = {}
        early, receipts = Receipts(store), Receipts(store)
        assert early.keys() == set()
        for i, act in enumerate(acts):
            if act == "commit":
                receipts.commit(f"key{i}", {"rows": i})
                expected[f"key{i}"] = {"rows": i}
            elif act == "pack":
                receipts.pack()
            elif act == "open":
                receipts = Receipts(store)
            else:
                expected = dict(list(expected.items())[1:])
                receipts.keep(expected.keys())
                early = Receipts(store)
            assert receipts.keys() == set(expected)
            for key, value in expected.items():
                assert receipts.get(key) == early.get(key) == value
    finally:
        module.LOOSE, module.PACKS = module_loose, module_packs


def test_many_receipts_are_few_files(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    receipts = Receipts(store)
    for i in range(module.LOOSE):
        receipts.commit(f"{i:040d}", {"rows": i})
    receipts.pack()
    assert len(store.listing("packs")) == 1 and not store.listing("receipts")
    assert Receipts(store).get(f"{7:040d}") == {"rows": 7}
