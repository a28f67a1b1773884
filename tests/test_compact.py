"""Groups of shards: every shard once, in order, few of them, and an addition rewrites little."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilth.compact import groups


@given(st.dictionaries(st.integers(0, 700), st.integers(0, 50), max_size=80), st.integers(0, 100), st.integers(0, 200))
def test_every_shard_is_in_one_group_and_groups_are_small(sizes: dict[int, int], more: int, limit: int) -> None:
    found = groups(sizes, max(sizes, default=-1) + 1 + more, limit)
    assert [number for group in found for number in group] == sorted(sizes)
    assert all(len(group) == 1 or sum(sizes[number] for number in group) <= limit for group in found)


def test_a_thousand_additions_leave_few_groups_and_rewrite_each_shard_a_few_times() -> None:
    written, before = 0, list[list[int]]()
    for count in range(1, 1001):
        now = groups(dict.fromkeys(range(count), 1000), count)
        written += sum(len(group) for group in now if group not in before)
        before = now
        assert len(now) <= 7 * 4 + 1
    assert written <= 1000 * 4


def test_big_shards_stay_alone() -> None:
    assert groups(dict.fromkeys(range(64), 5 << 20), 64) == [[number] for number in range(64)]
