"""The file to read first: the three shapes that every step has, and the laws they keep.

A recipe is a plain list of small frozen dataclasses, each an `Op`, a `Fold` or an `Exchange`. Rows travel as
`pyarrow.RecordBatch`; what a `Fold` or an `Exchange` remembers is a `pyarrow.Table`. Every row has

    row     uint64        its address, shard << 32 | position; given once, never changed
    id      large_string  a name that a person recognises: a URL, file and offset, or the data's own id
    source  large_string  which input it came from
    text    large_string  its text (null until a step extracts it)

and whatever other columns readers and steps add. Two columns are messages to the runner, which removes such rows after the step:

    drop    large_string  why a step wants the row gone; null to keep it. The row goes to the audit ...
    drop_of uint64        ... with the row that stands for it, where there is one (duplicates)
    error   large_string  what broke on this row; null if nothing did. The row goes to quarantine

Laws, which `tilth.testing.check(step, table)` tests on built-in and users' steps alike:

1. `apply` does not care where batches are cut, nor in which order they come (`stream`, overridden: where they are cut).
2. `merge(observe(x), observe(y)) == observe(x + y)`, to the bit.
3. An empty batch works.
4. The same rows and steps give the same bytes, however many workers or partitions there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.write.writer import Writer

Batch = pa.RecordBatch



class Op:
    """A step that sees one batch: it adds or replaces columns and marks rows; it never removes or reorders them."""

    version: ClassVar[int] = 1  # part of the fingerprint; raise it when the code's results change
    marks_only: ClassVar[bool] = False  # it changes nothing but `drop`, and may see rows that are marked already

    @property
    def writer(self) -> Writer | None:
        """What a run shall also write because this step is in its recipe (token shards, say)."""
        return None

    @property
    def reads(self) -> tuple[str, ...] | None:
        """Columns that `apply` needs, `row` aside; None means all of them."""
        return None

    @property
    def rewrites(self) -> tuple[str, ...]:
        """Columns that `apply` changes on most rows: they are stored whole then, not as a patch over what was there."""
        return ()

    @property
    def results(self) -> tuple[str, ...]:
        """Columns of lists that `apply` adds for others than steps to read: a run writes them, as it does numbers and texts."""
        return ()

    @property
    def rehearsal(self) -> Sequence[Any]:
        """The steps that stand for this one where nothing may be spent (`check`, `plan`): the same columns, without their cost."""
        return (self,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return `batch` with columns added or replaced, row for row."""
        raise NotImplementedError(f"{type(self).__name__}.apply")

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield one batch for each of one shard, in order; override to carry a running total, to look ahead or to await."""
        return map(self.apply, batches)


class Fold:
    """A step that sees the whole corpus and remembers little: it learns, and finishes into the steps that replace it."""

    version: ClassVar[int] = 1

    @property
    def reads(self) -> tuple[str, ...] | None:
        """Columns that `observe` needs; None means all of them."""
        return None

    @property
    def rehearsal(self) -> Sequence[Any]:
        """The steps that stand for this one where nothing may be spent (`check`, `plan`): the same columns, without their cost."""
        return (self,)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return what is to be remembered of these rows; must work on an empty batch."""
        raise NotImplementedError(f"{type(self).__name__}.observe")

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        """Return one state for two; `merge(observe(x), observe(y)) == observe(x + y)`."""
        raise NotImplementedError(f"{type(self).__name__}.merge")

    def finish(self, state: pa.Table) -> Sequence[Any]:
        """Return the steps that take this step's place; another Fold among them means another round."""
        raise NotImplementedError(f"{type(self).__name__}.finish")


class Home(Protocol):
    """What a phase can look up: columns of the documents whose addresses are at home in its partition."""

    def has(self, rows: np.ndarray) -> np.ndarray:
        """Return bool[n]: which of these addresses (uint64[n]) can be looked up here. Answers must not depend on it, only the way there."""
        ...

    def take(self, rows: pa.Array, columns: Sequence[str]) -> pa.Table:
        """Return these columns of the documents at these addresses (uint64), aligned with `rows`."""
        ...


Phase = Callable[[pa.Table, Home], pa.Table]


