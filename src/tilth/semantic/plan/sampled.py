"""Which rows a query's tasks are tried on before it is planned: some that look like all, or under a small limit just the first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from tilth.kernels.hash import mix64
from tilth.semantic.plan.choices import Tasks
from tilth.semantic.plan.execute import execute
from tilth.semantic.plan.query import ANY, Ask, Limit, Match, Node, Scan, Sql, children, nodes, replaced
from tilth.semantic.plan.ways import matched, measured, named

LEAST = 8  # rows of a sample, where a twentieth of all would be fewer

Take = Callable[[pa.Table], pa.Table]


def sampled(tree: Node, models: Sequence[str], size: int, delta: float, targets: Sequence[float], spare: bool) -> Tasks:
    """Return what about `size` rows say of every task and join of a tree; `delta` is shared by all of them.

    With `spare` a task below a limit of fewer rows is tried by the reference alone, on the first rows: those that it will be asked about
    anyway, and which are then in the cache.
    """
    asks, matches = {}, {}
    few = _few(tree) if spare else {}
    delta /= max(1, len({_name(node) for node in nodes(tree)} - {""}))
    for node in nodes(tree):
        if isinstance(node, Ask) and few.get(id(node), size) < size:
            first = _tried_on(node.child, models[0], _first(few[id(node)]))
            asks[named(node.step)] = measured(node.step, first, models[:1], delta, batches=(1,))
        elif isinstance(node, Ask):
            asks[named(node.step)] = measured(node.step, _sample(node.child, models[0], size), models, delta, targets=targets)
        elif isinstance(node, Match):
            left = _tried_on(node.left, models[0], _lowest(size))
            right = _tried_on(node.right, models[0], _lowest(sys.maxsize))
            matches[node.instruction] = matched(node, left, right, models, delta)
    return Tasks(asks, matches)


def _name(node: Node) -> str:
    """The name of a task or join, nothing for other nodes."""
    return named(node.step) if isinstance(node, Ask) else f"match {node.instruction}" if isinstance(node, Match) else ""


def _few(node: Node, rows: int | None = None) -> dict[int, int]:
    """The limit above each task that stops when it is reached."""
    if isinstance(node, Limit):
        return _few(node.child, node.rows)
    below = [_few(child, None if isinstance(node, Sql | Match) else rows) for child in children(node)]
    here = {id(node): rows} if isinstance(node, Ask) and rows is not None else {}
    return {key: value for found in (here, *below) for key, value in found.items()}


def _sample(node: Node, reference: str, size: int) -> pa.Table:
    rows = sum(len(each.table) for each in nodes(node) if isinstance(each, Scan))
    return _tried_on(node, reference, _lowest(min(size, max(LEAST, rows // 20))))


def _tried_on(node: Node, reference: str, take: Take) -> pa.Table:
    """The rows that a node would leave of those taken, were there no filter of a model; the reference answers what they need."""
    return execute(_unfiltered(node, reference, take))[0]


def _unfiltered(node: Node, reference: str, take: Take) -> Node:
    if not any(isinstance(each, Ask | Match) for each in nodes(node)):
        return Scan(take(execute(node)[0]))
    if isinstance(node, Ask) and node.filters:
        return _unfiltered(node.child, reference, take)
    below = [_unfiltered(child, reference, take) for child in children(node)]
    if isinstance(node, Limit):
        return below[0]
    if isinstance(node, Match):
        return replace(node, left=below[0], right=below[1], model=reference if node.model == ANY else node.model)
    if isinstance(node, Ask):
        model = reference if node.step.question.model == ANY else node.step.question.model
        return Ask(below[0], replace(node.step, model=model, batch=1))  # type: ignore[type-var]
    return replaced(node, below)


def _first(size: int) -> Take:
    return lambda table: table.slice(0, size)


def _lowest(size: int) -> Take:
    """`size` rows that look like all: those whose position has the lowest hash, in their order."""
    def take(table: pa.Table) -> pa.Table:
        with np.errstate(over="ignore"):
            hashes = getattr(mix64, "py_func")(np.arange(len(table), dtype=np.uint64))  # noqa: B009
        return table.take(pa.array(np.sort(np.argsort(hashes, kind="stable")[:size])))

    return take
