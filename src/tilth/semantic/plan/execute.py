"""Do what a plan says: rows flow in chunks, a limit pulls no more of them than it needs, and what every node spent is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, sqrt
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.semantic.plan.guarded import Guarded
from tilth.semantic.plan.query import Ask, Limit, Match, Node, Scan, Sql, Where, asked_of, children, joined, nodes, paired, schema, unmarked
from tilth.semantic.plan.relational import sql, where

MOST = 1 << 10  # rows of a chunk under a limit


@dataclass
class Spent:
    """What one node took, left and cost; `dollars` is None where a price is unknown, `seconds` is wall time."""

    came: int = 0
    left: int = 0
    prompt_tokens: float = 0.0
    completion_tokens: float = 0.0
    dollars: float | None = 0.0
    seconds: float = 0.0
    unanswered: int = 0

    def add(self, table: pa.Table, column: str) -> None:
        """Add what the answers in `column` cost."""
        told = table[f"{column}_answer"].combine_chunks()
        self.prompt_tokens += _sum(pc.struct_field(told, "prompt_tokens"))
        self.completion_tokens += _sum(pc.struct_field(told, "completion_tokens"))
        costs = pc.struct_field(told, "cost")
        self.dollars = None if self.dollars is None or costs.null_count else self.dollars + _sum(costs)
        self.unanswered += table[column].null_count


def _sum(values: pa.Array) -> float:
    return float(pc.sum(values).as_py() or 0.0)


@dataclass
class Execution:
    """A plan at work: the demand of the limit above, what each node spent, and rows that no answer came for."""

    demand: int | None = None  # rows that are still wanted at the top; None: all
    passed: float = 1.0  # the share of rows that came through so far, or is expected to
    spent: dict[int, Spent] = field(default_factory=dict)
    quarantine: list[pa.Table] = field(default_factory=list)

    def of(self, node: Node) -> Spent:
        """Return the account of a node."""
        return self.spent.setdefault(id(node), Spent())

    def chunk(self) -> int | None:
        """Return how many rows to take next, None for all that there are."""
        return None if self.demand is None else next_rows(self.demand, self.passed)

    @property
    def dollars(self) -> float | None:
        """What all nodes cost; None where a price is unknown."""
        costs = [spent.dollars for spent in self.spent.values()]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


def next_rows(wanted: float, passes: float) -> int:
    """Return how many rows to ask about next, where a share `passes` of rows comes through and `wanted` more are to: rather too few than
    too many, as what is asked too much is lost, and what is asked too little is asked later.

    That is what is needed less one standard deviation, at least half of it, and never less than `wanted`, all of which is needed.

    >>> next_rows(5, 0.5), next_rows(1, 0.1), next_rows(100, 0.5), next_rows(3, 1.0)
    (7, 5, 186, 3)
    """
    share = min(1.0, max(passes, 1 / MOST))
    rows = max(wanted, wanted / share / 2, (wanted - sqrt(wanted * (1 - share))) / share)
    return max(1, min(MOST, ceil(rows)))


def looks(wanted: float, passes: float) -> int:
    """Return after how many such chunks about `wanted` rows have come through.

    >>> looks(1, 1.0), looks(5, 0.5), looks(100, 0.5)
    (1, 3, 4)
    """
    count = 0
    while wanted >= 0.5:
        wanted, count = wanted - next_rows(wanted, passes) * max(passes, 1 / MOST), count + 1
    return max(1, count)


def execute(node: Node, expected: float = 1.0) -> tuple[pa.Table, Execution]:
    """Return the rows of a plan in order, and its accounts; `expected` is the share of rows that a limit may expect to pass.

    >>> found, _ = execute(Limit(Where(Scan(pa.table({"n": [1, 2, 3, 4]})), "n > 1"), 2))
    >>> found.to_pydict()
    {'n': [2, 3]}
    """
    at_work = Execution(passed=expected)
    return _all(node, at_work), at_work


def _all(node: Node, at_work: Execution) -> pa.Table:
    found = list(rows(node, at_work))
    return pa.concat_tables(found) if found else schema(node).empty_table()


def rows(node: Node, at_work: Execution) -> Iterator[pa.Table]:
    """Yield the rows of a node in chunks, in order."""
    for made in _made(node, at_work):
        at_work.of(node).left += len(made)
        yield made


def _made(node: Node, at_work: Execution) -> Iterator[pa.Table]:
    if not any(isinstance(each, Ask | Match) for each in nodes(node)):
        yield from _sliced(_relational(node, at_work), at_work)
    elif isinstance(node, Limit):
        yield from _limited(node, at_work)
    elif isinstance(node, Sql):
        yield sql(_all(node.child, _unhurried(at_work)), node.select)
    elif isinstance(node, Match):
        yield from _matched(node, at_work)
    elif isinstance(node, Ask) and isinstance(node.step, Guarded):
        whole = _all(node.child, _unhurried(at_work))
        at_work.of(node).came += len(whole)
        yield _asked(node, whole, at_work)
    elif isinstance(node, Where | Ask):
        for chunk in rows(node.child, at_work):
            at_work.of(node).came += len(chunk)
            yield where(chunk, node.rule) if isinstance(node, Where) else _asked(node, chunk, at_work)


def _relational(node: Node, at_work: Execution) -> pa.Table:
    """What no model takes part in costs nothing: it is done at once, for all rows."""
    if isinstance(node, Scan):
        return node.table
    below = _relational(children(node)[0], at_work)
    at_work.of(node).came = len(below)
    if isinstance(node, Limit):
        return below.slice(0, node.rows)
    return where(below, node.rule) if isinstance(node, Where) else sql(below, getattr(node, "select", ""))


def _sliced(table: pa.Table, at_work: Execution) -> Iterator[pa.Table]:
    start = 0
    while start < len(table) or start == 0:
        length = at_work.chunk()
        yield table.slice(start, length)
        start += len(table) or 1 if length is None else length


def _limited(node: Limit, outer: Execution) -> Iterator[pa.Table]:
    """Pull chunks until there are enough; the share that passed so far says how large the next one is."""
    inner = Execution(node.rows, outer.passed, outer.spent, outer.quarantine)
    below = next(each for each in _spine(node) if not any(isinstance(part, Ask | Match) for part in nodes(each)))
    for chunk in rows(node.child, inner):
        taken = chunk.slice(0, inner.demand)
        inner.demand = (inner.demand or 0) - len(taken)
        yield taken
        if inner.demand <= 0:
            return
        seen, passed = inner.of(below).left, inner.of(node.child).left
        inner.passed = (passed + 0.5) / (seen + 1)


def _spine(node: Node) -> Iterator[Node]:
    below = children(node)
    while below:
        yield below[0]
        below = children(below[0])


def _unhurried(at_work: Execution) -> Execution:
    """The same accounts below a step that needs all rows, whatever the limit above it."""
    return Execution(None, 1.0, at_work.spent, at_work.quarantine)


def _asked(node: Ask, chunk: pa.Table, at_work: Execution) -> pa.Table:
    began = perf_counter()
    made = asked_of(chunk, node.step)
    at_work.of(node).seconds += perf_counter() - began
    at_work.of(node).add(made, node.step.column)
    gone = np.zeros(len(made), bool)
    for name in ("drop", "error"):
        if name in made.schema.names:
            gone |= made[name].is_valid().to_numpy()
    if "error" in made.schema.names:
        at_work.quarantine.append(made.filter(made["error"].is_valid()))
    return unmarked(made.filter(pa.array(~gone)))


def _matched(node: Match, at_work: Execution) -> Iterator[pa.Table]:
    """Pairs in the order of their left rows, then of their right ones; the left flows, the right is all there."""
    right = _all(node.right, _unhurried(at_work))
    for chunk in rows(node.left, at_work):
        spent = at_work.of(node)
        spent.came += len(chunk)
        began = perf_counter()
        found = joined(node, chunk, right)
        spent.seconds += perf_counter() - began
        spent.prompt_tokens += found.spent.prompt_tokens
        spent.completion_tokens += found.spent.completion_tokens
        spent.dollars = None if spent.dollars is None or found.spent.worth is None else spent.dollars + found.spent.worth
        spent.unanswered += len(found.unanswered)
        yield paired(chunk.take(found.pairs["left"]), right.take(found.pairs["right"]))
