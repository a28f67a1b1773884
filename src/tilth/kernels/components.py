"""Connected components of a graph held in memory: union-find."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel


@kernel(allocates=False)
def _root(parents: np.ndarray, node: int) -> int:
    """Return the root of `node`, halving the path to it on the way (Tarjan, van Leeuwen 1984)."""
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


@kernel
def components(nodes: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return int64[nodes]: the least node that each is connected with by the edges `left[i]`-`right[i]` (int64)."""
    parents = np.arange(nodes)
    for i in range(len(left)):
        one: int = _root(parents, left[i])
        other: int = _root(parents, right[i])
        parents[max(one, other)] = min(one, other)
    for node in range(nodes):
        parents[node] = parents[parents[node]]  # its parent is smaller, and therefore already points at the root
    return parents
