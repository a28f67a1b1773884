"""Evaluation sets as the rows that a Fold learns from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from tilth.memory import addressed

Rows = Callable[..., pa.RecordBatch]


def items(questions: Sequence[str], name: str = "exam", answers: Sequence[str] | None = None) -> pa.RecordBatch:
    columns = {"text": pa.array(questions, pa.large_string()), "id": [f"{name}/{i}" for i in range(len(questions))]}
    columns |= {"source": pa.array([name] * len(questions), pa.large_string())}
    columns |= {"answer": pa.array(answers, pa.large_string())} if answers else {}
    table = addressed(pa.table(columns))
    return pa.record_batch([column.combine_chunks() for column in table.columns], schema=table.schema)


@pytest.fixture(name="items", scope="session")
def _items() -> Rows:
    return items


@pytest.fixture(scope="session")
def texts() -> Callable[[Sequence[str | None]], pa.RecordBatch]:
    return lambda texts: pa.record_batch({"text": pa.array(texts, pa.large_string())})
