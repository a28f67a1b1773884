"""What the tests of readers share: a corpus read whole, or cut into spans of a size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tilth.read import Reader

Rows = list[dict[str, Any]]


def read_rows(reader: Reader, size: int | None = None) -> Rows:
    """All rows of a corpus; `size`: from spans of about so many bytes. Every batch must be in the schema, every id set."""
    files = reader.files()
    schema = reader.schema(files)
    rows: Rows = []
    for file in files:
        for span in reader.cut(file, size or 1 << 40):
            for batch in reader.read(span, schema):
                assert batch.schema.equals(schema), (batch.schema, schema)
                batch.validate(full=True)
                rows += batch.to_pylist()
    assert all(row["id"] for row in rows)
    assert all(row["text"] is None for row in rows if row["error"])
    return rows


@pytest.fixture(scope="session")
def read_all() -> Callable[..., Rows]:
    return read_rows
