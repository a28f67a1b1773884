"""The cheapest plan that meets a stated quality, or the best within a stated budget: chosen by what a sample showed, and explained."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.hash import mix64
from tilth.semantic.asking.asked import Asked
from tilth.semantic.plan.execute import Execution, execute
from tilth.semantic.plan.guarded import Guarded
from tilth.semantic.plan.query import ANY, Ask, Limit, Match, Node, Query, Scan, Sql, Where, children, nodes, replaced
from tilth.semantic.plan.rewrite import variants
from tilth.semantic.plan.ways import Matched, MatchWay, Measured, Way, matched, measured, named

WIDEST = 48  # plans kept at a node; beyond it the cheapest of each quality are kept
QUALITY = 0.9  # where neither a quality nor a budget is stated
LEAST = 8  # rows of a sample, where a twentieth of all would be fewer
TARGETS = (0.9, 0.95)  # of cascades, beside the quality asked for
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
    """A physical plan: what it is expected to leave, cost and keep of the reference's answers (a product of lower bounds)."""

    node: Node
    rows: float
    dollars: float = 0.0
    tokens: float = 0.0
    quality: float = 1.0

    def beats(self, other: Choice) -> bool:
        """Whether it is as good in everything and better in something."""
        mine, theirs = (self.dollars, self.tokens, -self.quality), (other.dollars, other.tokens, -other.quality)
        return all(a <= b for a, b in zip(mine, theirs, strict=True)) and mine != theirs


@dataclass(frozen=True, eq=False)
class QueryPlan:
    """A chosen plan, those that nothing beats, and what it took to know."""

    chosen: Choice
    alternatives: tuple[Choice, ...]
    tasks: Tasks
    sampled: float
    plain: Choice
    asked_for: str

    def run(self) -> tuple[pa.Table, Execution]:
        """Return the rows, and the account of every node."""
        filters = [node for node in nodes(self.chosen.node) if isinstance(node, Ask) and node.filters]
        return execute(self.chosen.node, prod(self.tasks.of(node).likely for node in filters))

    def explain(self) -> str:
        """Return the plan as people read it: the tree, the other plans that nothing beats, and what the sample cost."""
        chosen, plain = self.chosen, self.plain
        lines = [f"plan for {self.asked_for}: {_told(chosen)}; row by row by the reference: {_told(plain)}", *self._tree(chosen.node, 1)]
        lines += ["other plans:"] + [f"  {_told(each)}: {_order(each.node)}" for each in self.alternatives if each is not chosen]
        return "\n".join([*lines, f"the sample cost ${self.sampled:.4f}; its answers are in the cache"])

    def _tree(self, node: Node, depth: int) -> Iterable[str]:
        yield "  " * depth + self._said(node)
        for child in children(node):
            yield from self._tree(child, depth + 1)

    def _said(self, node: Node) -> str:
        if isinstance(node, Ask):
            task = self.tasks.of(node)
            way = next(way for way in task.ways if way.step == node.step)
            passes = f", {task.passes:.0%} pass" if node.filters else ""
            agrees = f"{way.step.small if isinstance(way.step, Guarded) else ''} agrees on {way.agreed} of {way.asked}".strip()
            agrees += f" (at least {way.low:.2f})"
            return f"{_short_step(way)}: {agrees}, ${way.dollars * 1000:.4f} a 1,000 rows{passes}"
        if isinstance(node, Match):
            return _said_match(node, self.tasks.matches[node.instruction])
        return _short(node)


def optimize(
    query: Query, models: Sequence[str], quality: float | None = None, budget: float | None = None, sample: int = 32, delta: float = 0.05
) -> QueryPlan:
    """Return the cheapest plan whose answers agree with those of `models[0]` on a share of at least `quality` of the rows (by default
    0.9), at confidence 1 - `delta`; or, with a `budget` in dollars (the sample included), the plan of the best such share within it.

    A filter may be done by a cascade (guarded.py): then its share is that of precision and of recall, each at least the target. How that
    bounds agreement: with a share s of rows that the reference keeps, it is at least 1 - s * ((1 - recall) + (1 - precision) / precision).

    Quality is measured: every model and batch size answers `sample` rows, and the lower bounds of agreement of a plan's tasks are
    multiplied. SQL rules go below the models; filters are ordered by what they cost and let through; limits stop early, and below one of
    fewer rows than a sample has the reference does it: to compare others would cost more than to do it (with a budget they are compared).
    Raises RecipeError where no plan meets what is asked.

    Source: rank by cost / (1 - selectivity), Hellerstein and Stonebraker (SIGMOD 1993); Pareto sets of sub-plans, Abacus (Russo et al.,
    2025); limits and rules below, DocETL (Shankar et al., 2025).
    """
    quality = QUALITY if quality is None and budget is None else quality
    trees = variants(query.node)
    targets = tuple(sorted({*TARGETS, *([quality] if quality is not None and 0 < quality < 1 else [])}))
    tasks = _measured(max(trees, key=_early), models, sample, delta, targets, spare=budget is None)
    spent = tasks.dollars
    found = _unbeaten([choice for tree in trees for choice in choices(tree, tasks)])
    plain = _plain(query.node, tasks)
    fitting = [each for each in found if quality is None or each.quality >= quality]
    fitting = [each for each in fitting if budget is None or each.dollars + spent <= budget]
    if not fitting:
        best = max(found, key=lambda each: each.quality) if quality else min(found, key=lambda each: each.dollars)
        raise RecipeError(
            "No plan meets what is asked.", where="semantic.optimize", why=f"the nearest is {_told(best)}",
            fix="a larger sample gives tighter bounds: sample=128; or ask for less",
        )  # fmt: skip
    dear = budget is not None and quality is None
    best = min(fitting, key=lambda each: (-each.quality, each.dollars) if dear else (each.dollars, -each.quality))
    asked_for = f"quality {quality:g}" if quality is not None else f"${budget:g}"
    return QueryPlan(best, tuple(found), tasks, spent, plain, asked_for)


