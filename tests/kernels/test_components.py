import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.components import components


def twin(nodes: int, edges: list[tuple[int, int]]) -> list[int]:
    least = list(range(nodes))
    for _ in range(nodes):
        for a, b in edges:
            least[a] = least[b] = min(least[a], least[b])
    return least


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2), max_size=60))))
def test_equals_its_twin(graph):
    nodes, edges = graph
    left, right = np.array(edges, np.int64).reshape(-1, 2).T.copy()
    assert components(nodes, left, right).tolist() == twin(nodes, edges)


def test_a_long_path_in_the_worst_order():
    size = 200_000
    ends = np.arange(size - 1)[::-1].copy()
    assert not components(size, ends, ends + 1).any()
