"""A plan as people read it: its tree with who does what and why, what else nothing beats, and what the sample cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilth.semantic.asking.asked import Asked
from tilth.semantic.plan.choices import Choice, Tasks
from tilth.semantic.plan.guarded import Guarded
from tilth.semantic.plan.query import Ask, Limit, Match, Node, Scan, Sql, Where, children, nodes


def explained(chosen: Choice, plain: Choice, others: Sequence[Choice], tasks: Tasks, asked_for: str, took: float) -> str:
    """Return the chosen plan, the plain one, and the `others`; `took` is how many seconds the sample took."""
    lines = [f"plan for {asked_for}: {told(chosen)}; row by row by the reference: {told(plain)}", *_tree(chosen.node, tasks, 1)]
    lines += ["other plans:"] + [f"  {told(each)}: {in_order(each.node)}" for each in others if each is not chosen]
    return "\n".join([*lines, f"the sample cost ${tasks.dollars:.4f} and took {took:.1f} s; its answers are in the cache"])


def told(choice: Choice) -> str:
    """Return what is expected of a plan.

    >>> import pyarrow as pa
    >>> told(Choice(Scan(pa.table({})), rows=3, enter=8, dollars=0.5, tokens=1200, seconds=2.25, quality=0.9))
    '$0.5000, 2.2 s, 1,200 tokens, 3 rows, quality 0.90'
    """
    cost = f"${choice.dollars:.4f}, {choice.seconds:,.1f} s, {choice.tokens:,.0f} tokens"
    return f"{cost}, {choice.rows:,.0f} rows, quality {choice.quality:.2f}"


def _tree(node: Node, tasks: Tasks, depth: int) -> Iterator[str]:
    yield "  " * depth + _said(node, tasks)
    for child in children(node):
        yield from _tree(child, tasks, depth + 1)


def _said(node: Node, tasks: Tasks) -> str:
    if isinstance(node, Ask):
        return _said_ask(node, tasks)
    if isinstance(node, Match):
        return _said_match(node, tasks)
    if isinstance(node, Scan):
        return f"{node.name}: {len(node.table):,} rows"
    said = {Where: "rule", Sql: "select", Limit: "rows"}[type(node)]
    return f"{type(node).__name__.lower()} {getattr(node, said)}"


def _said_ask(node: Ask, tasks: Tasks) -> str:
    task, asked = tasks.of(node), node.step.question
    way = next(way for way in task.ways if way.step == node.step)
    by = f"{asked.kind} {asked.instruction[:50]!r} by {_by(node.step)}, {asked.batch} rows a prompt"
    agrees = f"{way.step.small if isinstance(way.step, Guarded) else ''} agrees on {way.agreed} of {way.asked} (at least {way.low:.2f})"
    passes = f", {task.passes:.0%} pass" if node.filters else ""
    return f"{by}: {agrees.strip()}, ${way.dollars * 1000:.4f} and {way.seconds(1000):,.1f} s a 1,000 rows{passes}"


def _said_match(node: Match, tasks: Tasks) -> str:
    task = tasks.matches[node.instruction]
    way = next(way for way in task.ways if _who(way.node) == _who(node))
    agrees = f"agrees on {way.agreed} of {way.asked} pairs (at least {way.low:.2f})"
    cost = f"${way.dollars * 1000:.4f} and {way.work.seconds(1000):,.1f} s a 1,000 {way.units}s"
    return f"{_who(node)}: {agrees}, {cost}, {task.share:.4%} match"


def _by(step: Asked) -> str:
    return f"a cascade {step.small} -> {step.question.model} at {step.target:g}" if isinstance(step, Guarded) else step.question.model


def in_order(node: Node) -> str:
    """Return who does what, in the order in which it is done."""
    return ", ".join(_who(each) for each in nodes(node) if isinstance(each, Ask | Match))


def _who(node: Ask | Match) -> str:
    if isinstance(node, Match):
        return f"match {node.instruction[:24]!r} by {node.model}, {node.method} of {node.block}"
    asked = node.step.question
    return f"{asked.kind} {asked.instruction[:24]!r} by {_by(node.step)} x{asked.batch}"