def choices(node: Node, tasks: Tasks, limited: bool = False) -> list[Choice]:
    """Return the plans for a tree that no other plan for it beats; where it is `limited`, without those that need all rows together."""
    if isinstance(node, Scan):
        return [Choice(node, len(node.table))]
    if isinstance(node, Ask) and node.filters:
        return _filtered(node, tasks, limited)
    found = []
    limited = isinstance(node, Limit) or (limited and not isinstance(node, Sql))
    for below in product(*(choices(child, tasks, limited) for child in children(node))):
        found += _on_top(node, below, tasks)
    return _unbeaten(found)


def _on_top(node: Node, below: Sequence[Choice], tasks: Tasks) -> list[Choice]:
    first = below[0]
    if isinstance(node, Ask):
        return [_done(first, way, 1.0) for way in tasks.of(node).ways]
    over = replaced(node, [each.node for each in below])
    if isinstance(node, Match):
        return [_paired(over, below, way, tasks.matches[node.instruction].share) for way in tasks.matches[node.instruction].ways]
    if isinstance(node, Limit):
        share = min(1.0, node.rows / max(first.rows, 1e-9))
        return [Choice(over, min(node.rows, first.rows), first.dollars * share, first.tokens * share, first.quality)]
    known = not any(isinstance(each, Ask | Match) for each in nodes(over))
    rows = float(len(execute(over)[0])) if known else first.rows * (0.5 if isinstance(node, Where) else 1.0)
    return [Choice(over, rows, first.dollars, first.tokens, first.quality)]


def _done(below: Choice, way: Way, passes: float) -> Choice:
    quality = below.quality * way.low
    dollars = below.dollars + way.fixed[0] + below.rows * way.dollars
    tokens = below.tokens + way.fixed[1] + below.rows * way.tokens
    return Choice(Ask(below.node, way.step), below.rows * passes, dollars, tokens, quality)


def _paired(over: Node, below: Sequence[Choice], way: MatchWay, share: float) -> Choice:
    left, right = below
    units = left.rows if way.units == "left row" else left.rows * right.rows
    node = replace(way.node, left=left.node, right=right.node)
    dollars, tokens = left.dollars + right.dollars + units * way.dollars, left.tokens + right.tokens + units * way.tokens
    return Choice(node, left.rows * right.rows * share, dollars, tokens, left.quality * right.quality * way.low)


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
            done[chosen] = _unbeaten(found)
    return done[frozenset(range(len(filters)))]


def _subsets(count: int, size: int) -> list[frozenset[int]]:
    return [chosen for bits in range(1 << count) if len(chosen := frozenset(i for i in range(count) if bits >> i & 1)) == size]


def _unbeaten(found: list[Choice]) -> list[Choice]:
    """The Pareto set, in order of cost."""
    kept: list[Choice] = []
    for each in sorted(found, key=lambda choice: (choice.dollars, choice.tokens, -choice.quality)):
        if not any(other.beats(each) or (other.dollars, other.quality) == (each.dollars, each.quality) for other in kept):
            kept.append(each)
    return kept if len(kept) <= WIDEST else [kept[round(i * (len(kept) - 1) / (WIDEST - 1))] for i in range(WIDEST)]


def _early(tree: Node) -> int:
    """How many tasks stand below a join: there they see rows as they are, not the few that a join of samples leaves."""
    return sum(isinstance(below, Ask) for node in nodes(tree) if isinstance(node, Match) for below in nodes(node))


