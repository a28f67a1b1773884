"""The relational half of a query: DuckDB does it, over Arrow tables, by row numbers so that columns and order stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import MissingExtra, RecipeError

NOT_OF_ONE_ROW = ("WINDOW", "SUBQUERY")  # what a rule may hold that looks at more than its row
_VOLATILE = {"random", "uuid", "gen_random_uuid", "nextval", "setseed", "now", "current_timestamp", "get_current_timestamp"}


def where(table: pa.Table, rule: str) -> pa.Table:
    """Return the rows of `table` for which the SQL expression `rule` is true, in their order.

    >>> where(pa.table({"n": [3, 1, 2], "text": ["c", "a", "b"]}), "n > 1 and text < 'c'").to_pydict()
    {'n': [2], 'text': ['b']}
    """
    named = table.append_column("__row", pa.array(np.arange(len(table))))
    kept = sql(named, f"select __row from input where {rule}", rule)["__row"]
    return table.take(pa.array(np.sort(kept.to_numpy())))


def sql(table: pa.Table, select: str, said: str = "") -> pa.Table:
    """Return what the SQL query `select` makes of `table`, which it calls `input`.

    >>> sql(pa.table({"n": [3, 1, 2]}), "select sum(n)::bigint as total from input").to_pydict()
    {'total': [6]}
    """
    duckdb = _duckdb()
    with duckdb.connect(config={"threads": 1, "enable_external_access": "false"}) as connection:
        connection.register("input", table)
        try:
            return connection.sql(select).to_arrow_table()
        except duckdb.Error as error:
            raise RecipeError(
                "The SQL cannot be run.", where=said or select, why=str(error).split("\n\n")[0],
                fix=f"the columns are: {', '.join(table.schema.names)}; the table is called input",
            ) from None  # fmt: skip


@cache
def reads(rule: str) -> frozenset[str] | None:
    """Return the columns that a rule reads; None where it looks at more than one row, or not at the row alone.

    >>> sorted(reads("n > 1 and lower(text) like '%a%'")), reads("n > avg(n) over ()"), reads("random() < 0.5")
    (['n', 'text'], None, None)
    """
    parsed = _parsed(f"select 1 from input where {rule}")
    found: set[str] = set()
    for node in _nodes(parsed["where_clause"]):
        if node["class"] in NOT_OF_ONE_ROW or node.get("function_name", "").lower() in _VOLATILE:
            return None
        if node["class"] == "COLUMN_REF":
            found.add(node["column_names"][-1])
    return frozenset(found)


def _parsed(select: str) -> dict[str, Any]:
    with _duckdb().connect() as connection:
        row = connection.execute("select json_serialize_sql($1)", [select]).fetchone()
    told = json.loads(row[0])
    if told["error"]:
        rule = select.partition(" where ")[2]
        raise RecipeError("This is no SQL expression.", where=rule, why=told["error_message"], fix="n > 1 and text like '%a%'")
    parsed: dict[str, Any] = told["statements"][0]["node"]
    return parsed


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "class" in tree and "type" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingExtra.of("duckdb", "sql", "semantic.query") from None
    return duckdb
