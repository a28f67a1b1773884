"""The search over plans: every way of every task, filters in every order, and of the plans for each part those that no other beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from tilth.semantic.plan.execute import execute, looks
from tilth.semantic.plan.query import Ask, Limit, Match, Node, Scan, Sql, Where, children, nodes, replaced
from tilth.semantic.plan.ways import Matched, MatchWay, Measured, Way, named

WIDEST = 48  # plans kept at a node; beyond it some of each cost, and the best and the fastest
SAME = 1.1  # times that differ by less are equal: they are measured
FILTERS = 8  # in one row of filters whose every order is weighed


@dataclass(frozen=True)
class Tasks:
    """What a sample said of the models' tasks and joins of a query, by their names."""

    asks: Mapping[str, Measured]
    matches: Mapping[str, Matched]

    def of(self, node: Ask) -> Measured:
        """Return what is known of a row task, whoever does it."""
        return self.asks[named(node.step)]

    @property
    def dollars(self) -> float:
        """What it cost to know."""
        return sum(task.dollars for task in self.asks.values()) + sum(join.dollars for join in self.matches.values())


@dataclass(frozen=True, eq=False)
class Choice:
    """A physical plan: what it is expected to leave, cost, take and keep of the reference's answers (a product of lower bounds).

    `enter` are the rows that come in at its bottom, `delay` the seconds that a few of them take to the top.
    """

    node: Node
    rows: float
    enter: float
    dollars: float = 0.0
    tokens: float = 0.0
    seconds: float = 0.0
    delay: float = 0.0
    quality: float = 1.0

    def covers(self, other: Choice) -> bool:
        """Whether the other is better in nothing: not cheaper, not clearly faster, not of more quality."""
        return self.dollars <= other.dollars and self.seconds <= other.seconds * SAME and self.quality >= other.quality


def choices(node: Node, tasks: Tasks, limited: bool = False) -> list[Choice]:
    """Return the plans for a tree that no other plan for it beats; where it is `limited`, without those that need all rows together."""
    if isinstance(node, Scan):
        return [Choice(node, len(node.table), len(node.table))]
    if isinstance(node, Ask) and node.filters:
        return _filtered(node, tasks, limited)
    found = []
    limited = isinstance(node, Limit) or (limited and not isinstance(node, Sql))
    for below in product(*(choices(child, tasks, limited) for child in children(node))):
        found += _on_top(node, below, tasks)
    return unbeaten(found)


def plain(node: Node, tasks: Tasks) -> Choice:
    """Return the plan as written, every row asked alone by the reference, no limit stopping anything."""
    below = [plain(child, tasks) for child in children(node)]
    if isinstance(node, Scan):
        return Choice(node, len(node.table), len(node.table))
    if isinstance(node, Ask):
        task = tasks.of(node)
        return _done(below[0], task.ways[0], task.passes if node.filters else 1.0)
    made = _on_top(node, below, tasks)[0]
    return replace(below[0], node=made.node, rows=made.rows) if isinstance(node, Limit) else made


def unbeaten(found: Sequence[Choice]) -> list[Choice]:
    """Return the Pareto set over dollars, seconds and quality, in order of cost."""
    kept: list[Choice] = []
    for each in sorted(found, key=lambda choice: (choice.dollars, choice.seconds, -choice.quality)):
        if not any(other.covers(each) for other in kept):
            kept.append(each)
    if len(kept) <= WIDEST:
        return kept
    spread = {round(i * (len(kept) - 1) / (WIDEST - 1)) for i in range(WIDEST)}
    ends = min(kept, key=lambda choice: choice.seconds), max(kept, key=lambda choice: choice.quality)
    return [each for i, each in enumerate(kept) if i in spread or each in ends]


def _on_top(node: Node, below: Sequence[Choice], tasks: Tasks) -> list[Choice]:
    first = below[0]
    if isinstance(node, Ask):
        return [_done(first, way, 1.0) for way in tasks.of(node).ways]
    over = replaced(node, [each.node for each in below])
    if isinstance(node, Match):
        return [_paired(over, below, way, tasks.matches[node.instruction].share) for way in tasks.matches[node.instruction].ways]
    if isinstance(node, Limit):
        return [_stopped(over, first, node.rows)]
    if not any(isinstance(each, Ask | Match) for each in nodes(over)):
        rows = float(len(execute(over)[0]))
        return [replace(first, node=over, rows=rows, enter=rows)]
    return [replace(first, node=over, rows=first.rows * (0.5 if isinstance(node, Where) else 1.0))]


def _stopped(over: Node, below: Choice, most: int) -> Choice:
    """A limit on top: rows come in small chunks until there are enough."""
    share, rows = min(1.0, most / max(below.rows, 1e-9)), min(float(most), below.rows)
    seconds = max(below.seconds * share, below.delay * looks(rows, below.rows / max(1.0, below.enter)))
    return replace(below, node=over, rows=rows, dollars=below.dollars * share, tokens=below.tokens * share, seconds=seconds)


def _done(below: Choice, way: Way, passes: float) -> Choice:
    return replace(
        below, node=Ask(below.node, way.step), rows=below.rows * passes,
        dollars=below.dollars + way.fixed[0] + below.rows * way.dollars, tokens=below.tokens + way.fixed[1] + below.rows * way.tokens,
        seconds=below.seconds + way.seconds(below.rows), delay=below.delay + way.seconds(1), quality=below.quality * way.low,
    )  # fmt: skip


def _paired(over: Node, below: Sequence[Choice], way: MatchWay, share: float) -> Choice:
    left, right = below
    few, units = (1.0, left.rows) if way.units == "left row" else (right.rows, left.rows * right.rows)
    return Choice(
        replace(way.node, left=left.node, right=right.node), left.rows * right.rows * share, left.enter,
        left.dollars + right.dollars + units * way.dollars, left.tokens + right.tokens + units * way.tokens,
        left.seconds + right.seconds + way.work.seconds(units), left.delay + way.work.seconds(few), left.quality * right.quality * way.low,
    )  # fmt: skip


def _filtered(node: Ask, tasks: Tasks, limited: bool) -> list[Choice]:
    """A row of filters in every order and by every way: the best for each set of them, built from those of smaller sets."""
    filters: list[Measured] = []
    child: Node = node
    while isinstance(child, Ask) and child.filters and len(filters) < FILTERS:
        filters.append(tasks.of(child))
        child = child.child
    done: dict[frozenset[int], list[Choice]] = {frozenset(): choices(child, tasks, limited)}
    for size in range(1, len(filters) + 1):
        for chosen in _subsets(len(filters), size):
            found = [
                _done(each, way, filters[last].passes) for last in chosen for each in done[chosen - {last}]
                for way in filters[last].ways if not (limited and way.whole)
            ]  # fmt: skip
            done[chosen] = unbeaten(found)
    return done[frozenset(range(len(filters)))]


def _subsets(count: int, size: int) -> list[frozenset[int]]:
    return [chosen for bits in range(1 << count) if len(chosen := frozenset(i for i in range(count) if bits >> i & 1)) == size]