def _measured(tree: Node, models: Sequence[str], size: int, delta: float, targets: Sequence[float], spare: bool) -> Tasks:
    asks, matches = {}, {}
    few = _few(tree) if spare else {}
    for node in nodes(tree):
        if isinstance(node, Ask) and few.get(id(node), size) < size:
            asks[named(node.step)] = measured(node.step, _sample(node.child, models, few[id(node)]), models[:1], delta, batches=(1,))
        elif isinstance(node, Ask):
            asks[named(node.step)] = measured(node.step, _sample(node.child, models, size), models, delta, targets=targets)
        elif isinstance(node, Match):
            left = execute(_unfiltered(node.left, models[0], size))[0]
            right = execute(_unfiltered(node.right, models[0], sys.maxsize))[0]
            matches[node.instruction] = matched(node, left, right, models, delta)
    return Tasks(asks, matches)


def _few(node: Node, rows: int | None = None) -> dict[int, int]:
    """The limit above each task that stops when it is reached."""
    if isinstance(node, Limit):
        return _few(node.child, node.rows)
    below = [_few(child, None if isinstance(node, Sql | Match) else rows) for child in children(node)]
    here = {id(node): rows} if isinstance(node, Ask) and rows is not None else {}
    return {key: value for found in (here, *below) for key, value in found.items()}


def _sample(node: Node, models: Sequence[str], size: int) -> pa.Table:
    """Rows that a node would leave, were there no filter of a model: the lowest by hash, what they need answered by the reference."""
    rows = sum(len(each.table) for each in nodes(node) if isinstance(each, Scan))
    return execute(_unfiltered(node, models[0], min(size, max(LEAST, rows // 20))))[0]


def _unfiltered(node: Node, reference: str, size: int) -> Node:
    if not any(isinstance(each, Ask | Match) for each in nodes(node)):
        return Scan(_lowest(execute(node)[0], size))
    if isinstance(node, Ask) and node.filters:
        return _unfiltered(node.child, reference, size)
    below = [_unfiltered(child, reference, size) for child in children(node)]
    if isinstance(node, Limit):
        return below[0]
    if isinstance(node, Match):
        return replace(node, left=below[0], right=below[1], model=reference if node.model == ANY else node.model)
    if isinstance(node, Ask):
        model = reference if node.step.question.model == ANY else node.step.question.model
        return Ask(below[0], replace(node.step, model=model, batch=1))  # type: ignore[type-var]
    return replaced(node, below)


def _lowest(table: pa.Table, size: int) -> pa.Table:
    """`size` rows that look like all: those whose position has the lowest hash, in their order."""
    with np.errstate(over="ignore"):
        hashes = getattr(mix64, "py_func")(np.arange(len(table), dtype=np.uint64))  # noqa: B009
    return table.take(pa.array(np.sort(np.argsort(hashes, kind="stable")[:size])))


def _plain(node: Node, tasks: Tasks) -> Choice:
    """The plan as written, every row asked alone by the reference, no limit stopping anything."""
    below = [_plain(child, tasks) for child in children(node)]
    if isinstance(node, Scan):
        return Choice(node, len(node.table))
    if isinstance(node, Ask):
        task = tasks.of(node)
        return _done(below[0], task.ways[0], task.passes if node.filters else 1.0)
    made = _on_top(node, below, tasks)[0]
    return Choice(made.node, made.rows, below[0].dollars, below[0].tokens, 1.0) if isinstance(node, Limit) else made


def _told(choice: Choice) -> str:
    return f"${choice.dollars:.4f}, {choice.tokens:,.0f} tokens, {choice.rows:,.0f} rows, quality {choice.quality:.2f}"


def _said_match(node: Match, task: Matched) -> str:
    way = next(way for way in task.ways if _who(way.node) == _who(node))
    agrees = f"agrees on {way.agreed} of {way.asked} pairs (at least {way.low:.2f})"
    return f"{_who(node)}: {agrees}, ${way.dollars * 1000:.4f} a 1,000 {way.units}s, {task.share:.4%} match"


def _short_step(way: Way) -> str:
    asked = way.step.question
    return f"{asked.kind} {asked.instruction[:50]!r} by {_by(way.step)}, {asked.batch} rows a prompt"


def _by(step: Asked) -> str:
    return f"a cascade {step.small} -> {step.question.model} at {step.target:g}" if isinstance(step, Guarded) else step.question.model


def _order(node: Node) -> str:
    """Who does what, in the order in which it is done."""
    return ", ".join(_who(each) for each in nodes(node) if isinstance(each, Ask | Match))


def _who(node: Ask | Match) -> str:
    if isinstance(node, Match):
        return f"match {node.instruction[:24]!r} by {node.model}, {node.method} of {node.block}"
    asked = node.step.question
    return f"{asked.kind} {asked.instruction[:24]!r} by {_by(node.step)} x{asked.batch}"


def _short(node: Node) -> str:
    if isinstance(node, Scan):
        return f"{node.name}: {len(node.table):,} rows"
    said = {Where: "rule", Sql: "select", Limit: "rows", Match: "instruction"}[type(node)]
    return f"{type(node).__name__.lower()} {getattr(node, said)}"
