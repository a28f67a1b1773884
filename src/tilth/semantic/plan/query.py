"""A question over tables, as a person writes it: rules, models' tasks and limits in any order; nothing is asked until it is planned.

    semantic.query(reviews).where("year > 2010").filter("Does it praise the film?").limit(5)

A query is a tree of small frozen nodes. `rewrite.py` moves them where they cost less, `optimize.py` chooses who answers and how, and
`execute.py` does it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.op import Op
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.rows import as_table
from tilth.semantic.classify import Classify
from tilth.semantic.filter import Filter
from tilth.semantic.join import Joined, Method, join
from tilth.semantic.map import Map
from tilth.semantic.plan.guarded import Guarded
from tilth.semantic.plan.relational import sql, where
from tilth.semantic.score import Score

ANY = "any"  # the model of a task that the optimizer may give to whom it likes


@dataclass(frozen=True, eq=False)
class Scan:
    """Rows that are there."""

    table: pa.Table
    name: str = "rows"


@dataclass(frozen=True, eq=False)
class Where:
    """The rows for which a SQL expression is true."""

    child: Node
    rule: str


@dataclass(frozen=True, eq=False)
class Sql:
    """What a SQL query makes of all the rows, which it calls `input`."""

    child: Node
    select: str


@dataclass(frozen=True, eq=False)
class Ask:
    """A task for a model on every row; a `semantic.Filter` also leaves out the rows with a no."""

    child: Node
    step: Asked

    @property
    def filters(self) -> bool:
        return isinstance(self.step, Filter | Guarded)


@dataclass(frozen=True, eq=False)
class Match:
    """Pairs of a left and a right row that a model says belong together; right columns that the left has too end in `_right`."""

    left: Node
    right: Node
    instruction: str
    on: tuple[str, ...] = ()  # columns of the left that are shown; all if none is named
    to: tuple[str, ...] = ()  # the same of the right
    model: str = ANY
    method: Method = "block"
    block: int = 32  # rows of each side that share a prompt


@dataclass(frozen=True, eq=False)
class Limit:
    """The first rows, as many as asked for."""

    child: Node
    rows: int


Node = Scan | Where | Sql | Ask | Match | Limit


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes whose rows a node takes."""
    if isinstance(node, Match):
        return (node.left, node.right)
    return () if isinstance(node, Scan) else (node.child,)


def replaced(node: Node, by: Sequence[Node]) -> Node:
    """Return the node over other children."""
    if isinstance(node, Scan):
        return node
    return dataclasses.replace(node, left=by[0], right=by[1]) if isinstance(node, Match) else dataclasses.replace(node, child=by[0])


def nodes(node: Node) -> Iterator[Node]:
    """Yield all nodes of a tree, leaves first."""
    for child in children(node):
        yield from nodes(child)
    yield node


def schema(node: Node) -> pa.Schema:
    """Return the columns that a node leaves: what it makes of no rows at all.

    >>> schema(Where(Scan(pa.table({"n": [1]})), "n > 0")).names
    ['n']
    """
    if isinstance(node, Scan):
        return node.table.schema
    empty = [schema(child).empty_table() for child in children(node)]
    if isinstance(node, Where):
        return where(empty[0], node.rule).schema
    if isinstance(node, Sql):
        return sql(empty[0], node.select).schema
    if isinstance(node, Ask):
        return asked_of(empty[0], node.step.rehearsal[0]).schema
    return paired(empty[0], empty[1]).schema if isinstance(node, Match) else empty[0].schema


def asked_of(table: pa.Table, step: Op) -> pa.Table:
    """Return the table with a step's answers; messages to the runner (`drop`, `error`) stand as columns."""
    batch = table.combine_chunks().to_batches()
    rows = batch[0] if batch else pa.RecordBatch.from_arrays([pa.array([], field.type) for field in table.schema], schema=table.schema)
    return pa.Table.from_batches([step.apply(rows)])


def joined(node: Match, left: pa.Table, right: pa.Table) -> Joined:
    """Return the pairs of rows of two tables that belong together, as a join node has it."""
    return join(
        left, right, node.instruction, node.model, left_columns=node.on, right_columns=node.to, method=node.method, block=node.block
    )  # fmt: skip


def unmarked(table: pa.Table) -> pa.Table:
    """Return the table without what a step tells the runner."""
    return table.drop_columns([name for name in ("drop", "drop_of", "error") if name in table.schema.names])


def paired(left: pa.Table, right: pa.Table) -> pa.Table:
    """Return two tables of equal length side by side; a right column whose name is taken ends in `_right`."""
    for name in right.schema.names:
        left = left.append_column(f"{name}_right" if name in left.schema.names else name, right[name])
    return left


@dataclass(frozen=True, eq=False)
class Query:
    """A query being written; every method returns a new one.

    >>> found = Query(Scan(pa.table({"text": ["a", "bb"]}))).where("length(text) > 1").limit(3)
    >>> [type(node).__name__ for node in nodes(found.node)]
    ['Scan', 'Where', 'Limit']
    """

    node: Node

    def where(self, rule: str) -> Query:
        """Keep the rows for which the SQL expression is true."""
        return Query(Where(self.node, rule))

    def sql(self, select: str) -> Query:
        """Go on with what a SQL query makes of the rows, which it calls `input`: projection, grouping, order."""
        return Query(Sql(self.node, select))

    def ask(self, step: Asked) -> Query:
        """Give a row step (`semantic.Extract(...)`) to a model; `model=semantic.ANY` leaves the choice to the optimizer."""
        return Query(Ask(self.node, step))

    def filter(self, instruction: str, columns: Sequence[str] = ("text",), model: str = ANY, name: str = "") -> Query:
        """Keep the rows that a model says yes to."""
        return self.ask(Filter(instruction, model, tuple(columns), name))

    def map(self, instruction: str, columns: Sequence[str] = ("text",), model: str = ANY, name: str = "", **more: Any) -> Query:
        """Add a column with a text that a model writes about every row."""
        return self.ask(Map(instruction, model, tuple(columns), name, **more))

    def classify(
        self, instruction: str, labels: Sequence[str], columns: Sequence[str] = ("text",), model: str = ANY, name: str = ""
    ) -> Query:
        """Add a column with one of `labels` for every row."""
        return self.ask(Classify(instruction, tuple(labels), model, tuple(columns), name))

    def score(self, instruction: str, columns: Sequence[str] = ("text",), model: str = ANY, name: str = "", **more: Any) -> Query:
        """Add a column with a grade for every row, from `low` to `high`."""
        return self.ask(Score(instruction, model, tuple(columns), name, **more))

    def match(self, other: Query, instruction: str, on: Sequence[str] = (), to: Sequence[str] = (), model: str = ANY) -> Query:
        """Go on with the pairs of rows that a model says belong together."""
        return Query(Match(self.node, other.node, instruction, tuple(on), tuple(to), model))

    def limit(self, rows: int) -> Query:
        """Keep the first rows, as many as named; no more is asked than these need."""
        return Query(Limit(self.node, rows))


def query(data: Any, name: str = "rows") -> Query:
    """Return the query of all rows of a table, a frame or a mapping of columns; `name` is what plans call it.

    >>> query({"text": ["a"]}, "letters").limit(1).node.child.name
    'letters'
    """
    return Query(Scan(as_table(data), name))
