"""The other table of a join in a recipe: bytes that are part of the recipe, or a file that it names."""

from __future__ import annotations

import functools

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet

from tilth.errors import RecipeError


@functools.lru_cache(maxsize=8)
def right_table(right: str | bytes) -> pa.Table:
    """Return the table that `right` is: an Arrow stream as bytes, or the path of a Parquet or JSON Lines file.

    Raises RecipeError where it is neither.
    """
    if not right:
        raise _refused(right, "it is empty")
    try:
        if isinstance(right, bytes):
            with pa.ipc.open_stream(right) as stream:
                return stream.read_all()
        if right.endswith(".parquet"):
            return pa.parquet.read_table(right)
        return pa.json.read_json(right)
    except (pa.ArrowException, OSError) as error:
        raise _refused(right, str(error)) from None


def check_column(table: pa.Table, name: str, right: str | bytes) -> None:
    """Raise RecipeError where the right side has no such column."""
    if name not in table.column_names:
        raise _refused(right, f"there is no column {name!r} among {', '.join(table.column_names)}")


def _refused(right: str | bytes, why: str) -> RecipeError:
    told = right if isinstance(right, str) else f"{len(right)} bytes"
    return RecipeError("The right side cannot be joined.", where=told, why=why, fix='right="products.parquet"')