class Exchange:
    """A step that sees the whole corpus and remembers more than one machine holds: rows meet by key.

    Rows are tables with a uint64 column `key`. A key is either the address of a document, and then the rows meet where that
    document's columns can be looked up, or a hash with its top bit set. All rows of a key are in one partition; a partition
    holds many keys. What a phase returns is sent to its new keys for the next phase.
    """

    version: ClassVar[int] = 1
    limit: ClassVar[int] = 20  # rounds of the last phase, which repeats until nothing changes; 1: it runs once. Reaching it is an error
    home_reads: ClassVar[tuple[str, ...]] = ()  # columns that phases look up at home
    settle_reads: ClassVar[tuple[str, ...]] = ()  # columns that `settle` reads or edits, beside the messages to the runner

    @property
    def reads(self) -> tuple[str, ...] | None:
        """Columns that `scatter` needs, `row` aside; None means all of them."""
        return None

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the rows to send, with their `key`; must work on an empty batch."""
        raise NotImplementedError(f"{type(self).__name__}.scatter")

    def phases(self) -> tuple[Phase, ...]:
        """Return the functions `(rows, home) -> rows` to run in turn, each on every partition."""
        raise NotImplementedError(f"{type(self).__name__}.phases")

    def answers(self, rows: pa.Table) -> pa.Table:
        """Return at most one row a key, the key now a document's address."""
        return rows

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        """Return `batch` with the answers applied; `answers` is aligned with `batch`, null where there is none."""
        raise NotImplementedError(f"{type(self).__name__}.settle")


def put(batch: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    """Return `batch` with the column `name` added, or replaced where it stands.

    >>> put(pa.record_batch({"a": [1, 2]}), "b", pa.array([3, 4])).to_pydict()
    {'a': [1, 2], 'b': [3, 4]}
    """
    at = batch.schema.get_field_index(name)
    return batch.append_column(name, values) if at < 0 else batch.set_column(at, name, values)


def mark(batch: pa.RecordBatch, gone: pa.Array, reason: str | pa.Array, of: pa.Array | None = None) -> pa.RecordBatch:
    """Return `batch` with `drop` set to `reason` where the boolean array `gone` is true and no step spoke before.

    `of` (uint64) names the rows that stand for those. A null in `gone` counts as false.

    >>> mark(pa.record_batch({"a": [1, 2]}), pa.array([True, False]), "too small").to_pydict()["drop"]
    ['too small', None]
    """
    marks = {"drop"} if of is None else {"drop", "drop_of"}
    if marks <= set(batch.schema.names) and not pc.any(gone).as_py():
        return batch  # as most of the many rules of a chain find it: to write the marks anew took half of their time
    before = _drop(batch)
    first = pc.and_(pc.fill_null(gone, False), pc.is_null(before))
    marked = put(batch, "drop", pc.if_else(first, pa.scalar(reason, pa.large_string()) if isinstance(reason, str) else reason, before))
    if of is None:
        return marked
    stands = batch["drop_of"] if "drop_of" in batch.schema.names else pa.nulls(len(batch), pa.uint64())
    return put(marked, "drop_of", pc.if_else(first, of, stands))


def fail(batch: pa.RecordBatch, broken: pa.Array, why: pa.Array) -> pa.RecordBatch:
    """Return `batch` with `error` set to `why` (large_string) where the boolean array `broken` is true: those rows go to quarantine."""
    before = batch["error"] if "error" in batch.schema.names else pa.nulls(len(batch), pa.large_string())
    return put(batch, "error", pc.if_else(pc.and_(broken, pc.is_null(before)), why, before))


def _drop(batch: pa.RecordBatch) -> pa.Array:
    return batch["drop"] if "drop" in batch.schema.names else pa.nulls(len(batch), pa.large_string())


def label(step: object) -> str:
    """Return the short name of a step as people read it: its class, and for a rule its reason.

    >>> label(Op())
    'Op'
    """
    step = getattr(step, "stands_for", step)  # what an Exchange becomes once it is settled
    name, reason = type(step).__name__, getattr(step, "reason", "") or getattr(step, "rule", "")
    return f"{name}: {reason}" if isinstance(reason, str) and reason else name
