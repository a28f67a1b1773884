"""Which of several duplicates stays: the one of least (rank, row)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8

LAST = np.uint64(2**64 - 1)


def check_keep(keep: str, where: str) -> None:
    """Raise RecipeError unless `keep` can be "first", "longest" or a column."""
    if not keep:
        raise RecipeError("`keep` is empty.", where=where, why="it names who survives", fix='keep="first", "longest" or a column name')


def reads(keep: str) -> tuple[str, ...]:
    """Return the columns that `rank` looks at."""
    return () if keep == "first" else ("text",) if keep == "longest" else (keep,)


def rank(batch: pa.RecordBatch, keep: str) -> np.ndarray:
    """Return uint64[n], smaller for who shall rather survive; equal ranks leave it to the smaller address.

    "first" ranks all alike, "longest" more bytes of text first, a column (integer, float, boolean, date or time) higher values
    first, null and NaN last. Whole numbers and times are told apart exactly, but for the highest two of 64 bits. Raises CorpusError
    where there is no such column, RecipeError where it has no such order.

    >>> rank(pa.record_batch({"score": [0.5, None, 2.0]}), "score").argsort().tolist()
    [2, 0, 1]
    """
    if keep == "first":
        return np.zeros(len(batch), np.uint64)
    if keep == "longest":
        offsets, _ = utf8(batch["text"])
        return LAST - np.diff(offsets).astype(np.uint64)
    if keep not in batch.schema.names:
        raise CorpusError.no_column(keep, batch.schema.names, where=f"keep={keep!r}", fix='keep="first", "longest" or one of these')
    values = batch[keep]
    order = LAST - np.uint64(1) - np.minimum(_ascending(values, keep), LAST - np.uint64(1))  # the last place is for what is missing
    missing = np.asarray(pc.is_null(values, nan_is_null=True))
    return np.where(missing, LAST, order)


def _ascending(values: pa.Array, name: str) -> np.ndarray:
    """Map numbers to uint64 in the same order."""
    kind = values.type
    if pa.types.is_floating(kind):
        bits = (np.asarray(pc.fill_null(values.cast(pa.float64()), 0.0)) + 0.0).view(np.uint64)  # + 0.0: no negative zero
        return np.where(bits >> np.uint64(63), ~bits, bits | np.uint64(1 << 63))
    if pa.types.is_unsigned_integer(kind):
        return np.asarray(pc.fill_null(values.cast(pa.uint64()), 0))
    if pa.types.is_boolean(kind) or pa.types.is_signed_integer(kind) or pa.types.is_temporal(kind):
        whole = values.cast(pa.int32()) if pa.types.is_date32(kind) or pa.types.is_time32(kind) else values
        return np.asarray(pc.fill_null(whole.cast(pa.int64()), 0)).view(np.uint64) ^ np.uint64(1 << 63)
    raise RecipeError(
        f"{name!r} cannot rank duplicates.", where=f"keep={name!r}", why=f"its type is {kind}, which has no order from low to high here",
        fix='name a column of numbers, booleans, dates or times, or keep="first"',
    )  # fmt: skip
