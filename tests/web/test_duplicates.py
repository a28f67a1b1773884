"""Clusters are those that the audit tells of."""

from __future__ import annotations

from collections import Counter

from tilth.fates import stream_trail
from tilth.run import load
from tilth.store import Store
from tilth.web.duplicates import LARGE, LARGEST, Copies
from tilth.web.trails import redacted


def test_clusters_of_the_run(out: str) -> None:
    copies, stands = Copies(), Counter[int]()
    for batch in stream_trail(Store(out), "audit"):
        copies.add(batch)
        stands.update(of for of in batch["drop_of"].to_pylist() if of is not None)
    (found,) = copies.finish(load(out), Store(out), redacted)
    assert (found.step, found.reason) == ("FirstOfText", "same text")
    assert sorted(found.sizes.tolist()) == sorted(count + 1 for count in stands.values())
    assert found.copies == sum(stands.values())
    assert [cluster.copies for cluster in found.largest] == [count for _, count in stands.most_common(LARGEST)]
    largest = found.largest[0]
    assert largest.copies == 129 >= LARGE and largest.stays.text == "the same text again" and len(largest.some) == 3
    assert {one.drop_of for one in largest.some} == {largest.stays.row}


def test_a_run_without_duplicates_has_no_clusters(out: str) -> None:
    assert Copies().finish(load(out), Store(out), redacted) == []
