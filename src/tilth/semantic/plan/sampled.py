"""Which rows a query's tasks are tried on before it is planned: some that look like all, or under a small limit just the first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from tilth.kernels.hash import mix64
from tilth.llm.background import side_by_side
from tilth.semantic.plan.choices import Tasks
from tilth.semantic.plan.execute import execute
from tilth.semantic.plan.query import ANY, Ask, Limit, Match, Node, Scan, Sql, children, nodes, replaced
from tilth.semantic.plan.ways import BATCHES, Matched, Measured, matched, measured, named, worth

TARGETS = (0.9, 0.95)  # of cascades, beside the quality asked for
LEAST = 8  # rows of a sample, where a twentieth of all would be fewer

Take = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class Trial:
    """How tasks are tried: by `models` on about `size` rows, so that all that is found holds at confidence 1 - `delta`.

    `quality` is what is to be shown of a plan, if that is stated. Where it is `bounded` by dollars or seconds, all is compared; else not
    what cannot show the quality, nor fuller prompts that hardly save tokens, and a task below a limit of fewer rows than a sample is
    tried by the reference alone, on the first rows: those that it will be asked about anyway, and which are then in the cache.
    """

    models: Sequence[str]
    size: int
    delta: float
    quality: float | None = None
    bounded: bool = False

    def ask(self, node: Ask, few: int) -> Measured:
        """Return what is found of a row task, under a limit of `few` rows."""
        if few < self.size and not self.bounded:
            return measured(node.step, _tried_on(node.child, self.models[0], _first(few)), self.models[:1], self.delta, batches=(1,))
        rows = sum(len(each.table) for each in nodes(node) if isinstance(each, Scan))
        sample = _tried_on(node.child, self.models[0], _lowest(min(self.size, max(LEAST, rows // 20))))
        batches = BATCHES if self.bounded else worth(node.step, sample)
        return measured(node.step, sample, self.models, self.delta, batches, self._targets, self.quality or 0.0)

    @property
    def _targets(self) -> list[float]:
        return sorted({*TARGETS, *([self.quality] if self.quality is not None and 0 < self.quality < 1 else [])})

    def match(self, node: Match) -> Matched:
        """Return what is found of a join."""
        left, right = (_tried_on(side, self.models[0], _lowest(size)) for side, size in ((node.left, self.size), (node.right, sys.maxsize)))
        return matched(node, left, right, self.models, self.delta)


def sampled(tree: Node, trial: Trial) -> Tasks:
    """Return what a sample says of every task and join of a tree, which share the trial's `delta`."""
    tasks = {name: node for node in nodes(tree) if (name := _name(node))}
    trial, few = replace(trial, delta=trial.delta / max(1, len(tasks))), _few(tree)
    asks = {named(node.step): node for node in tasks.values() if isinstance(node, Ask)}
    matches = {node.instruction: node for node in tasks.values() if isinstance(node, Match)}
    asked = side_by_side([partial(trial.ask, node, few.get(id(node), sys.maxsize)) for node in asks.values()])
    joined = side_by_side([partial(trial.match, node) for node in matches.values()])
    return Tasks(dict(zip(asks, asked, strict=True)), dict(zip(matches, joined, strict=True)))


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
