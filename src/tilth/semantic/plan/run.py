"""Do a query as it is written: nothing is sampled, moved or chosen."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.semantic.plan.execute import Execution, execute
from tilth.semantic.plan.query import ANY, Ask, Match, Node, Query, children, replaced


def run(query: Query, model: str = ANY) -> tuple[pa.Table, Execution]:
    """Return the rows of a query, done step by step as written, and the account of every node; `model` answers where it names none.

    A limit still stops early. `semantic.optimize` finds the plan that costs less and says the same.
    Raises RecipeError where nobody is to answer.

    >>> from tilth.semantic.plan.query import Scan
    >>> rows, account = run(Query(Scan(pa.table({"n": [1, 2, 3]}))).where("n > 1").limit(1))
    >>> rows.to_pydict(), account.dollars
    ({'n': [2]}, 0.0)
    """
    return execute(_answered_by(query.node, model))


def _answered_by(node: Node, model: str) -> Node:
    node = replaced(node, [_answered_by(child, model) for child in children(node)])
    if isinstance(node, Match) and node.model == ANY:
        return replace(node, model=_named(model, node.instruction))
    if isinstance(node, Ask) and node.step.question.model == ANY:
        by = _named(model, node.step.question.instruction)
        return Ask(node.child, replace(node.step, model=by))  # type: ignore[type-var]  # every row step is a dataclass with a model
    return node


def _named(model: str, instruction: str) -> str:
    if model == ANY:
        raise RecipeError(
            "No model is named.", where=f"semantic.run: {instruction[:60]}", why="what is not optimized is asked of whom the query names",
            fix='semantic.run(query, model="openai/gpt-4o-mini")',
        )  # fmt: skip
    return model
