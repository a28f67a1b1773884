"""Rounds over edges against the sequential rule that they are to give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.dedup import greedy
from tilth.exchange import partition
from tilth.kernels.hash import TOP_BIT


def sequential(count, rank, pairs, any_better=False):
    """{document: who stands for it}, decided one after the other in order of (rank, address)."""
    order = sorted(range(count), key=lambda i: (rank[i], i))
    place = {i: k for k, i in enumerate(order)}
    stands = {}
    for i in order:
        others = [(near, a + b - i) for (a, b), near in pairs.items() if i in (a, b)]
        likes = sorted((-near, place[other], other) for near, other in others if place[other] < place[i])
        stands[i] = i
        for near, _, better in likes:
            if any_better or -near == greedy.EQUAL or stands[better] == better:
                stands[i] = stands[better]
                break
    return {i: by for i, by in stands.items() if by != i}


def parted(tables, partitions):
    rows = pa.concat_tables(tables).combine_chunks()
    where = partition(rows["key"], partitions)
    return [rows.filter(pa.array(where == p)) for p in range(partitions)]


def by_rounds(rank, home, pairs, partitions, any_better=False):
    """The same by edges that go round; and how many rounds it took."""
    ends = [(a, b) if (rank[a], a) > (rank[b], b) else (b, a) for a, b in pairs]
    worse, better = np.array(ends, np.int64).reshape(-1, 2).T
    first = greedy.edges(np.arange(len(rank), dtype=np.uint64), rank, home, worse, better, np.array(list(pairs.values()), np.int64))
    came, rounds, settled = parted([first], partitions), 0, False
    while not settled:
        after, rounds = parted([greedy.settle(part, any_better) for part in came], partitions), rounds + 1
        settled = all(a.equals(b) for a, b in zip(after, came, strict=True))
        came = after
    found = pa.concat_tables([greedy.gone(part) for part in came])
    assert len(set(found["key"].to_pylist())) == len(found)
    return dict(zip(found["key"].to_pylist(), found["of"].to_pylist(), strict=True)), rounds


def drawn(seed, count, edges, homes, equal=0):
    rng = np.random.default_rng(seed)
    pairs = {tuple(sorted(rng.choice(count, 2, replace=False).tolist())): int(rng.integers(1, 5)) for _ in range(edges)}
    rank = rng.integers(0, 3, count).astype(np.uint64)
    home = rng.integers(1, homes + 1, count).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) | TOP_BIT
    return rank, home, pairs


@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(0, 60), st.integers(1, 8), st.integers(1, 5), st.booleans())
def test_any_homes_and_partitions_give_what_the_rule_says(seed, count, edges, homes, partitions, any_better):
    rank, home, pairs = drawn(seed, count, edges, homes)
    found, _ = by_rounds(rank, home, pairs, partitions, any_better)
    assert found == sequential(count, rank, pairs, any_better)


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_equal_documents_share_a_fate(seed, partitions):
    rank, home, pairs = drawn(seed, 20, 25, 4)
    rank[:] = 0
    for copy, head in ((21, 3), (20, 7)):
        pairs[head, copy] = greedy.EQUAL  # a copy has no other edge
    rank = np.append(rank, [0, 0]).astype(np.uint64)
    home = np.append(home, [home[7], home[3]])
    found, _ = by_rounds(rank, home, pairs, partitions)
    assert found == sequential(22, rank, pairs)
    assert found[21] == found.get(3, 3) and found[20] == found.get(7, 7)


def test_no_document_goes_for_one_that_is_gone():
    chain = {(i, i + 1): 1 for i in range(9)}
    rank, home = np.zeros(10, np.uint64), np.full(10, TOP_BIT)
    assert by_rounds(rank, home, chain, 1)[0] == {1: 0, 3: 2, 5: 4, 7: 6, 9: 8}
    assert by_rounds(rank, home, chain, 1, any_better=True)[0] == dict.fromkeys(range(1, 10), 0)


@pytest.mark.parametrize("homes", [1, 300])
def test_a_chain_inside_a_home_takes_one_round_and_random_ones_few(homes):
    chain = {(i, i + 1): 1 for i in range(500)}
    rank, home = np.zeros(501, np.uint64), np.full(501, TOP_BIT)
    assert by_rounds(rank, home, chain, 4)[1] == 2
    rank, home, pairs = drawn(5, 2000, 4000, homes)
    assert by_rounds(rank, home, pairs, 8)[1] < 25


def test_no_edges():
    none = np.zeros(0, np.int64)
    edges = greedy.edges(none.astype(np.uint64), none.astype(np.uint64), none.astype(np.uint64), none, none, none)
    assert len(greedy.settle(edges)) == 0 == len(greedy.gone(edges)) and greedy.settle(edges).schema == edges.schema
