"""Texts as shards with addresses, and who goes for whom when steps run over them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth.memory import addressed, evaluate


def shards(texts: list[str | None], sizes: list[int] | None = None, **columns: list) -> list[list[pa.RecordBatch]]:
    """Return the texts as shards of these sizes."""
    whole = pa.table({"text": pa.array(texts, pa.large_string())} | columns)
    sizes = sizes or [len(texts)]
    starts = np.cumsum([0, *sizes])
    tables = [addressed(whole.slice(start, size), n) for n, (start, size) in enumerate(zip(starts, sizes, strict=False))]
    return [[pa.record_batch([column.combine_chunks() for column in table.columns], schema=table.schema)] for table in tables]


def gone(steps: list, rows: list[list[pa.RecordBatch]], partitions: int = 1) -> dict[int, int]:
    """Return {address of a dropped row: address of the row that stands for it}."""
    audit = evaluate(steps, rows, partitions).audit
    return dict(zip(audit["row"].to_pylist(), audit["drop_of"].to_pylist(), strict=True))


@pytest.fixture(name="shards", scope="session")
def _shards():
    return shards


@pytest.fixture(name="gone", scope="session")
def _gone():
    return gone
