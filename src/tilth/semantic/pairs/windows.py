"""A stream of batches in windows of fixed size, wherever it is cut, and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import pyarrow as pa

T = TypeVar("T")


def by_windows(
    batches: Iterable[pa.RecordBatch], size: int, work: Callable[[Iterator[pa.Table]], Iterable[Sequence[T]]]
) -> Iterator[tuple[pa.RecordBatch, list[T]]]:
    """Yield each batch with what `work` makes of its rows; `work` turns windows of `size` rows of the stream into one value a row.

    >>> batches = [pa.record_batch({"n": [1, 2]}), pa.record_batch({"n": [3]})]
    >>> [made for _, made in by_windows(batches, 2, lambda windows: (window["n"].to_pylist() for window in windows))]
    [[1, 2], [3]]
    """
    waiting: deque[pa.RecordBatch] = deque()
    ready: deque[T] = deque()
    for made in work(_cut(batches, size, waiting)):
        ready.extend(made)
        while waiting and len(waiting[0]) <= len(ready):
            batch = waiting.popleft()
            yield batch, [ready.popleft() for _ in range(len(batch))]
    for batch in waiting:  # empty ones at the end
        yield batch, []


def _cut(batches: Iterable[pa.RecordBatch], size: int, waiting: deque[pa.RecordBatch]) -> Iterator[pa.Table]:
    rest: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        rest.append(batch)
        while sum(map(len, rest)) >= size:
            whole = pa.Table.from_batches(rest)
            yield whole.slice(0, size)
            rest = whole.slice(size).to_batches()
    if sum(map(len, rest)):
        yield pa.Table.from_batches(rest)
