"""Columns of pandas and Polars frames as Arrow arrays, and tables as frames again."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Literal

import pyarrow as pa

from tilth.errors import MissingExtra, RecipeError

Kind = Literal["pandas", "polars", "arrow"]


def kind_of(data: Any) -> Kind:
    """Return which library a frame is of; RecipeError for what is none.

    >>> kind_of(pa.table({}))
    'arrow'
    """
    if isinstance(data, pa.Table):
        return "arrow"
    library = type(data).__module__.partition(".")[0]
    if library in ("pandas", "polars") and type(data).__name__ == "DataFrame":
        return library  # type: ignore[return-value]
    raise RecipeError(
        "These are no rows.", where="semantic.over", why=f"it is a {type(data).__name__}",
        fix="give a pandas or Polars DataFrame (collect a LazyFrame first) or an Arrow table",
    )  # fmt: skip


def columns_of(data: Any, kind: Kind) -> Iterator[tuple[str, pa.Array]]:
    """Yield the columns of a frame that Arrow can hold, each as one array of plain types."""
    for name in data.column_names if kind == "arrow" else data.columns:
        try:
            array = _array(data[name], kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            continue  # objects of any kind: they stay in the frame, and no step reads them
        yield str(name), large(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array)


def _array(column: Any, kind: Kind) -> pa.Array:
    array = pa.array(column, from_pandas=True) if kind == "pandas" else column.to_arrow() if kind == "polars" else column
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def large(column: pa.Array) -> pa.Array:
    """Return texts as large_string, and any other column as it is."""
    small = pa.types.is_string(column.type) or pa.types.is_string_view(column.type) or pa.types.is_null(column.type)
    return column.cast(pa.large_string()) if small else column


def texts_of(column: pa.Array) -> pa.Array:
    """Return a column of any type as texts.

    >>> texts_of(pa.array([[1]])).to_pylist()
    ['[1]']
    """
    try:
        return column.cast(pa.large_string())
    except pa.ArrowNotImplementedError:
        return pa.array([str(value) for value in column.to_pylist()], pa.large_string())


def converted(table: pa.Table, kind: Kind) -> Any:
    """Return a table as a frame of that kind."""
    if kind == "pandas":
        pandas = _library("pandas")
        nullable: dict[Any, Any] = {pa.int64(): pandas.Int64Dtype(), pa.bool_(): pandas.BooleanDtype()}
        return table.to_pandas(types_mapper=nullable.get)
    return _library("polars").from_arrow(table) if kind == "polars" else table


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtra.of(name, name, needed_by=f"a result as a {name} frame") from None
