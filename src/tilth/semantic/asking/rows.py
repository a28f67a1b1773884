"""Rows of tables and frames as what a prompt shows, each different one once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.semantic.asking.prompt import line

Row = Mapping[str, Any]


def as_table(data: Any) -> pa.Table:
    """Return an Arrow table of a table, a batch, a pandas or Polars frame, or a mapping of columns; its index plays no part.

    Raises RecipeError for anything else.

    >>> as_table({"name": ["ale"]}).column_names
    ['name']
    """
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    try:
        if hasattr(data, "iloc"):
            return pa.Table.from_pandas(data, preserve_index=False)
        return pa.table(data)
    except (TypeError, pa.ArrowInvalid) as error:
        raise RecipeError("These are no rows.", where=type(data).__name__, why=str(error), fix="give an Arrow table or a frame") from None


@dataclass(frozen=True)
class Different:
    """The different rows of a table that have something to show. `copies[i]` are the numbers of the rows that are `rows[i]`."""

    rows: tuple[Row, ...]
    copies: tuple[tuple[int, ...], ...]

    @property
    def texts(self) -> list[str]:
        """What each row says, for looking up what is alike."""
        return [" ".join(str(value) for value in row.values() if value is not None) for row in self.rows]


def different(table: pa.Table, columns: Sequence[str]) -> Different:
    """Return the different rows of these columns, of all if none is named; rows that are null or empty throughout are left out.

    Raises RecipeError where a column is missing.

    >>> different(pa.table({"name": ["ale", "beer", "ale", None]}), ()).copies
    ((0, 2), (1,))
    """
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise RecipeError(
            f"There is no column {missing[0]!r}.", where="the rows that a model is to be shown",
            why=f"the columns are: {', '.join(table.column_names)}", fix=f'columns=("{table.column_names[-1]}",)',
        )  # fmt: skip
    found: dict[str, tuple[Row, list[int]]] = {}
    for n, row in enumerate(table.select(list(columns) or table.column_names).to_pylist()):
        if any(value is not None and value != "" for value in row.values()):
            found.setdefault(line(row, 0), (row, []))[1].append(n)
    return Different(tuple(row for row, _ in found.values()), tuple(tuple(copies) for _, copies in found.values()))
