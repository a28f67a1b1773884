"""The column that a selection goes by, as numbers."""

from __future__ import annotations

import pyarrow as pa

from tilth.errors import CorpusError


def scores(batch: pa.RecordBatch, name: str, where: str) -> pa.DoubleArray:
    """Return the column `name` as float64, in the same order and with the same ties.

    Raises CorpusError where there is no such column, it has no numbers, or whole ones that float64 does not tell apart (beyond 2**53).

    >>> scores(pa.record_batch({"stars": [3, None]}), "stars", "here").to_pylist()
    [3.0, None]
    """
    if name not in batch.schema.names:
        raise CorpusError.no_column(name, batch.schema.names, where, "name a column that a step before this one measures")
    try:
        return batch[name].cast(pa.float64())
    except pa.ArrowException as problem:
        raise CorpusError(
            f"Column {name!r} is no score.", where=where, why=f"{batch[name].type} does not turn into float64: {problem}",
            fix="name a column of numbers below 2**53; of a time, its seconds or days",
        ) from None  # fmt: skip
