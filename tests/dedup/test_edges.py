from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.dedup.edges import columns, contract, distinct, edges, link, to_both
from tilth.exchange import partition


def best_of(rank: list[int], pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Every document that hangs on a better one, and the best one: plain transitive closure, what `contract` must equal."""
    groups = {i: {i} for pair in pairs for i in pair}
    for a, b in pairs:
        whole = groups[a] | groups[b]
        groups |= dict.fromkeys(whole, whole)
    best = {i: min(group, key=lambda j: (rank[j], j)) for i, group in groups.items()}
    return {i: j for i, j in best.items() if i != j}


def contracted(rank: list[int], address: np.ndarray, pairs: list[tuple[int, int]], partitions: int) -> tuple[dict[int, int], int, int]:
    """Return who hangs on whom at the fixpoint, the rounds it took, and the most rows there were."""
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    sent, rounds, most = to_both(edges(address, np.array(rank, np.uint64), left, right)), 0, 0
    while True:
        where = partition(sent["key"], partitions)
        after = pa.concat_tables([contract(sent.filter(pa.array(where == p)), None) for p in range(partitions)])
        rounds, most = rounds + 1, max(most, len(after))
        if distinct(after).equals(distinct(sent)):
            break
        sent = after
    place = {int(a): i for i, a in enumerate(address)}
    rows = distinct(after)
    key, row, of = columns(rows, "key", "row", "of")
    return {place[int(r)]: place[int(o)] for k, r, o in zip(key, row, of, strict=True) if k == r}, rounds, most


GRAPHS = st.integers(2, 25).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1]), max_size=40),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),
    )
)


@settings(max_examples=200)
@given(GRAPHS, st.integers(1, 9))
def test_contract_equals_brute_force_on_any_partitioning_of_any_shards(graph, partitions):
    rank, pairs, shard = graph
    address = np.sort(np.array([(s << 32) + i for i, s in enumerate(shard)], np.uint64))
    found, _, _ = contracted(rank, address, pairs, partitions)
    assert found == best_of(rank, pairs)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("partitions", [1, 16])
def test_a_path_contracts_in_few_rounds_of_bounded_size(shuffled, partitions):
    size = 4096
    order = np.random.default_rng(0).permutation(size) if shuffled else np.arange(size)
    address = np.arange(size, dtype=np.uint64) << np.uint64(32)  # a shard each: the worst for a partition
    found, rounds, most = contracted([0] * size, address, list(zip(order[:-1].tolist(), order[1:].tolist(), strict=True)), partitions)
    assert found == dict.fromkeys(range(1, size), 0)
    assert rounds <= 14 and most <= 2 * partitions * size


def bucket(rows: list[tuple[int, int, int, int]]) -> pa.Table:
    """Rows (key, row, rank, sketch)."""
    return pa.table(dict(zip(("key", "row", "rank", "sketch"), np.array(rows, np.uint64).reshape(-1, 4).T, strict=True)))


def pairs_of(table: pa.Table) -> set[tuple[int, int]]:
    return {(row, of) for row, of in zip(table["row"].to_pylist(), table["of"].to_pylist(), strict=True)}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 4)), max_size=30), st.integers(0, 4))
def test_link(rows, window):
    table = bucket([(key, row, rank, sketch) for row, (key, rank, sketch) in enumerate(rows)])
    linked = link(table, window)
    found, rank = pairs_of(linked), [rank for _, rank, _ in rows]
    assert all(rows[a][0] == rows[b][0] and (rank[b], b) < (rank[a], a) for a, b in found)
    assert len(found) <= (window + 1) * len(rows)
    for key in range(4):
        members = [i for i, row in enumerate(rows) if row[0] == key]
        heads = [min((i for i in members if rows[i][2] == s), key=lambda i: (rank[i], i)) for s in {rows[i][2] for i in members}]
        inside = {pair for pair in found if pair[0] in members}
        assert set(members) <= {i for pair in inside for i in pair} or len(members) < 2
        assert len(set(best_of(rank, list(inside)).values())) == (len(members) > 1)  # all of a key hang together
        if len(heads) <= window + 1:
            assert {frozenset(pair) for pair in combinations(heads, 2)} <= {frozenset(pair) for pair in inside}
    assert linked["key"].to_pylist() == linked["of"].to_pylist()


def test_link_costs_a_row_the_same_however_many_share_a_key():
    for size in (10, 1000, 100_000):
        assert len(link(bucket([(1, row, 0, 5) for row in range(size)]), 8)) == size - 1
        assert len(link(bucket([(1, row, 0, row) for row in range(size)]), 8)) <= 9 * size
