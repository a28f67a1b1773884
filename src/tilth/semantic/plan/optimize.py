"""The cheapest plan that meets a stated quality, or the best within a stated budget or time: chosen by what a sample showed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, prod
from time import perf_counter

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.semantic.plan.choices import Choice, Tasks, choices, plain, unbeaten
from tilth.semantic.plan.execute import Execution, execute
from tilth.semantic.plan.explain import explained, told
from tilth.semantic.plan.query import Ask, Match, Node, Query, nodes
from tilth.semantic.plan.rewrite import variants
from tilth.semantic.plan.sampled import Trial, sampled

QUALITY = 0.9  # where nothing is stated
SAMPLE = 64  # rows: answers that all agree show a share of 0.9 at confidence 0.95, whichever of some forty ways they come from


@dataclass(frozen=True, eq=False)
class QueryPlan:
    """A chosen plan, those that nothing beats, and what it took to know: `sampled` dollars in `sampling` seconds."""

    chosen: Choice
    alternatives: tuple[Choice, ...]
    tasks: Tasks
    sampled: float
    sampling: float
    plain: Choice
    asked_for: str

    def run(self) -> tuple[pa.Table, Execution]:
        """Return the rows, and the account of every node."""
        filters = [node for node in nodes(self.chosen.node) if isinstance(node, Ask) and node.filters]
        return execute(self.chosen.node, prod(self.tasks.of(node).likely for node in filters))

    def explain(self) -> str:
        """Return the plan as people read it: the tree, the other plans that nothing beats, and what the sample cost."""
        return explained(self.chosen, self.plain, self.alternatives, self.tasks, self.asked_for, self.sampling)


def optimize(
    query: Query, models: Sequence[str], quality: float | None = None, budget: float | None = None, seconds: float | None = None,
    sample: int = SAMPLE, delta: float = 0.05,
) -> QueryPlan:  # fmt: skip
    """Return the cheapest plan whose answers agree with those of `models[0]` on a share of at least `quality` of the rows (by default
    0.9), at confidence 1 - `delta`; or, with a `budget` in dollars or a time in `seconds`, the plan of the best such share within both.

    What is within them is sample and run together. Seconds are foretold from how long the sample's calls took and from how many the
    ambient client lets through: at a time (`in_flight`) and a minute.

    A filter may be done by a cascade (guarded.py): then its share is that of precision and of recall, each at least the target. How that
    bounds agreement: with a share s of rows that the reference keeps, it is at least 1 - s * ((1 - recall) + (1 - precision) / precision).

    Quality is measured: every model and batch size answers `sample` rows, and the lower bounds of agreement of a plan's tasks are
    multiplied; `delta` is shared by all tasks and all their ways. SQL rules go below the models; filters are ordered by what they cost
    and let through; limits stop early, and below one of fewer rows than a sample has the reference does it: to compare others would cost
    more than to do it. Neither is compared what could not show the quality, nor prompts that share hardly any tokens (with a budget or a
    time all is). Raises RecipeError where no plan meets what is asked.

    Source: rank by cost / (1 - selectivity), Hellerstein and Stonebraker (SIGMOD 1993); Pareto sets of sub-plans, Abacus (Russo et al.,
    2025); limits and rules below, DocETL (Shankar et al., 2025).
    """
    free = budget is None and seconds is None
    quality = QUALITY if quality is None and free else quality
    trees, began = variants(query.node), perf_counter()
    tasks = sampled(max(trees, key=_early), Trial(models, sample, delta, quality, bounded=not free))
    took = perf_counter() - began
    found = unbeaten([choice for tree in trees for choice in choices(tree, tasks)])
    best = _best(found, quality, budget, seconds, (tasks.dollars, took))
    return QueryPlan(best, tuple(found), tasks, tasks.dollars, took, plain(query.node, tasks), _asked_for(quality, budget, seconds))


def _best(
    found: Sequence[Choice], quality: float | None, budget: float | None, seconds: float | None, spent: tuple[float, float]
) -> Choice:
    """The cheapest plan of this quality, or where none is stated the best, within what `spent` dollars and seconds leave of the bounds."""
    left = list(found)
    bounds: tuple[tuple[float, Callable[[Choice], float]], ...] = (
        (-(quality or 0.0), lambda each: -each.quality), (inf if budget is None else budget - spent[0], lambda each: each.dollars),
        (inf if seconds is None else seconds - spent[1], lambda each: each.seconds),
    )  # fmt: skip
    for most, measure in bounds:
        nearest = min(left, key=measure)
        left = [each for each in left if measure(each) <= most]
        if not left:
            raise RecipeError(
                "No plan meets what is asked.", where=f"semantic.optimize for {_asked_for(quality, budget, seconds)}",
                why=f"the nearest is {told(nearest)}; the sample took ${spent[0]:.4f} and {spent[1]:.1f} s beside",
                fix="a larger sample gives tighter bounds: sample=128; or ask for less",
            )  # fmt: skip
    if quality is None:
        return min(left, key=lambda each: (-each.quality, each.dollars, each.seconds))
    return min(left, key=lambda each: (each.dollars, each.seconds, -each.quality))


def _asked_for(quality: float | None, budget: float | None, seconds: float | None) -> str:
    stated = (("quality {:g}", quality), ("${:g}", budget), ("{:g} s", seconds))
    return ", ".join(word.format(bound) for word, bound in stated if bound is not None)


def _early(tree: Node) -> int:
    """How many tasks stand below a join: there they see rows as they are, not the few that a join of samples leaves."""
    return sum(isinstance(below, Ask) for node in nodes(tree) if isinstance(node, Match) for below in nodes(node))
