"""A mergeable sample of rows: those of the smallest hash of their address."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def bottom(rows: pa.Table, size: int) -> pa.Table:
    """Return the `size` rows of lowest rank, in order of address (`row`, uint64): the same however a corpus is cut and merged.

    Source: bottom-k sketches, Cohen and Kaplan, Summarizing data using bottom-k sketches, PODC 2007.

    >>> bottom(pa.table({"row": pa.array([2, 0, 1], pa.uint64())}), 2)["row"].to_pylist()
    [1, 2]
    """
    addresses = rows["row"].to_numpy()
    if len(addresses) > size:
        chosen = np.argpartition(ranks(addresses), size)[:size]
        return rows.take(pa.array(chosen[np.argsort(addresses[chosen])]))
    rises = bool((addresses[1:] > addresses[:-1]).all())
    return (rows if rises else rows.take(pa.array(np.argsort(addresses)))).combine_chunks()


def population(rows: pa.Table, size: int) -> int:
    """Return about how many rows a sample of at most `size` was drawn from: exact where all are in it.

    Source: the k-th smallest of n hashes is near k / n, Bar-Yossef et al., Counting distinct elements in a data stream, 2002.
    """
    if len(rows) < size:
        return len(rows)
    return int((size - 1) / (float(ranks(rows["row"].to_numpy()).max()) / 2.0**64))


def ranks(addresses: np.ndarray) -> np.ndarray:
    """Return a hash of each address, uint64[n], one to one (SplitMix64's finaliser, Steele et al. 2014)."""
    x = addresses + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
